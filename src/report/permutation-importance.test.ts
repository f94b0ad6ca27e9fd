import { describe, expect, it } from "vitest";
import { Draws } from "../../test/draws.ts";
import { shuffledRows } from "../random/shuffle.ts";
import { streamKey } from "../random/streams.ts";
import type { Preparation } from "../tables/preparation.ts";
import { permutationImportance } from "./permutation-importance.ts";

const ROWS = 400;
/** A number, a category of three levels with an indicator, and a number that nothing depends on. */
const preparation: Preparation = {
  inputs: [
    { name: "size", type: "number", mean: 0, deviation: 1, fill: 0, indicator: false },
    { name: "colour", type: "category", levels: ["a", "b", "c"], fill: 0, indicator: true },
    { name: "noise", type: "number", mean: 0, deviation: 1, fill: 0, indicator: false },
  ],
  target: { name: "y", task: "regression", mean: 0, deviation: 1 },
  ignored: [],
  reading: { header: true, decimal: ".", missing: [""] },
};
const SIZE = 6;

const draws = new Draws(3);
const x = Float32Array.from({ length: ROWS * SIZE }, (_, i) => {
  const [row, column] = [Math.floor(i / SIZE), i % SIZE];
  if (column === 0 || column === 5) return draws.unit();
  return column - 1 === row % 4 ? 1 : 0;
});
/** Predicts 3 size + 2 colour b + 1 where the colour is missing, and is right. */
const predict = (data: Float32Array, row: number) => 3 * data[row * SIZE] + 2 * data[row * SIZE + 2] + data[row * SIZE + 4];
const targets = Float64Array.from({ length: ROWS }, (_, row) => predict(x, row));
const losses = async (data: Float32Array, count: number) =>
  Float64Array.from({ length: count * ROWS }, (_, row) => (predict(data, row) - targets[row % ROWS]) ** 2);

const of = (request: { seed?: number; repeats?: number } = {}) =>
  permutationImportance({ preparation, x, rows: ROWS, losses, repeats: 20, seed: 1, ...request });

describe("permutationImportance", () => {
  it("is twice the variance of what a column adds, where the network is right and the loss is squared", async () => {
    const { loss, columns } = await of();
    expect(loss).toBe(0);
    const variance = (values: number[]) => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    };
    const rows = Array.from({ length: ROWS }, (_, row) => row);
    const expected = [
      2 * variance(rows.map((row) => 3 * x[row * SIZE])),
      2 * variance(rows.map((row) => 2 * x[row * SIZE + 2] + x[row * SIZE + 4])),
    ];
    for (const [index, value] of expected.entries()) {
      expect(Math.abs(columns[index].rise - value)).toBeLessThan(4 * columns[index].error);
      expect(columns[index].error).toBeGreaterThan(0);
      expect(columns[index].error).toBeLessThan(0.1 * value);
    }
  });

  it("is nothing, to the last bit, where nothing depends on a column", async () => {
    expect((await of()).columns[2]).toEqual({ name: "noise", rise: 0, error: 0 });
  });

  it("shuffles all inputs of a column together, and no others", async () => {
    const seen: Float32Array[] = [];
    await permutationImportance({
      ...{ preparation, x, rows: ROWS, repeats: 1, seed: 5 },
      losses: async (data, count) => {
        seen.push(data);
        return losses(data, count);
      },
    });
    const order = shuffledRows(ROWS, streamKey(5, "importance/colour"), 0);
    const shuffled = seen[2];
    for (let row = 0; row < ROWS; row++) {
      const [own, other] = [
        shuffled.subarray(row * SIZE, row * SIZE + SIZE),
        x.subarray(order[row] * SIZE, order[row] * SIZE + SIZE),
      ];
      expect(own.subarray(1, 5)).toEqual(other.subarray(1, 5));
      expect([own[0], own[5]]).toEqual([x[row * SIZE], x[row * SIZE + 5]]);
    }
  });

  it("comes again with its seed, and differs with another", async () => {
    expect(await of({ repeats: 2 })).toEqual(await of({ repeats: 2 }));
    expect(await of({ repeats: 2, seed: 2 })).not.toEqual(await of({ repeats: 2 }));
  });
});
