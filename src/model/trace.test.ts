import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { bitsOf, numbersOfTrace } from "../../test/bits.ts";
import { expectClose, expectExact } from "../../test/closeness.ts";
import { isIn, lossOf, make, plainRecipe, RATES, recipes } from "../../test/networks.ts";
import { roundingOf } from "../../test/rounding.ts";
import { runningRounding } from "../../test/rounding-norms.ts";
import { batchOf, sidesOf, twinOf } from "../../test/twins.ts";
import { type Dropout, isPlainDropout, trainingScale } from "../layers/dropout/dropout.ts";
import { sgd } from "../optimizers/sgd.ts";
import { dropoutParameters, maskOfRow } from "../random/mask.ts";
import { SHARED, streamKey, TRAINING } from "../random/streams.ts";
import { transpose } from "../reference/compression.ts";
import { maxNorm } from "../reference/max-norm.ts";
import { type NetworkLayer, type TrainingPass, trainingPass } from "../reference/network.ts";
import type { Numbers } from "../reference/numbers.ts";
import { sgd as twinSgd } from "../reference/sgd.ts";
import { standoutMask } from "../reference/standout.ts";
import { sizeOf } from "../tensor/shape.ts";
import { type Node, readersOf } from "./graph.ts";
import type { Model } from "./model.ts";

// Whole networks against the f64 twin, which makes its own masks.

const DEEP = process.env.DROWSE_DEEP === "1";
/** Random, but the same in every run: a test that fails one night in a hundred is of no use. */
const RUNS = { numRuns: DEEP ? 3000 : 150, seed: 1 };
// Only against a test that hangs.
if (process.env.DROWSE_DEEP === "1") vi.setConfig({ testTimeout: 1_200_000 });
const TOLERANCE = 1e-5;

/**
 * Fails unless the relative norm error is at most 1e-5; or, where terms cancel each other and single precision has not
 * so many digits left, four times what its roundings come to.
 */
function expectNear(actual: Numbers, expected: Numbers, variance: Numbers, what: string): void {
  const scale = Math.hypot(...Array.from(expected));
  const rounding = Math.sqrt(Array.from(variance).reduce((sum, value) => sum + value, 0));
  if (scale === 0) {
    // Zeros are exact, but where in double precision all cancels: what rounding leaves of it here is as small.
    expect(Math.hypot(...Array.from(actual)), what).toBeLessThanOrEqual(4 * rounding);
    return;
  }
  const tolerance = Math.max(TOLERANCE, (4 * rounding) / scale);
  tally[tolerance === TOLERANCE ? "strict" : "loose"]++;
  expectClose(actual, expected, what, tolerance);
}
/** How many comparisons had which tolerance: a normalisation of few rows, or of numbers that hardly differ, leaves few digits. */
const tallies = { plain: { strict: 0, loose: 0 }, normalised: { strict: 0, loose: 0 } };
let tally = tallies.plain;

/** The index of each node's layer in the twin, which has no flatten. */
function twinIndices(model: Model): { node: Node; index: number }[] {
  let index = 0;
  return model.graph.nodes.map((node) => ({ node, index: node.layer.kind === "flatten" ? index - 1 : index++ }));
}

/** Whether no number is so near to a kink, or to what decides over a mask, that single precision puts it on the other side. */
function sameSides(pass: TrainingPass, inputOf: (i: number) => Numbers, layers: readonly NetworkLayer[], rows: Numbers): boolean {
  return layers.every((layer, i) => {
    if (sidesOf(layer, inputOf(i)) !== sidesOf(layer, pass.values[i])) return false;
    if (layer.type !== "standout" || "length" in layer.mask) return true;
    const actual = standoutMask(inputOf(i), layer, rows, layer.mask);
    return actual.every((awake, at) => awake === pass.masks[i]?.[at]);
  });
}

describe("a traced training step", () => {
  it("is the twin's: every layer's output and gradient, the loss, every parameter's gradient and update", async () => {
    const seen = { networks: 0, rates: new Set<number>(), kinds: new Set<string>(), wide: 0 };
    await fc.assert(
      fc.asyncProperty(recipes, fc.nat(1000), fc.nat(1000), async (recipe, pass, batch) => {
        const made = make(recipe);
        const { model, data, rows } = made;
        const { loss } = recipe;
        const isNormalised = isIn(recipe.layers, "batchNorm") || isIn(recipe.layers, "layerNorm");
        tally = isNormalised ? tallies.normalised : tallies.plain;
        const settings = { learningRate: 0.3, momentum: 0.9, l2: 0.01, maxNorm: 0.8 };
        const trace = await model.trace(data, { loss: lossOf(loss), rows, pass, batch, optimizer: sgd(settings) });
        const network = twinOf(model, { loss, pass, batch });
        const given = batchOf(made, rows);
        const twin = trainingPass(network, given);
        const indices = twinIndices(model);
        const inputOf = (i: number) => {
          const before = indices.find(({ index, node }) => index === i - 1 && node.layer.kind !== "flatten")?.node.name;
          return before === undefined ? trace.input.data : (trace.layers.get(before)?.output.data ?? []);
        };
        fc.pre(sameSides(twin, inputOf, network.layers, rows));

        const B = rows.length;
        const rounding = roundingOf(network, twin, given);
        expect(trace.input.shape).toEqual([B, ...recipe.input]);
        expectClose(trace.input.data, twin.values[0], "input", 1e-7);
        const firstWeights = model.graph.nodes.findIndex(({ parameters }) => parameters.length > 0);
        for (const { node, index } of indices) {
          const traced = trace.layers.get(node.name);
          if (!traced) throw new Error(`no trace of ${node.name}`);
          const layer = network.layers[index];
          expect(traced.output.shape).toEqual([B, ...node.outputShape]);
          expectNear(traced.output.data, twin.values[index + 1], rounding.values[index + 1], `output of ${node.name}`);

          expect(traced.gradient !== undefined).toBe(node.index >= firstWeights);
          if (!traced.gradient) continue;
          expect(traced.gradient.shape).toEqual([B, ...node.outputShape]);
          expectNear(
            traced.gradient.data,
            twin.valueGradients[index + 1],
            rounding.valueGradients[index + 1],
            `gradient of ${node.name}`,
          );

          const gradients = twin.gradients[index];
          const uncertain = rounding.gradients[index];
          if (!layer || !("weight" in layer) || !gradients || !uncertain) continue;
          for (const part of ["weight", "bias"] as const) {
            const name = `${node.name}.${part}`;
            const [values, gradient] = [layer[part], gradients[part]];
            expect(trace.gradients.has(name)).toBe(values !== undefined);
            if (!values || !gradient) continue;
            const decays = part === "weight" && layer.type === "dense" ? layer : undefined;
            const turned = (numbers: ReadonlyMap<string, Float32Array>) => {
              const own = numbers.get(name) ?? [];
              return decays ? transpose(own, decays.N, decays.K) : own;
            };
            expectNear(turned(trace.gradients), gradient, uncertain[part], `gradient of ${name}`);
            const hyper = decays ? settings : { ...settings, l2: 0 };
            const moved = twinSgd(values, new Float64Array(values.length), gradient, hyper).weights;
            const stepped = decays ? maxNorm(moved, decays.K, decays.N, settings.maxNorm) : moved;
            expectNear(turned(trace.updated), stepped, uncertain[part], `updated ${name}`);
          }
          const running = twin.running[index];
          if (!running) continue;
          const [meanName, varName] = [`${node.name}.running_mean`, `${node.name}.running_var`];
          const { ofMean, ofVar } = runningRounding(layer, twin.values[index], rounding.values[index]);
          expect([trace.gradients.has(meanName), trace.gradients.has(varName)]).toEqual([false, false]);
          expectNear(trace.updated.get(meanName) ?? [], running.runningMean, ofMean, `updated ${meanName}`);
          expectNear(trace.updated.get(varName) ?? [], running.runningVar, ofVar, `updated ${varName}`);
        }
        expectClose([trace.loss], [twin.loss], "loss");

        seen.networks++;
        if (sizeOf(recipe.input) > 28) seen.wide++;
        for (const layer of recipe.layers) {
          seen.kinds.add(layer.type);
          if (layer.type === "dropout") seen.rates.add(layer.rate);
        }
      }),
      RUNS,
    );
    expect([...seen.rates].sort()).toEqual(RATES);
    expect(seen.kinds.size).toBe(12);
    expect(seen.wide).toBeGreaterThan(10);
    expect(tallies.plain.loose / tallies.plain.strict).toBeLessThan(0.03);
    expect(tallies.normalised.loose / tallies.normalised.strict).toBeLessThan(0.25);
  });

  it("is seen to differ from a twin whose masks are of another pass", async () => {
    const recipe = plainRecipe({
      layers: [
        { type: "dropout", rate: 0.5 },
        { type: "dense", units: 9, bias: true },
      ],
    });
    const made = make(recipe);
    const trace = await made.model.trace(made.data, { loss: lossOf(recipe.loss), rows: made.rows, pass: 3 });
    const twin = (pass: number) => trainingPass(twinOf(made.model, { loss: recipe.loss, pass }), batchOf(made, made.rows));
    const output = trace.layers.get("dense1")?.output.data ?? [];
    expectClose(output, twin(3).values[2], "output");
    expect(() => expectClose(output, twin(4).values[2], "output")).toThrow("relative norm error");
  });

  it("takes exactly the masks of maskOfRow, forward and backward", async () => {
    let dropouts = 0;
    await fc.assert(
      fc.asyncProperty(recipes, fc.nat(2 ** 31 - 1), fc.nat(2 ** 31 - 1), async (recipe, pass, batch) => {
        const { model, data, rows } = make(recipe);
        const trace = await model.trace(data, { loss: lossOf(recipe.loss), rows, pass, batch });
        const values = (at: number) => trace.layers.get(model.graph.nodes[at]?.name)?.output.data ?? trace.input.data;
        const gradients = (at: number) => trace.layers.get(model.graph.nodes[at]?.name)?.gradient?.data;
        for (const { name, layer, index, inputs, outputShape } of model.graph.nodes) {
          if (!isPlainDropout(layer)) continue;
          const units = sizeOf(outputShape);
          const key = streamKey(model.seed, `mask/${name}`);
          const place = (row: number) => (layer.isShared ? { row: batch, stream: SHARED } : { row, stream: TRAINING });
          const mask = [...rows].flatMap((row) => [...maskOfRow(key, layer.rate, units, { ...place(row), pass })]);
          const masked = (numbers: Numbers) =>
            Float64Array.from(numbers, (value, i) => (mask[i] ? Math.fround(value * factorOf(layer)) : 0));
          expectExact(values(index), layer.rate === 0 ? values(inputs[0]) : masked(values(inputs[0])), `output of ${name}`);
          // of what others take too the gradient is a sum
          const below = readersOf(model.graph, inputs[0]).length === 1 ? gradients(inputs[0]) : undefined;
          const own = gradients(index);
          if (below && own) expectExact(below, layer.rate === 0 ? own : masked(own), `gradient below ${name}`);
          dropouts++;
        }
      }),
      { ...RUNS, numRuns: Math.ceil(RUNS.numRuns / 3) },
    );
    expect(dropouts).toBeGreaterThan(50);
  });

  it("has one set of bits, whether its products are sparse or dense, and whichever factor is taken apart", async () => {
    await fc.assert(
      fc.asyncProperty(recipes, async (recipe) => {
        const { model, data, rows } = make(recipe);
        const optimizer = sgd({ learningRate: 0.1, l2: 0.01, maxNorm: 1 });
        const [chosen, ...others] = await Promise.all(
          ([0, 1, 2, 3, 4] as const).map((path) => model.trace(data, { loss: lossOf(recipe.loss), rows, optimizer, path })),
        );
        for (const other of others) expect(bitsOf(numbersOfTrace(other))).toBe(bitsOf(numbersOfTrace(chosen)));
      }),
      { ...RUNS, numRuns: Math.ceil(RUNS.numRuns / 3) },
    );
  });

  it("leaves the model as it was", async () => {
    const { model, data } = make(plainRecipe({ layers: [{ type: "dense", units: 4, bias: true }] }));
    const before = structuredClone(model.weights);
    const { updated } = await model.trace(data, { loss: "crossEntropy", optimizer: sgd({ learningRate: 1 }) });
    expect(model.weights).toEqual(before);
    expect(updated).not.toEqual(before);
    expect(model).toMatchObject({ pass: 0, link: undefined });
  });
});

/** The factor of kept units, in the single precision in which it stands in a step's record. */
function factorOf({ rate, scaling }: Dropout): number {
  return Math.fround(dropoutParameters(rate, trainingScale(rate, scaling)).scale);
}
