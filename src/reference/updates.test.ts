import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Draws } from "../../test/draws.ts";
import { compressColumns, compressRows, type Entry, transpose } from "./compression.ts";
import { maxNorm } from "./max-norm.ts";
import { sgd } from "./sgd.ts";

describe("stochastic gradient descent", () => {
  it("takes two steps by hand", () => {
    const options = { learningRate: 0.5, momentum: 0.9, l2: 0.1 };
    const first = sgd([2], [0], [1], options);
    // v = 1 + 0.1 * 2 = 1.2, w = 2 - 0.6
    expect(first.velocities[0]).toBeCloseTo(1.2, 12);
    expect(first.weights[0]).toBeCloseTo(1.4, 12);
    const second = sgd(first.weights, first.velocities, [-1], options);
    // v = 0.9 * 1.2 - 1 + 0.1 * 1.4 = 0.22, w = 1.4 - 0.11
    expect(second.velocities[0]).toBeCloseTo(0.22, 12);
    expect(second.weights[0]).toBeCloseTo(1.29, 12);
  });
});

describe("max-norm", () => {
  it("leaves no unit above the limit, turns no unit, and changes none below", () => {
    const size = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(size, size, fc.double({ min: 0.01, max: 3, noNaN: true }), fc.nat(), (K, N, limit, seed) => {
        const weight = new Draws(seed).floats(K * N, 0.8);
        const limited = maxNorm(weight, K, N, limit);
        for (let n = 0; n < N; n++) {
          const unit = (w: ArrayLike<number>) => Array.from({ length: K }, (_, k) => w[k * N + n]);
          const norm = Math.hypot(...unit(weight));
          const factor = norm > limit ? limit / norm : 1;
          const errors = unit(limited).map((w, k) => Math.abs(w - weight[k * N + n] * factor));
          expect(Math.max(...errors)).toBeLessThan(1e-12);
          if (norm < limit * (1 - 1e-12)) expect(unit(limited)).toEqual(unit(weight));
          expect(Math.hypot(...unit(limited))).toBeLessThanOrEqual(limit * (1 + 1e-12));
        }
      }),
    );
  });
});

describe("compression", () => {
  const matrices = fc.record({ rows: fc.nat(7), columns: fc.nat(7), block: fc.integer({ min: 1, max: 9 }), seed: fc.nat() });
  const expand = (lists: readonly Entry[][][], columns: number, block: number) => {
    const matrix = new Float64Array(lists.length * columns);
    lists.forEach((blocks, row) => {
      blocks.forEach((entries, b) => {
        for (const { index, value } of entries) matrix[row * columns + b * block + index] = value;
      });
    });
    return matrix;
  };

  it("keeps every entry that is not zero, in order and in its block", () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, block, seed }) => {
        const matrix = Float64Array.from(new Draws(seed).floats(rows * columns, 0.5), (value) => value || 0);
        const byRows = compressRows(matrix, rows, columns, block);
        expect(expand(byRows, columns, block)).toEqual(matrix);
        const byColumns = compressColumns(matrix, rows, columns, block);
        expect(transpose(expand(byColumns, rows, block), columns, rows)).toEqual(matrix);
        for (const entries of [...byRows.flat(), ...byColumns.flat()]) {
          entries.forEach(({ index, value }, i) => {
            expect(value).not.toBe(0);
            expect(index).toBeLessThan(block);
            if (i > 0) expect(index).toBeGreaterThan(entries[i - 1].index);
          });
        }
      }),
    );
  });
});
