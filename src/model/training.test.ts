import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { make, recipes } from "../../test/networks.ts";
import { sgd } from "../optimizers/sgd.ts";
import { shuffledRows } from "../random/shuffle.ts";
import { streamKey } from "../random/streams.ts";
import { transpose } from "../reference/compression.ts";
import { maxNorm } from "../reference/max-norm.ts";
import type { Numbers } from "../reference/numbers.ts";
import { sgd as twinSgd } from "../reference/sgd.ts";
import { sizeOf } from "../tensor/shape.ts";

// Updates in the fused plan, step after step, against the twin's, made of the gradients that trace shows: these are held
// to the twin's in trace.test.ts.

const RUNS = { numRuns: process.env.DROWSE_DEEP ? 500 : 30, seed: 4 };
// Only against a test that hangs.
if (process.env.DROWSE_DEEP === "1") vi.setConfig({ testTimeout: 1_200_000 });
const STEPS = 6;

const settings = fc.record({
  learningRate: fc.constantFrom(0.01, 0.1, 0.3),
  momentum: fc.constantFrom(0, 0.5, 0.9),
  l2: fc.constantFrom(0, 0.01),
  maxNorm: fc.constantFrom(undefined, 0.7, 2),
});

/** The change of some numbers is at most 1e-6 of its size away from the twin's, or what single precision leaves of the numbers. */
function expectStep(actual: Numbers, expected: Numbers, before: Numbers, what: string): void {
  const norm = (numbers: Numbers) => Math.hypot(...Array.from(numbers));
  const change = norm(Array.from(expected, (value, i) => value - before[i]));
  const tolerance = 1e-6 * change + 2e-7 * norm(expected);
  expect(norm(Array.from(expected, (value, i) => value - actual[i])), what).toBeLessThanOrEqual(tolerance);
}

describe("training", () => {
  it("takes the twin's steps: velocities and weights under momentum, L2 and max-norm, over several passes", async () => {
    let limited = 0;
    await fc.assert(
      fc.asyncProperty(recipes, settings, async (recipe, { maxNorm: limit, ...hyper }) => {
        const { model, data } = make(recipe);
        const { loss } = recipe;
        const optimizer = sgd({ ...hyper, ...(limit === undefined ? {} : { maxNorm: limit }) });
        const batchSize = Math.min(recipe.rows, 8);
        const trainer = await model.trainer(data, { loss, optimizer, batchSize });
        try {
          for (let step = 0; step < STEPS; step++) {
            // From the state in single precision, so that errors do not add up over the steps.
            const before = await trainer.state();
            const [report] = await trainer.run(1);
            const after = await trainer.state();
            const order = shuffledRows(recipe.count, streamKey(recipe.seed, "shuffle"), before.pass);
            const rows = order.slice(before.batch * batchSize, (before.batch + 1) * batchSize);
            model.setWeights(before.values);
            const { gradients, loss: traced } = await model.trace(data, { loss, rows, pass: before.pass });
            expect(report.loss, `loss of step ${step}`).toBe(traced);
            for (const { name, layer, inputShape, outputShape } of model.graph.nodes) {
              if (layer.kind !== "dense") continue;
              const [K, N] = [sizeOf(inputShape), sizeOf(outputShape)];
              const turned = (numbers: Numbers) => transpose(numbers, N, K);
              const of = `${name}.weight`;
              const [weight, velocity] = [turned(before.values[of]), turned(before.velocities[of])];
              const moved = twinSgd(weight, velocity, turned(gradients.get(of) ?? []), hyper);
              const weights = limit === undefined ? moved.weights : maxNorm(moved.weights, K, N, limit);
              if (weights.some((value, at) => value !== moved.weights[at])) limited++;
              expectStep(turned(after.velocities[of]), moved.velocities, velocity, `velocity of ${of}`);
              expectStep(turned(after.values[of]), weights, weight, `${of} after step ${step}`);
              const bias = `${name}.bias`;
              const gradient = gradients.get(bias);
              if (!gradient) continue;
              // L2 is of the weights alone
              const shifted = twinSgd(before.values[bias], before.velocities[bias], gradient, { ...hyper, l2: 0 });
              expectStep(after.velocities[bias], shifted.velocities, before.velocities[bias], `velocity of ${bias}`);
              expectStep(after.values[bias], shifted.weights, before.values[bias], `${bias} after step ${step}`);
            }
          }
        } finally {
          trainer.close();
        }
      }),
      RUNS,
    );
    expect(limited).toBeGreaterThan(20);
  });
});
