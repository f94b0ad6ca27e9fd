import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Draws } from "../../test/draws.ts";
import { checkGradient } from "./central-differences.ts";
import { COPY_ROWS, copyIndices, repeatRows, sumCopies } from "./copies.ts";
import { dropoutMask } from "./dropout.ts";
import type { LossName } from "./loss-by-name.ts";
import { type Batch, type Network, type NetworkLayer, trainingPass } from "./network.ts";
import type { Numbers } from "./numbers.ts";
import { softmax } from "./softmax.ts";

const RUNS = { numRuns: process.env.DROWSE_DEEP ? 500 : 40, seed: 3 };

/** dense, softplus, dropout, (batchNorm, softplus, dropout, dense: a branch), join, dropout, dense; copies begin anywhere. */
interface Recipe {
  readonly rows: number;
  readonly units: number;
  readonly outputs: number;
  readonly rate: number;
  readonly from: number;
  readonly count: number;
  readonly alpha: number | undefined;
  readonly loss: LossName;
  readonly weighted: boolean;
  readonly seed: number;
}
const LAYERS = 9;
const recipes: fc.Arbitrary<Recipe> = fc.record({
  rows: fc.integer({ min: 2, max: 4 }),
  units: fc.integer({ min: 1, max: 4 }),
  outputs: fc.integer({ min: 2, max: 4 }),
  rate: fc.constantFrom(0, 0.2, 0.5, 0.9, 1),
  from: fc.integer({ min: 0, max: LAYERS - 1 }),
  count: fc.integer({ min: 2, max: 4 }),
  alpha: fc.option(fc.constantFrom(0, 0.7, 5), { nil: undefined }),
  loss: fc.constantFrom("crossEntropy", "binaryCrossEntropy", "meanSquaredError"),
  weighted: fc.boolean(),
  seed: fc.nat(),
});

function build({ rows, units, outputs, rate, from, seed, weighted, ...rest }: Recipe): [Network, Batch] {
  const draws = new Draws(seed);
  const loss = rest.alpha !== undefined && rest.loss === "meanSquaredError" ? "crossEntropy" : rest.loss;
  const count = rest.alpha === undefined ? rest.count : 2;
  const dense = (K: number, N: number): NetworkLayer => {
    const weight = Float64Array.from(draws.floats(K * N, 1, Math.sqrt(3 / K)));
    return { type: "dense", K, N, weight, bias: Float64Array.from(draws.floats(N)) };
  };
  const softplus: NetworkLayer = { type: "activation", name: "softplus", parameter: 0 };
  const dropout = (stream: number): NetworkLayer => ({
    ...{ type: "dropout", rate, scaling: "standard", mask: { key: [seed, 1], stream, pass: 2 } },
  });
  const learned = { weight: new Float64Array(units).fill(1.3), bias: new Float64Array(units).fill(0.1) };
  const running = { runningMean: new Float64Array(units), runningVar: new Float64Array(units).fill(1), momentum: 0.1 };
  const layers: NetworkLayer[] = [
    ...[dense(3, units), softplus, dropout(0)],
    ...[{ type: "batchNorm" as const, epsilon: 0.1, ...learned, ...running }, dropout(1), dense(units, units)],
    { type: "residual", from: 3, rate: 0.3, scaling: "inverted", mask: { key: [seed, 2], stream: 0, pass: 2 } },
    ...[dropout(2), dense(units, outputs)],
  ];
  const copies = { count, from, ...(rest.alpha === undefined ? {} : { alpha: rest.alpha }) };
  const targets = Float64Array.from({ length: loss === "crossEntropy" ? rows : rows * outputs }, () =>
    loss === "crossEntropy" ? draws.integer(0, outputs - 1) : draws.unit(),
  );
  const x = Float64Array.from(draws.floats(rows * 3));
  const weights = weighted ? { weights: Array.from({ length: rows }, () => 2 * draws.unit()) } : {};
  const indices = Array.from({ length: rows }, () => draws.integer(0, 59999));
  return [
    { layers, loss, lossSetting: 0.1, copies },
    { x, indices, targets, ...weights },
  ];
}

describe("copies of rows in the twin", () => {
  it("have gradients that are those of central differences, wherever they begin", () => {
    const seen = new Set<unknown>();
    fc.assert(
      fc.property(recipes, (recipe) => {
        const [network, batch] = build(recipe);
        const pass = trainingPass(network, batch);
        seen.add(recipe.alpha).add(`from ${recipe.from}`);
        expect(pass.values[LAYERS].length).toBe((network.copies?.count ?? 0) * recipe.rows * recipe.outputs);
        const check = (objective: (values: Float64Array) => number, gradient: Numbers, point: Numbers, what: string) =>
          expect(checkGradient(objective, gradient, point).worst?.ratio, what).toBeLessThanOrEqual(1);
        const x = (values: Float64Array) => trainingPass(network, { ...batch, x: values }).objective;
        check(x, pass.valueGradients[0], batch.x, "x");
        for (const [i, layer] of network.layers.entries()) {
          if (!("weight" in layer)) continue;
          for (const part of ["weight", "bias"] as const) {
            const objective = (values: Float64Array) => {
              const layers = network.layers.map((other, j) => (j === i ? { ...other, [part]: values } : other));
              return trainingPass({ ...network, layers }, batch).objective;
            };
            check(objective, pass.gradients[i]?.[part] ?? [], layer[part] ?? [], `${part} of layer ${i}`);
          }
        }
      }),
      RUNS,
    );
    expect(seen.size).toBe(4 + LAYERS);
  });

  it("have the masks of rows with indices of their own, the first those of the row itself", () => {
    const keys = { key: [3, 4] as [number, number], stream: 0, pass: 1 };
    const of = (indices: Numbers) => dropoutMask(0.5, indices, 40, keys);
    const masks = of(copyIndices([5, 8], 3));
    expect(masks.subarray(0, 40)).toEqual(of([5]));
    expect(masks.subarray(120, 160)).toEqual(of([8]));
    expect(masks.subarray(40, 80)).toEqual(of([5 + COPY_ROWS]));
    expect(new Set([0, 1, 2, 3, 4, 5].map((row) => masks.subarray(40 * row, 40 * row + 40).join("")))).toHaveLength(6);
  });

  it("are repeated and added", () => {
    expect([...repeatRows([1, 2, 3, 4], 2, 2)]).toEqual([1, 2, 1, 2, 3, 4, 3, 4]);
    expect([...sumCopies([1, 2, 10, 20, 3, 4, 30, 40], 2, 2)]).toEqual([11, 22, 33, 44]);
  });
});

describe("R-Drop in the twin", () => {
  const lossOf = (recipe: Partial<Recipe>) => {
    const base = { rows: 1, units: 3, outputs: 3, rate: 0.5, from: 7, count: 2, loss: "crossEntropy" as const };
    const [network, batch] = build({ ...base, alpha: 2, weighted: false, seed: 7, ...recipe });
    // one row has no variance
    const layers = network.layers.map((layer) => (layer.type === "batchNorm" ? { ...layer, epsilon: 1 } : layer));
    return { ...trainingPass({ ...network, layers, lossSetting: 0 }, batch), target: batch.targets[0] };
  };

  it("is the mean of the cross-entropies and alpha times that of the divergences", () => {
    const { loss, values, target } = lossOf({});
    const [p, q] = [0, 1].map((copy) => softmax(values[LAYERS].subarray(3 * copy, 3 * copy + 3), 1, 3));
    const divergence = (from: Numbers, to: Numbers) =>
      Array.from(from).reduce((sum, probability, n) => sum + probability * Math.log(probability / to[n]), 0);
    const entropies = -Math.log(p[target]) - Math.log(q[target]);
    expect([...p]).not.toEqual([...q]);
    expect(loss).toBeCloseTo((entropies + 2 * (divergence(p, q) + divergence(q, p))) / 2, 12);
  });

  it("is the mean over the copies where alpha is 0, and where nothing sleeps whatever alpha", () => {
    expect(lossOf({ alpha: 0 }).loss).toBeCloseTo(lossOf({ alpha: undefined }).loss, 14);
    expect(lossOf({ rate: 0 }).loss).toBeCloseTo(lossOf({ rate: 0, alpha: undefined }).loss, 14);
  });
});
