import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { expectClose } from "../../test/closeness.ts";
import { batchOf, make, recipes, twinOf } from "../../test/networks.ts";
import { sgd } from "../optimizers/sgd.ts";
import { shuffledRows } from "../random/shuffle.ts";
import { streamKey } from "../random/streams.ts";
import { transpose } from "../reference/compression.ts";
import { maxNorm } from "../reference/max-norm.ts";
import { trainingPass } from "../reference/network.ts";
import type { Numbers } from "../reference/numbers.ts";
import { sgd as twinSgd } from "../reference/sgd.ts";

// Training in the fused plan, step after step, against the f64 twin, which makes masks, gradients and updates of its own.

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

/** The change of some numbers is at most 1e-5 of its size away from the twin's, or what single precision leaves of the numbers. */
function expectStep(actual: Numbers, expected: Numbers, before: Numbers, what: string): void {
  const norm = (numbers: Numbers) => Math.hypot(...Array.from(numbers));
  const change = norm(Array.from(expected, (value, i) => value - before[i]));
  const tolerance = 1e-5 * change + 1e-7 * norm(expected) + 1e-9;
  expect(norm(Array.from(expected, (value, i) => value - actual[i])), what).toBeLessThanOrEqual(tolerance);
}

describe("training", () => {
  it("takes the twin's steps: loss, velocities and weights under momentum, L2 and max-norm, over passes and all rates", async () => {
    let limited = 0;
    await fc.assert(
      fc.asyncProperty(recipes, settings, async (recipe, { maxNorm: limit, ...hyper }) => {
        const made = make(recipe);
        const { model, data } = made;
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
            const network = twinOf(model, { loss, pass: before.pass, values: new Map(Object.entries(before.values)) });
            const twin = trainingPass(network, batchOf(made, loss, rows));
            expectClose([report.loss], [twin.loss], `loss of step ${step}`, 1e-4);
            const dense = model.graph.nodes.filter(({ layer }) => layer.kind === "dense");
            network.layers
              .flatMap((layer, i) => (layer.type === "dense" ? [{ layer, gradients: twin.gradients[i] }] : []))
              .forEach(({ layer: { K, N, weight, bias }, gradients }, i) => {
                const turned = (numbers: Numbers) => transpose(numbers, N, K);
                const name = `${dense[i].name}.weight`;
                const step1 = twinSgd(weight, turned(before.velocities[name]), gradients?.weight ?? [], { ...hyper });
                expectStep(
                  turned(after.velocities[name]),
                  step1.velocities,
                  turned(before.velocities[name]),
                  `velocity of ${name}`,
                );
                const weights = limit === undefined ? step1.weights : maxNorm(step1.weights, K, N, limit);
                if (weights.some((value, at) => value !== step1.weights[at])) limited++;
                expectStep(turned(after.values[name]), weights, weight, `${name} after step ${step}`);
                if (!bias || !gradients?.bias) return;
                const of = `${dense[i].name}.bias`;
                const step2 = twinSgd(bias, before.velocities[of], gradients.bias, { ...hyper, l2: 0 });
                expectStep(after.velocities[of], step2.velocities, before.velocities[of], `velocity of ${of}`);
                expectStep(after.values[of], step2.weights, bias, `${of} after step ${step}`);
              });
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
