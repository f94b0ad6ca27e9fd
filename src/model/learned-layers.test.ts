import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectClose } from "../../test/closeness.ts";
import { Draws } from "../../test/draws.ts";
import { learnedRecipes, learnedTwin, makeLearned } from "../../test/learned-networks.ts";
import { MONTE_CARLO } from "../random/streams.ts";
import { prediction, trainingPass } from "../reference/network.ts";
import { sizeOf } from "../tensor/shape.ts";
import { predictUncertain } from "./predict-uncertain.ts";

const RUNS = { numRuns: process.env.DROWSE_DEEP ? 2000 : 150, seed: 2 };
const ROWS = 40;

describe("random networks of learned noise and DropConnect", () => {
  it("are the twin's: outputs, gradients of all that is learned, loss and penalty, and predictions", async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(learnedRecipes(40), fc.nat(1000), fc.nat(1000), async (recipe, pass, batch) => {
        const model = makeLearned(recipe);
        const draws = new Draws(recipe.seed);
        const [inputs, outputs] = [sizeOf(model.inputShape), sizeOf(model.outputShape)];
        const data = { x: draws.floats(ROWS * inputs), y: draws.floats(ROWS * outputs) };
        const rows = Array.from({ length: recipe.rows }, () => draws.integer(0, ROWS - 1));
        const of = (numbers: Float32Array, size: number) =>
          rows.flatMap((row) => [...numbers.subarray(row * size, (row + 1) * size)]);

        const trace = await model.trace(data, { loss: "meanSquaredError", rows, pass, batch });
        const network = learnedTwin(model, { pass, batch, rows: ROWS });
        const twin = trainingPass(network, { x: of(data.x, inputs), targets: of(data.y, outputs), indices: rows });
        expectClose([trace.loss], [twin.loss], "loss");
        expect(Math.abs(trace.penalty - twin.penalty)).toBeLessThan(1e-9 * (1 + Math.abs(twin.penalty)));
        for (const [i, { name }] of model.graph.nodes.entries()) {
          const layer = network.layers[i];
          expectClose(trace.layers.get(name)?.output.data ?? [], twin.values[i + 1], `output of ${name}`, 1e-5);
          seen.set(layer.type, (seen.get(layer.type) ?? 0) + 1);
          const given = (parameter: string) => trace.gradients.get(`${name}.${parameter}`) ?? new Float32Array();
          if ("K" in layer) {
            const turned = given("weight").map((_, at) => given("weight")[(at % layer.N) * layer.K + Math.floor(at / layer.N)]);
            expectNear(turned, twin.gradients[i]?.weight ?? [], `weight of ${name}`);
            expectNear(given("bias"), twin.gradients[i]?.bias ?? [], `bias of ${name}`);
          }
          const learned = twin.learned[i];
          if (learned) expectNear(given(layer.type === "concreteDropout" ? "logit" : "log_alpha"), learned, `learned by ${name}`);
        }

        const predicted = await model.predict(data.x);
        expectClose(predicted.data, prediction(network.layers, data.x, ROWS), "predictions", 1e-5);
      }),
      RUNS,
    );
    expect([...seen.keys()].sort()).toEqual(["activation", "concreteDropout", "dense", "dropConnect", "variationalDropout"]);
    expect(Math.min(...seen.values())).toBeGreaterThan(50);
  });
});

describe("Monte Carlo samples of such networks", () => {
  it("are the twin's with the noise and masks of their own stream, whatever the threads", async () => {
    let random = 0;
    await fc.assert(
      fc.asyncProperty(learnedRecipes(20), fc.integer({ min: 1, max: 20 }), async (recipe, T) => {
        const model = makeLearned(recipe);
        if (!model.graph.nodes.some(({ layer }) => layer.isRandom)) return;
        random++;
        const [inputs, outputs] = [sizeOf(model.inputShape), sizeOf(model.outputShape)];
        const x = new Draws(recipe.seed).floats(recipe.rows * inputs);
        const { samples } = await predictUncertain(model, x, { samples: T, keepSamples: true, threads: 1 + (T % 2) });
        const indices = Array.from({ length: recipe.rows }, (_, row) => row);
        const targets = new Float64Array(recipe.rows * outputs);
        for (let pass = 0; pass < T; pass++) {
          const twin = learnedTwin(model, { pass, batch: 0, rows: ROWS, stream: MONTE_CARLO });
          const { values } = trainingPass(twin, { x, targets, indices });
          const of = samples?.data.subarray(pass * targets.length, (pass + 1) * targets.length) ?? [];
          expectNear(of, values[values.length - 1], `sample ${pass}`);
        }
      }),
      { ...RUNS, numRuns: Math.ceil(RUNS.numRuns / 3) },
    );
    expect(random).toBeGreaterThan(25);
  });
});

/** Sums whose terms cancel have few digits left in single precision: an error of 1e-6 passes, that of a norm of 1 being 1e-5. */
function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  const [one, other] = [actual, expected].map((numbers) => [...Array.from(numbers), 0.1]);
  expectClose(one, other, what, 1e-5);
}
