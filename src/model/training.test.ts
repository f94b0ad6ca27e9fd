import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { lossOf, make, recipes } from "../../test/networks.ts";
import { type Paired, pairedAdagrad, pairedAdam, pairedRmsprop, pairedSgd } from "../../test/optimizers.ts";
import { shuffledRows } from "../random/shuffle.ts";
import { streamKey } from "../random/streams.ts";
import { transpose } from "../reference/compression.ts";
import { maxNorm } from "../reference/max-norm.ts";
import type { Numbers } from "../reference/numbers.ts";
import { graphParameters, isTrained } from "./graph.ts";
import type { TrainerState } from "./trainer-state.ts";

// Updates in the fused plan, step after step, against the twin's, made of the gradients that trace shows: these are held
// to the twin's in trace.test.ts.

const RUNS = { numRuns: process.env.DROWSE_DEEP ? 1000 : 60, seed: 4 };
// Only against a test that hangs.
if (process.env.DROWSE_DEEP === "1") vi.setConfig({ testTimeout: 1_200_000 });
const STEPS = 6;
/** At these learning rates the loss of variances runs away. */
const staying = recipes.filter(({ loss }) => loss !== "gaussianNegativeLogLikelihood");

/** Every rule, each with and without max-norm. */
const optimizers = fc
  .record({
    learningRate: fc.constantFrom(0.01, 0.1, 0.3),
    l2: fc.constantFrom(0, 0.01),
    maxNorm: fc.constantFrom(undefined, 0.7, 2),
    momentum: fc.constantFrom(0, 0.5, 0.9),
    kind: fc.constantFrom("sgd", "nesterov", "adam", "adamW", "rmsprop", "adagrad"),
    clipValue: fc.constantFrom(undefined, 0.01),
  })
  .map(({ kind, l2, momentum, maxNorm: limit, clipValue, ...rest }) => {
    const common = {
      ...rest,
      ...(limit === undefined ? {} : { maxNorm: limit }),
      ...(clipValue === undefined ? {} : { clipValue }),
    };
    const make = {
      sgd: () => pairedSgd({ ...common, l2, momentum }),
      nesterov: () => pairedSgd({ ...common, l2, momentum: 0.8, nesterov: true }),
      adam: () => pairedAdam("adam", { ...common, l2, epsilon: 1e-3 }),
      adamW: () => pairedAdam("adamW", { ...common, weightDecay: l2, epsilon: 1e-3 }),
      rmsprop: () => pairedRmsprop({ ...common, l2, momentum, epsilon: 1e-3 }),
      adagrad: () => pairedAdagrad({ ...common, l2, epsilon: 1e-3 }),
    }[kind] as () => Paired;
    return { ...make(), limit };
  });

/** The change of some numbers is at most 1e-6 of its size away from the twin's, or what single precision leaves of the numbers. */
function expectStep(actual: Numbers, expected: Numbers, before: Numbers, what: string): void {
  const norm = (numbers: Numbers) => Math.hypot(...Array.from(numbers));
  const change = norm(Array.from(expected, (value, i) => value - before[i]));
  const tolerance = 1e-6 * change + 2e-7 * norm(expected);
  expect(norm(Array.from(expected, (value, i) => value - actual[i])), what).toBeLessThanOrEqual(tolerance);
}

describe("training", () => {
  it("takes the twin's steps: weights and what is remembered, under every rule, L2 and max-norm, over several passes", async () => {
    let [limited, kept] = [0, 0];
    await fc.assert(
      fc.asyncProperty(staying, optimizers, async (recipe, { optimizer, twin, limit }) => {
        const { model, data } = make(recipe);
        const loss = lossOf(recipe.loss);
        // of which batch normalisation is left no batch of one row
        const batchSize = recipe.layers.some(({ type }) => type === "batchNorm") ? recipe.rows : Math.min(recipe.rows, 8);
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
            const { pass, batch } = before;
            const { gradients, updated, loss: traced } = await model.trace(data, { loss, rows, pass, batch });
            expect(report.loss, `loss of step ${step}`).toBe(traced);
            for (const { name, specification } of graphParameters(model.graph)) {
              if (!isTrained(specification)) {
                expect(after.values[name], `${name} after step ${step}`).toEqual(updated.get(name));
                kept++;
                continue;
              }
              const [N, K = 1] = specification.shape;
              // L2, decay and max-norm are of the products' weights alone
              const { decays = false } = specification;
              const turned = (numbers: Numbers) => transpose(numbers, N, K);
              const slots = ({ slots }: TrainerState) => optimizer.slots.map((slot) => turned(slots[slot][name]));
              const weight = turned(before.values[name]);
              const moved = twin(weight, slots(before), turned(gradients.get(name) ?? []), step, decays);
              const weights = decays && limit !== undefined ? maxNorm(moved.weights, K, N, limit) : moved.weights;
              if (weights.some((value, at) => value !== moved.weights[at])) limited++;
              expectStep(turned(after.values[name]), weights, weight, `${name} after step ${step}`);
              for (const [i, slot] of slots(after).entries()) {
                expectStep(slot, moved.state[i], slots(before)[i], `${optimizer.slots[i]} of ${name} after step ${step}`);
              }
            }
          }
        } finally {
          trainer.close();
        }
      }),
      RUNS,
    );
    expect(limited).toBeGreaterThan(20);
    expect(kept).toBeGreaterThan(20);
  });
});
