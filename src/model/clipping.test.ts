import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { expectClose } from "../../test/closeness.ts";
import { lossOf, make, plainRecipe, type Recipe, recipes } from "../../test/networks.ts";
import { adam } from "../optimizers/adam.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { type SgdOptions, sgd } from "../optimizers/sgd.ts";
import { shuffledRows } from "../random/shuffle.ts";
import { streamKey } from "../random/streams.ts";
import { clipFactor, clipValue } from "../reference/clipping.ts";

import type { TrainerState } from "./trainer-state.ts";

const RUNS = { numRuns: process.env.DROWSE_DEEP ? 500 : 40, seed: 6 };

/** The state of a trainer after some steps. */
async function stateAfter(recipe: Recipe, optimizer: Optimizer, { steps = 1, threads = 1 } = {}): Promise<TrainerState> {
  const { model, data } = make(recipe);
  const trainer = await model.trainer(data, { loss: lossOf(recipe.loss), optimizer, batchSize: recipe.rows, threads });
  try {
    await trainer.run(steps);
    return await trainer.state();
  } finally {
    trainer.close();
  }
}

/** The gradient of the first step, before anything is clipped: what trace shows. */
async function gradientOf(recipe: Recipe, optimizer: Optimizer): Promise<ReadonlyMap<string, Float32Array>> {
  const { model, data } = make(recipe);
  const rows = shuffledRows(recipe.count, streamKey(recipe.seed, "shuffle"), 0).slice(0, recipe.rows);
  return (await model.trace(data, { loss: lossOf(recipe.loss), optimizer, rows })).gradients;
}

/** A velocity below is none: kernels/rules.ts. */
const FAINT = 2 ** -110;

const bits = ({ values, slots }: TrainerState) => bitsOf(values) + Object.values(slots).map(bitsOf).join("");
/** The first velocity of all parameters is the gradient as the rule received it. */
const received = async (recipe: Recipe, options: Partial<SgdOptions>) =>
  (await stateAfter(recipe, sgd({ learningRate: 0.1, momentum: 0.5, ...options }))).slots.velocity;

describe("clipNorm", () => {
  it("shortens the gradient of all parameters together, and turns it nowhere", async () => {
    let clipped = 0;
    await fc.assert(
      fc.asyncProperty(recipes, fc.constantFrom(1e-3, 0.1, 0.9), async (recipe, share) => {
        const gradient = await gradientOf(recipe, sgd({ learningRate: 0.1 }));
        const norm = Math.hypot(...[...gradient.values()].flatMap((numbers) => [...numbers]));
        fc.pre(norm > 0);
        const limit = norm * share;
        const given = await received(recipe, { clipNorm: limit });
        const factor = clipFactor(gradient.values(), limit);
        for (const [name, numbers] of gradient) {
          expectClose(
            given[name],
            numbers.map((value) => value * factor),
            name,
            3e-7,
          );
        }
        clipped++;
      }),
      RUNS,
    );
    expect(clipped).toBeGreaterThan(RUNS.numRuns / 2);
  });

  it("changes no bit of a gradient within it, under any rule", async () => {
    await fc.assert(
      fc.asyncProperty(recipes, async (recipe) => {
        for (const make of [
          (options: object) => sgd({ learningRate: 0.1, momentum: 0.9, l2: 0.01, maxNorm: 1, ...options }),
          (options: object) => adam({ learningRate: 0.01, ...options }),
        ]) {
          const free = await stateAfter(recipe, make({}), { steps: 3 });
          expect(bits(await stateAfter(recipe, make({ clipNorm: 1e6 }), { steps: 3 }))).toBe(bits(free));
          expect(bits(await stateAfter(recipe, make({ clipValue: 1e6 }), { steps: 3 }))).toBe(bits(free));
        }
      }),
      { ...RUNS, numRuns: Math.ceil(RUNS.numRuns / 4) },
    );
  });

  it("has one set of bits for any number of threads", async () => {
    await fc.assert(
      fc.asyncProperty(recipes, fc.constantFrom(2, 3, 8), async (recipe, threads) => {
        const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, clipNorm: 0.01, maxNorm: 1 });
        const alone = await stateAfter(recipe, optimizer, { steps: 3 });
        expect(bits(await stateAfter(recipe, optimizer, { steps: 3, threads }))).toBe(bits(alone));
      }),
      { ...RUNS, numRuns: Math.ceil(RUNS.numRuns / 2) },
    );
  });

  it("shows in trace the gradient as it was and the weights as they become", async () => {
    const recipe = plainRecipe({
      layers: [{ type: "dense", units: 40, bias: true }, { type: "relu" }, { type: "dense", units: 4, bias: true }],
    });
    const optimizer = sgd({ learningRate: 1, clipNorm: 0.01 });
    const { model, data } = make(recipe);
    const rows = shuffledRows(recipe.count, streamKey(recipe.seed, "shuffle"), 0).slice(0, recipe.rows);
    const { gradients, updated } = await model.trace(data, { loss: lossOf(recipe.loss), optimizer, rows });
    expect(gradients).toEqual(await gradientOf(recipe, sgd({ learningRate: 1 })));
    const moved = [...updated].map(([name, values]) => values.map((value, i) => value - (model.weights.get(name)?.[i] ?? 0)));
    expect(Math.hypot(...moved.flatMap((numbers) => [...numbers]))).toBeCloseTo(0.01, 5);
    expect(bitsOf((await stateAfter(recipe, optimizer)).values)).toBe(bitsOf(updated));
  });
});

describe("clipValue", () => {
  it("cuts each number of the gradient to the limit", async () => {
    let cut = 0;
    await fc.assert(
      fc.asyncProperty(recipes, fc.constantFrom(1e-4, 1e-2), async (recipe, limit) => {
        const gradient = await gradientOf(recipe, sgd({ learningRate: 0.1 }));
        const given = await received(recipe, { clipValue: limit });
        for (const [name, numbers] of gradient) {
          const expected = Float32Array.from(clipValue(numbers, Math.fround(limit)));
          expect(given[name]).toEqual(expected.map((value) => (Math.abs(value) < FAINT ? 0 : value)));
          if (expected.some((value, i) => value !== numbers[i])) cut++;
        }
      }),
      RUNS,
    );
    expect(cut).toBeGreaterThan(RUNS.numRuns / 2);
  });
});

describe("the twins of clipping", () => {
  it("give a factor that makes the norm the limit, or 1", () => {
    expect(clipFactor([[3], [4]], 1)).toBeCloseTo(0.2, 15);
    expect(clipFactor([[3], [4]], 5)).toBe(1);
    expect(clipFactor([[0]], 5)).toBe(1);
    expect([...clipValue([-3, -1, 0.5, 2], 1)]).toEqual([-1, -1, 0.5, 1]);
  });
});
