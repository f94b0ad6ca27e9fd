import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Draws } from "../../test/draws.ts";
import { type LearnedRecipe, learnedRecipes, learnedTwin, makeLearned } from "../../test/learned-networks.ts";
import { checkGradient } from "./central-differences.ts";
import { type Batch, type Network, type TrainingPass, trainingPass } from "./network.ts";
import type { Numbers } from "./numbers.ts";

const RUNS = { numRuns: process.env.DROWSE_DEEP ? 1000 : 80, seed: 7 };

function build(recipe: LearnedRecipe): [Network, Batch] {
  const { rows, inputs, blocks, seed } = recipe;
  const draws = new Draws(seed);
  const twin = learnedTwin(makeLearned(recipe), { pass: 3, batch: 1, rows: 20 });
  const x = Float64Array.from(draws.floats(rows * inputs));
  const targets = Float64Array.from(draws.floats(rows * blocks[blocks.length - 1].units));
  return [twin, { x, targets, indices: Uint32Array.from({ length: rows }, (_, row) => 3 * row) }];
}

/** Everything that has a gradient: the input, and by the index of their layer weights, biases and what is learned of noise. */
function* parametersOf({ layers }: Network, { x }: Batch, pass: TrainingPass) {
  yield { name: "x", layer: -1, values: x, gradient: pass.valueGradients[0] };
  for (const [i, layer] of layers.entries()) {
    const { weight, bias } = pass.gradients[i] ?? {};
    if ("weight" in layer && weight) yield { name: "weight", layer: i, values: layer.weight, gradient: weight };
    if ("bias" in layer && layer.bias && bias) yield { name: "bias", layer: i, values: layer.bias, gradient: bias };
    const learned = pass.learned[i];
    if ("learned" in layer && learned) yield { name: "learned", layer: i, values: layer.learned, gradient: learned };
  }
}

/** The objective as a function of one of them; masks and noise come from their keys, so that they stay. */
function objectiveOf([network, batch]: [Network, Batch], name: string, layer: number): (values: Float64Array) => number {
  return (values) => {
    if (layer < 0) return trainingPass(network, { ...batch, x: values }).objective;
    const layers = network.layers.map((old, i) => (i === layer ? { ...old, [name]: values } : old));
    return trainingPass({ ...network, layers }, batch).objective;
  };
}

describe("gradients of learned noise and DropConnect, penalties included, against central differences", () => {
  it("agree for random networks: inputs, weights, biases, log alphas and logits (rtol 1e-5, atol 1e-7)", () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(learnedRecipes(6), (recipe) => {
        const made = build(recipe);
        for (const { name, layer, values, gradient } of parametersOf(...made, trainingPass(...made))) {
          const { worst } = checkGradient(objectiveOf(made, name, layer), gradient, values, { rtol: 1e-5, atol: 1e-7 });
          expect(worst?.ratio ?? 0, `${name} of layer ${layer}`).toBeLessThanOrEqual(1);
          const type = `${name} of ${made[0].layers[layer]?.type ?? "input"}`;
          seen.set(type, (seen.get(type) ?? 0) + 1);
        }
      }),
      RUNS,
    );
    expect([...seen.keys()].sort()).toEqual([
      ...["bias of dense", "bias of dropConnect", "learned of concreteDropout", "learned of variationalDropout"],
      ...["weight of dense", "weight of dropConnect", "x of input"],
    ]);
    expect(Math.min(...seen.values())).toBeGreaterThan(10);
  });

  it("are seen to differ where the penalties are left out", () => {
    const block = { units: 3, connect: undefined, bias: true };
    for (const noise of ["variational", "variationalPerUnit", "concrete"] as const) {
      const made = build({ inputs: 4, rows: 3, seed: 5, blocks: [{ ...block, noise }] });
      const bare: Network = { ...made[0], trainingRows: Number.POSITIVE_INFINITY };
      const without = [...parametersOf(bare, made[1], trainingPass(bare, made[1]))];
      const wrong = without.filter(
        ({ name, layer, values, gradient }: { name: string; layer: number; values: Numbers; gradient: Numbers }) => {
          return !checkGradient(objectiveOf(made, name, layer), gradient, values, { rtol: 1e-5, atol: 1e-7 }).passed;
        },
      );
      expect(wrong.map(({ name }) => name)).toEqual(noise === "concrete" ? ["learned", "weight"] : ["learned"]);
    }
  });
});
