import { beforeAll, describe, expect, it } from "vitest";
import { expectExact, inCase } from "../../test/closeness.ts";
import { type FactorsRegion, Laboratory } from "../../test/conformance.ts";
import { Draws } from "../../test/draws.ts";
import {
  computedColumns,
  entriesOf,
  FACTOR_PATHS,
  type ProductCase,
  pointersOf,
  productCases,
  runPaths,
  sumInOrder,
  termsOf,
} from "../../test/products.ts";

/** Of the columns, from none to all. */
const AWAKE = [0.5, 0, 0.1, 0.9, 1, 0.3];
const FACTOR = Math.fround(1 / 0.7);

/** A column is awake or asleep for all rows; the first panels of some cases are asleep as a whole. */
function maskOf(draws: Draws, columns: number, turn: number): Float32Array {
  const whole = turn % 5 === 0 ? 28 : 0;
  return Float32Array.from({ length: columns }, (_, i) => (i >= whole && draws.unit() < AWAKE[turn % AWAKE.length] ? FACTOR : 0));
}

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

/** All sizes with a mask of the columns of one dimension. */
function eachCase(dimension: "K" | "N", act: (product: ProductCase, draws: Draws, mask: Float32Array) => void): void {
  let turn = 0;
  for (const product of productCases()) {
    turn++;
    inCase({ ...product, turn }, () => {
      const draws = new Draws(product.B + 1000 * product.K + 1000000 * product.N);
      act(product, draws, maskOf(draws, product[dimension], turn));
    });
  }
}

describe("products leave out columns that sleep for all rows, with the same bits", () => {
  it("maskedDenseForward is one sum in order, rectified and masked", () => {
    eachCase("N", ({ B, K, N, density }, draws, m) => {
      const h = draws.floats(B * K, density);
      const w = draws.floats(K * N);
      const b = draws.floats(N);
      for (const rectify of [0, 1]) {
        lab.clear();
        const a = lab.matrix("a", B, K, h);
        const weights = lab.panels("weights", K, N, w);
        const bias = lab.vector("bias", b);
        const mask = lab.matrix("mask", 1, N, m);
        const out = lab.matrix("out", B, N);
        const work = lab.buffer("work", 8);
        runPaths(
          lab,
          (lists) => {
            lab.run(
              "maskedDenseForward",
              {
                ...{ ...pointersOf(lists), B, K, N, weights: weights.pointer, bias: bias.pointer, mask: mask.pointer },
                ...{ out: out.pointer, outStride: out.stride, rectify, work: work.pointer, scratch: lab.scratch },
              },
              [out, work],
            );
            const outputs = computedColumns(m, 1, N);
            expect(lab.doubles(work), "multiply-adds").toEqual(Float64Array.of(termsOf(lab, lists, B, K, outputs)));
          },
          (path) => lab.compress("compressRows", a, path),
          [out],
        );
        const expected = entriesOf(B, N, (row, n) => {
          if (m[n] === 0) return 0;
          const z = Math.fround(
            sumInOrder(
              K,
              (k) => h[row * K + k],
              (k) => w[k * N + n],
            ) + b[n],
          );
          return Math.fround((rectify ? Math.max(0, z) : z) * m[n]);
        });
        expectExact(lab.readMatrix(out), expected, rectify ? "rectified" : "as it is");
      }
    });
  });

  it("denseInputGradient through a gate", () => {
    eachCase("K", ({ B, K, N, density }, draws, m) => {
      const gradient = draws.floats(B * N, density);
      const w = draws.floats(K * N);
      const h = entriesOf(B, K, (_, k) => Math.max(0, Math.fround(draws.unit() - 0.4)) * m[k]);
      lab.clear();
      const d = lab.matrix("d", B, N, gradient);
      const gate = lab.matrix("gate", B, K, h);
      const weights = lab.panels("weights", K, N, w);
      const scale = lab.buffer("scale", Float32Array.of(FACTOR));
      const out = lab.matrix("out", B, K);
      const work = lab.buffer("work", 8);
      runPaths(
        lab,
        (lists) => {
          lab.run(
            "denseInputGradient",
            {
              ...{ ...pointersOf(lists), B, N, K, weights: weights.pointer, gate: gate.pointer, scale: scale.pointer },
              ...{ out: out.pointer, outStride: out.stride, work: work.pointer, scratch: lab.scratch },
            },
            [out, work],
          );
          const inputs = computedColumns(h, B, K);
          expect(lab.doubles(work), "multiply-adds").toEqual(Float64Array.of(termsOf(lab, lists, B, N, inputs)));
        },
        (path) => lab.compress("compressRows", d, path),
        [out],
      );
      const expected = entriesOf(B, K, (row, k) => {
        if (h[row * K + k] === 0) return 0;
        const sum = sumInOrder(
          N,
          (n) => gradient[row * N + n],
          (n) => w[k * N + n],
        );
        return Math.fround(sum * FACTOR);
      });
      expectExact(lab.readMatrix(out), expected, "gated");
    });
  });

  it("denseWeightGradient and the gradient of the bias", () => {
    eachCase("N", ({ B, K, N, density }, draws, m) => {
      const h = draws.floats(B * K, density);
      const dz = draws.floats(B * N, 0.7).map((value, i) => (m[i % N] === 0 ? 0 : value));
      lab.clear();
      const a = lab.matrix("a", B, K, h);
      const d = lab.matrix("d", B, N, dz);
      const work = lab.buffer("work", 8);
      const gradient = lab.panels("gradient", K, N, new Float32Array(K * N).fill(1));
      const biasGradient = lab.buffer("biasGradient", Math.ceil(N / 4) * 16);
      runPaths(
        lab,
        (lists: FactorsRegion) => {
          lab.run(
            "denseWeightGradient",
            {
              ...{ ...pointersOf(lists), factor: lists.factor.pointer, B, K, N, d: d.pointer, dStride: d.stride },
              ...{ gradient: gradient.pointer, biasGradient: biasGradient.pointer, weights: 0, state: 0, bias: 0, biasState: 0 },
              ...{ rule: 0, hyper: 0, status: 0, work: work.pointer, scratch: lab.scratch },
            },
            [gradient, biasGradient, work],
          );
          const outputs = computedColumns(dz, B, N);
          const terms = lists.listsD ? termsOf(lab, lists, N, B, K) : termsOf(lab, lists, K, B, outputs);
          expect(lab.doubles(work), "multiply-adds").toEqual(Float64Array.of(terms));
        },
        (path) => lab.factors(a, d, path),
        [gradient, biasGradient],
        FACTOR_PATHS,
      );
      const dw = entriesOf(K, N, (k, n) =>
        sumInOrder(
          B,
          (row) => h[row * K + k],
          (row) => dz[row * N + n],
        ),
      );
      expectExact(lab.readPanels(gradient, K, N), dw, "weights");
      const db = entriesOf(1, N, (_, n) =>
        sumInOrder(
          B,
          () => 1,
          (row) => dz[row * N + n],
        ),
      );
      expectExact(lab.readVector(biasGradient, N), db, "bias");
    });
  });
});
