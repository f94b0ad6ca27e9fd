import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { type LayerRecipe, lossOf, make, plainRecipe, RATES, type Recipe, recipes } from "../../test/networks.ts";
import { PAIRED } from "../../test/optimizers.ts";
import { prepareData } from "../data/prepare.ts";
import type { BatchSource } from "../data/source.ts";
import { resolveLoss } from "../losses/resolve.ts";
import { type SgdOptions, sgd } from "../optimizers/sgd.ts";
import { shuffledRows } from "../random/shuffle.ts";
import { streamKey } from "../random/streams.ts";
import type { ActivationName } from "../reference/activations.ts";
import { sizeOf } from "../tensor/shape.ts";
import { allKernels } from "../wasm/all-kernels.ts";
import { createLocalMachine } from "../wasm/local-machine.ts";
import { createPoolMachine } from "../wasm/pool-machine.ts";
import { listProgram } from "../wasm/program.ts";
import { lossRequest } from "./data-request.ts";
import type { Plan } from "./plan.ts";
import type { PlanRequest } from "./plan-builder.ts";
import { readResult, writeRecord } from "./record.ts";
import { makeTrainingPlan } from "./training-pass.ts";
import { readNumbers, writeNumbers } from "./weights.ts";

const DEEP = process.env.DROWSE_DEEP === "1";
const RUNS = { numRuns: DEEP ? 2000 : 80, seed: 2 };
// Only against a test that hangs.
if (process.env.DROWSE_DEEP === "1") vi.setConfig({ testTimeout: 1_200_000 });
const SETTINGS: SgdOptions = { learningRate: 0.3, momentum: 0.5, l2: 0.01, maxNorm: 0.9 };

const dense = (units: number, bias = true): LayerRecipe => ({ type: "dense", units, bias });
const relu: LayerRecipe = { type: "relu" };
const flatten: LayerRecipe = { type: "flatten" };
const activation = (name: ActivationName, parameter = 1): LayerRecipe => ({ type: "activation", name, parameter });
const leaky = activation("leakyRelu", 0.1);
const softplus = activation("softplus");
const asleep = (rate: number): LayerRecipe => ({ type: "dropout", rate });

/** Runs steps of a plan of a recipe's model and returns the bits of its weights, velocities and losses. */
async function bitsOfSteps(
  recipe: Recipe,
  changes: Partial<PlanRequest>,
  steps = 1,
): Promise<{ weights: string; losses: number[] }> {
  const { model, data, rows } = make(recipe);
  const { graph, seed } = model;
  const loss = resolveLoss("test", lossOf(recipe.loss));
  const source: BatchSource = prepareData("test", data, lossRequest("test", model, loss));
  const request: PlanRequest = {
    ...{
      graph,
      seed,
      kernels: allKernels,
      source,
      loss,
      batchSize: rows.length,
      optimizer: sgd(SETTINGS),
      predict: undefined,
      threads: 1,
      fused: true,
      path: 0,
    },
    ...changes,
  };
  const plan = makeTrainingPlan(request);
  const { threads, optimizer = sgd(SETTINGS) } = request;
  const machine =
    threads === 1 ? await createLocalMachine(plan.specification) : await createPoolMachine(plan.specification, threads);
  try {
    writeNumbers(machine, plan, graph, "value", model.weights);
    const losses: number[] = [];
    for (let pass = 0; pass < steps; pass++) {
      const buffer = new ArrayBuffer(plan.record.bytes);
      await writeRecord(buffer, 0, plan.record, source, {
        rows,
        pass,
        batch: 7,
        hyper: optimizer.hyper(pass),
        dropouts: plan.dropouts,
      });
      const slot = plan.slots[0];
      machine.write(slot.record, new Uint8Array(buffer));
      const outcome = await machine.run(plan.programs.train, {
        ...slot,
        recordBytes: plan.record.bytes,
        resultBytes: plan.record.resultBytes,
        count: 1,
      });
      expect(outcome.lost).toBe(false);
      // A network may diverge: then it does so in the same step, and its numbers are nobody's.
      if (outcome.clean === 0) return { weights: "diverged", losses };
      losses.push(readResult(await machine.read(slot.result, plan.record.resultBytes), 0, plan.record).lossSum);
    }
    const values = await readNumbers(machine, plan, graph, "value");
    const slots = await Promise.all(optimizer.slots.map((_, slot) => readNumbers(machine, plan, graph, slot)));
    return { weights: bitsOf(values) + slots.map(bitsOf).join(""), losses };
  } finally {
    machine.close();
  }
}

/** The fused plan on every path, against the unfused one. */
async function expectOneSetOfBits(recipe: Recipe, steps = 2, optimizer = sgd(SETTINGS)): Promise<void> {
  const unfused = await bitsOfSteps(recipe, { fused: false, optimizer }, steps);
  for (const path of [0, 1, 2] as const)
    expect(await bitsOfSteps(recipe, { path, optimizer }, steps), `path ${path}`).toEqual(unfused);
}

describe("the fused plan", () => {
  it("has the bits of the unfused one on random networks, on every path", async () => {
    await fc.assert(
      fc.asyncProperty(recipes, (recipe) => expectOneSetOfBits(recipe)),
      RUNS,
    );
  });

  const shapes: Record<string, (rate: number) => LayerRecipe[]> = {
    "on the input and between layers": (rate) => [
      asleep(rate),
      dense(30),
      relu,
      asleep(rate),
      dense(9),
      relu,
      asleep(rate),
      dense(4),
    ],
    "without a rectifier": (rate) => [dense(30), asleep(rate), dense(4)],
    "before a rectifier": (rate) => [dense(30), asleep(rate), relu, dense(4)],
    "before and after a rectifier": (rate) => [dense(30), asleep(rate), relu, asleep(rate), dense(4)],
    "twice in a row": (rate) => [dense(30), relu, asleep(rate), asleep(rate), dense(4)],
    "twice in a row, once of rate 0": (rate) => [dense(30), relu, asleep(0), asleep(rate), dense(4)],
    "twice on the input": (rate) => [asleep(rate), asleep(rate), dense(4)],
    "last, behind a rectifier": (rate) => [dense(30), relu, dense(4), relu, asleep(rate)],
    "last, behind a dense layer": (rate) => [dense(30), relu, dense(4), asleep(rate)],
    "first, then a rectifier": (rate) => [asleep(rate), relu, dense(4)],
    "behind a rectifier that is first": (rate) => [relu, asleep(rate), dense(4)],
    "behind two rectifiers": (rate) => [dense(30), relu, relu, asleep(rate), dense(4)],
    "around flatten": (rate) => [asleep(rate), flatten, dense(30), relu, flatten, asleep(rate), flatten, dense(4)],
    "without biases": (rate) => [dense(30, false), relu, asleep(rate), dense(4, false)],
    "behind a leaky rectifier": (rate) => [dense(30), leaky, asleep(rate), dense(4)],
    // What backward reads of the first must not be overwritten by the last, past all that works in place between them.
    "between a leaky rectifier and softplus": (rate) => [dense(30), leaky, asleep(rate), softplus, dense(4)],
    "between a leaky rectifier and another": (rate) => [dense(30), leaky, asleep(rate), leaky, dense(4)],
    "between two softplus": (rate) => [dense(30), softplus, asleep(rate), softplus, dense(4)],
    "between softplus and a rectifier": (rate) => [dense(30), softplus, asleep(rate), relu, dense(4)],
    "between elu and softplus": (rate) => [dense(30), activation("elu", 1), asleep(rate), softplus, dense(4)],
    "between softplus and elu": (rate) => [dense(30), softplus, asleep(rate), activation("elu", 1), dense(4)],
    nowhere: () => [dense(30), relu, dense(4)],
  };
  const cases = Object.entries(shapes).flatMap(([name, layers]) => RATES.map((rate) => ({ name, rate, layers: layers(rate) })));

  it.each(cases)("has the bits of the unfused one with dropout $name, at rate $rate", async ({ layers }) => {
    await expectOneSetOfBits(plainRecipe({ layers, scaling: "inverted", loss: "crossEntropy" }));
    await expectOneSetOfBits(plainRecipe({ layers, scaling: "standard", loss: "meanSquaredError" }));
  });

  it("has them for any number of threads, on every path", async () => {
    await fc.assert(
      fc.asyncProperty(recipes, fc.constantFrom(2, 3, 8), fc.constantFrom(0, 1, 2, 3, 4), async (recipe, threads, path) => {
        const alone = await bitsOfSteps(recipe, { path: path as PlanRequest["path"] }, 3);
        expect(await bitsOfSteps(recipe, { threads }, 3)).toEqual(alone);
      }),
      { ...RUNS, numRuns: DEEP ? 500 : 25 },
    );
  });

  it.each(PAIRED)("has the bits of the unfused one, for any number of threads: $name", async ({ optimizer }) => {
    const recipe = plainRecipe({ layers: [asleep(0.2), dense(60), relu, asleep(0.5), dense(4)] });
    await expectOneSetOfBits(recipe, 3, optimizer);
    const alone = await bitsOfSteps(recipe, { optimizer }, 3);
    expect(await bitsOfSteps(recipe, { optimizer, threads: 2 }, 3)).toEqual(alone);
    expect(await bitsOfSteps(recipe, { optimizer, threads: 1 }, 2)).not.toEqual(alone);
  });

  it("is the Trainer's: a step from rest ends in the weights and the loss that trace shows", async () => {
    await fc.assert(
      fc.asyncProperty(recipes, fc.constantFrom(1, 2), async (recipe, threads) => {
        const { model, data } = make(recipe);
        const options = { loss: lossOf(recipe.loss), optimizer: sgd(SETTINGS) };
        const trainer = await model.trainer(data, { ...options, batchSize: recipe.rows, threads });
        try {
          const [{ loss }] = await trainer.run(1);
          const { values } = await trainer.state();
          const rows = shuffledRows(recipe.count, streamKey(recipe.seed, "shuffle"), 0).slice(0, recipe.rows);
          const trace = await model.trace(data, { ...options, rows });
          expect(bitsOf(values)).toBe(bitsOf(trace.updated));
          expect(loss).toBe(trace.loss);
        } finally {
          trainer.close();
        }
      }),
      { ...RUNS, numRuns: DEEP ? 500 : 40 },
    );
  });
});

/** The plan of a training step, as a listing. */
function listing(layers: LayerRecipe[], fused: boolean, optimizer = sgd(SETTINGS)): { lines: string[]; plan: Plan } {
  const { model, data } = make(plainRecipe({ layers, input: [20] }));
  const loss = resolveLoss("test", "crossEntropy");
  const { graph, seed } = model;
  const source = prepareData("test", data, { inputShape: [20], outputs: sizeOf(graph.output), targets: "classes" });
  const plan = makeTrainingPlan({
    graph,
    seed,
    kernels: allKernels,
    source,
    loss,
    batchSize: 8,
    optimizer,
    predict: undefined,
    threads: 2,
    fused,
    path: 0,
  });
  const program = plan.specification.programs[plan.programs.train];
  return { lines: listProgram(program, plan.specification.kernels).split("\n"), plan };
}
const kernelOf = (line: string) => line.split(" ")[0];

describe("a plan's listing", () => {
  const layers = [asleep(0.2), dense(30), relu, asleep(0.5), dense(4)];

  it("shows that rectifier, its gradient, the dropout's gradient and the updates ride on the products", () => {
    expect(listing(layers, true).lines.map(kernelOf)).toEqual([
      "inputFloats",
      "dropout",
      ...["compressRows", "denseForward", "dropout", "compressRows", "denseForward"],
      ...["softmaxCrossEntropy", "sumLosses"],
      ...["compressRows", "denseInputGradient", "compressFactor", "denseWeightGradient", "finishPanels"],
      ...["compressFactor", "denseWeightGradient", "finishPanels"],
    ]);
  });

  it("shows that only the updates wait for the norm of the whole gradient, where that is limited", () => {
    expect(listing(layers, true, sgd({ ...SETTINGS, clipNorm: 1 })).lines.map(kernelOf)).toEqual([
      "inputFloats",
      "dropout",
      ...["compressRows", "denseForward", "dropout", "compressRows", "denseForward"],
      ...["softmaxCrossEntropy", "sumLosses"],
      ...["compressRows", "denseInputGradient", "compressFactor", "denseWeightGradient"],
      ...["compressFactor", "denseWeightGradient"],
      ...["squaredNorms", "squaredNorms", "squaredNorms", "squaredNorms", "clipFactor"],
      ...["update", "maxNorm", "update", "update", "maxNorm", "update"],
    ]);
  });

  it("shows every operation by itself in the unfused plan", () => {
    expect(listing(layers, false).lines.map(kernelOf)).toEqual([
      "inputFloats",
      "dropout",
      ...["compressRows", "denseForward", "relu", "dropout", "compressRows", "denseForward"],
      ...["softmaxCrossEntropy", "sumLosses"],
      ...["compressRows", "denseInputGradient", "compressFactor", "denseWeightGradient"],
      ...["dropout", "reluGradient", "compressFactor", "denseWeightGradient"],
      ...["update", "maxNorm", "update", "update", "maxNorm", "update"],
    ]);
  });

  it("keeps no second copy of an activation whose input nobody reads again", () => {
    const places = (name: ActivationName) => {
      const { plan } = listing([dense(30), activation(name), dense(4)], true);
      return plan.nodes.get("dense1")?.output.pointer === plan.nodes.get(`${name}1`)?.output.pointer;
    };
    expect({ leakyRelu: places("leakyRelu"), softplus: places("softplus"), elu: places("elu"), tanh: places("tanh") }).toEqual({
      ...{ leakyRelu: true, softplus: true, elu: false, tanh: false },
    });
  });

  it("names layers and arguments, and says where the threads meet", () => {
    const { lines } = listing(layers, true);
    expect(lines.find((line) => line.startsWith("sumLosses"))).toMatch(
      /^sumLosses +loss +losses=\d+ correct=\d+ B=\[record\+0\] result=result\+0 status=\d+$/,
    );
    expect(lines.find((line) => line.startsWith("denseForward"))).toMatch(/ dense1 .* rectify=1 work=result\+16 scratch=\d+ \|$/);
    expect(lines[1]).toMatch(/^dropout +dropout1 .* parameters=record\+60 pass=\[record\+72\] stream=0 /);
  });

  it("begins every program with a call at which the threads meet and which writes no status", () => {
    const { specification } = listing(layers, true).plan;
    for (const { calls } of specification.programs) {
      expect(calls[0].barrier).toBe(true);
      expect(["inputFloats", "inputBytes"]).toContain(calls[0].kernel);
    }
  });
});
