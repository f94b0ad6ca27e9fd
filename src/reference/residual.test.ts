import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Draws } from "../../test/draws.ts";
import { RATES } from "../../test/networks.ts";
import { checkGradient } from "./central-differences.ts";
import { type Batch, type Network, type NetworkLayer, prediction, trainingPass } from "./network.ts";
import type { Numbers } from "./numbers.ts";
import { type BranchScaling, dropPath } from "./residual.ts";

const RUNS = { numRuns: process.env.DROWSE_DEEP ? 500 : 60, seed: 4 };
const SCALINGS: readonly BranchScaling[] = ["inverted", "standard", "none"];

/** dense, (softplus, (dense, tanh), join, dense), join, softplus, dense: a block in the branch of another. */
interface Recipe {
  readonly rows: number;
  readonly units: number;
  readonly inner: number;
  readonly outer: number;
  readonly scaling: BranchScaling;
  readonly loss: "crossEntropy" | "meanSquaredError";
  readonly seed: number;
}
const recipes: fc.Arbitrary<Recipe> = fc.record({
  rows: fc.integer({ min: 1, max: 6 }),
  units: fc.integer({ min: 1, max: 5 }),
  inner: fc.constantFrom(...RATES),
  outer: fc.constantFrom(...RATES),
  scaling: fc.constantFrom(...SCALINGS),
  loss: fc.constantFrom("crossEntropy", "meanSquaredError"),
  seed: fc.nat(),
});

function build({ rows, units, inner, outer, scaling, loss, seed }: Recipe): [Network, Batch] {
  const draws = new Draws(seed);
  const dense = (K: number, N: number, size = 1): NetworkLayer => {
    const weight = Float64Array.from(draws.floats(K * N, 1, size * Math.sqrt(3 / K)));
    return { type: "dense", K, N, weight, bias: Float64Array.from(draws.floats(N)) };
  };
  const activation = (name: "softplus" | "tanh"): NetworkLayer => ({ type: "activation", name, parameter: 0 });
  const join = (from: number, rate: number): NetworkLayer => ({
    ...{ type: "residual", from, rate, scaling, mask: { key: [seed, from], stream: 0, pass: 3 } },
  });
  // no larger than what training leaves behind a branch that is scaled up
  const size = scaling === "inverted" ? (1 - Math.min(0.9, inner)) * (1 - Math.min(0.9, outer)) : 1;
  const layers: NetworkLayer[] = [
    ...[dense(3, units), activation("softplus"), dense(units, units, size), activation("tanh")],
    ...[join(2, inner), dense(units, units, size), join(1, outer), activation("softplus"), dense(units, 3)],
  ];
  const x = Float64Array.from(draws.floats(rows * 3));
  const indices = Array.from({ length: rows }, () => draws.integer(0, 59999));
  const numbers = Float64Array.from(draws.floats(rows * 3));
  const targets = loss === "crossEntropy" ? indices.map(() => draws.integer(0, 2)) : numbers;
  return [
    { layers, loss },
    { x, indices, targets },
  ];
}

/** The worst of all gradients against central differences, those of the twin or others. */
function worstOf(network: Network, batch: Batch, change: (gradient: Numbers, layer: number) => Numbers = (gradient) => gradient) {
  const pass = trainingPass(network, batch);
  const ratios: number[] = [];
  const check = (objective: (values: Float64Array) => number, gradient: Numbers, point: Numbers) =>
    ratios.push(checkGradient(objective, gradient, point).worst?.ratio ?? 0);
  check((x) => trainingPass(network, { ...batch, x }).objective, change(pass.valueGradients[0], -1), batch.x);
  for (const [i, layer] of network.layers.entries()) {
    if (layer.type !== "dense") continue;
    for (const part of ["weight", "bias"] as const) {
      const objective = (values: Float64Array) => {
        const layers = network.layers.map((other, j) => (j === i ? { ...other, [part]: values } : other));
        return trainingPass({ ...network, layers }, batch).objective;
      };
      check(objective, change(pass.gradients[i]?.[part] ?? [], i), layer[part] ?? []);
    }
  }
  return Math.max(...ratios);
}

describe("stochastic depth in the twin", () => {
  it("has the gradients of central differences, through a block and one in its branch, whatever the scaling", () => {
    const seen = new Set<unknown>();
    fc.assert(
      fc.property(recipes, (recipe) => {
        const [network, batch] = build(recipe);
        expect(worstOf(network, batch)).toBeLessThanOrEqual(1);
        seen.add(recipe.scaling).add(`inner ${recipe.inner}`).add(`outer ${recipe.outer}`);
      }),
      RUNS,
    );
    expect(seen.size).toBe(SCALINGS.length + 2 * RATES.length);
  });

  it("is refused where the gradient of a branch is not scaled, or has the mask of another pass", () => {
    const base = { rows: 6, units: 4, inner: 0, loss: "meanSquaredError", seed: 11 } as const;
    for (const scaling of SCALINGS) {
      const [network, batch] = build({ ...base, outer: 0.5, scaling });
      expect(worstOf(network, batch)).toBeLessThanOrEqual(1);
      const rescaled = (gradient: Numbers, layer: number) =>
        layer === 2 || layer === 5 ? Float64Array.from(gradient, (value) => value * 0.5) : gradient;
      expect(worstOf(network, batch, rescaled), scaling).toBeGreaterThan(1);
      const layers = network.layers.map((layer) =>
        layer.type === "residual" ? { ...layer, mask: { key: [11, layer.from] as [number, number], stream: 0, pass: 4 } } : layer,
      );
      const other = trainingPass({ ...network, layers }, batch);
      const exchanged = (gradient: Numbers, layer: number) =>
        layer === 5 && gradient.length > 4 ? (other.gradients[5]?.weight ?? []) : gradient;
      expect(worstOf(network, batch, exchanged), scaling).toBeGreaterThan(1);
    }
  });

  it("at rate 0 is x + f(x) in training and prediction, at rate 1 x alone, from which the branch learns nothing", () => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const [network, batch] = build({ ...recipe, inner: 0, outer: 0 });
        expect(trainingPass(network, batch).values.at(-1)).toEqual(prediction(network.layers, batch.x, recipe.rows));
        const [silent] = build({ ...recipe, outer: 1 });
        const { values, gradients } = trainingPass(silent, batch);
        expect(values[7]).toEqual(values[1]);
        expect(values.at(-1)).toEqual(prediction(silent.layers, batch.x, recipe.rows));
        for (const layer of [2, 5]) expect(gradients[layer]?.weight.every((value) => value === 0)).toBe(true);
      }),
      RUNS,
    );
  });

  it("over all masks has the prediction as its mean where the join comes last: inverted and standard, and none by keep", () => {
    const [x, f] = [
      [1, -2, 0.5],
      [3, 4, -1],
    ];
    const rate = 0.3;
    const mean = (scale: number) => {
      const [asleep, awake] = [0, 1].map((m) => dropPath(x, f, [m, m, m], scale));
      return Array.from(asleep, (value, i) => rate * value + (1 - rate) * awake[i]);
    };
    const plain = x.map((value, i) => expect.closeTo(value + f[i], 12));
    const kept = x.map((value, i) => expect.closeTo(value + (1 - rate) * f[i], 12));
    expect(mean(1 / (1 - rate))).toEqual(plain);
    expect(mean(1)).toEqual(kept);
  });
});
