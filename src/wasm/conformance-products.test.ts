import { beforeAll, describe, expect, it } from "vitest";
import { expectClose, expectExact, inCase } from "../../test/closeness.ts";
import { type FactorsRegion, Laboratory } from "../../test/conformance.ts";
import { Draws } from "../../test/draws.ts";
import {
  computedColumns,
  entriesOf,
  FACTOR_PATHS,
  pointersOf,
  productCases,
  runPaths,
  sumInOrder,
  termsOf,
} from "../../test/products.ts";
import { listsGradient } from "../reference/compression.ts";
import { denseBiasGradient, denseForward, denseInputGradient, denseWeightGradient } from "../reference/dense.ts";
import { PANEL } from "./layout.ts";

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

describe("the dense products agree with the twin, and are one sum in one order on both paths and any number of threads", () => {
  it("denseForward, with and without bias and rectifier", () => {
    for (const productCase of productCases()) {
      inCase(productCase, ({ B, K, N, density }) => {
        const draws = new Draws(B + 1000 * K + 1000000 * N);
        const h = draws.floats(B * K, density);
        const w = draws.floats(K * N);
        const b = draws.floats(N);
        lab.clear();
        const a = lab.matrix("a", B, K, h);
        const weights = lab.panels("weights", K, N, w);
        const bias = lab.vector("bias", b);
        const out = lab.matrix("out", B, N);
        const work = lab.buffer("work", 8);
        const forward = (withBias: boolean, rectify: number) =>
          runPaths(
            lab,
            (lists) => {
              lab.run(
                "denseForward",
                {
                  ...{ ...pointersOf(lists), B, K, N, weights: weights.pointer, bias: withBias ? bias.pointer : 0 },
                  ...{ out: out.pointer, outStride: out.stride, rectify, work: work.pointer, scratch: lab.scratch },
                },
                [out, work],
              );
              expect(lab.doubles(work), "multiply-adds").toEqual(Float64Array.of(termsOf(lab, lists, B, K, N)));
            },
            (path) => lab.compress("compressRows", a, path),
            [out],
          );

        forward(false, 0);
        const z = entriesOf(B, N, (b, n) =>
          sumInOrder(
            K,
            (k) => h[b * K + k],
            (k) => w[k * N + n],
          ),
        );
        expectExact(lab.readMatrix(out), z, "without bias, summed in order");
        expectClose(lab.readMatrix(out), denseForward(h, w, undefined, { B, K, N }), "without bias");
        forward(true, 0);
        expectClose(lab.readMatrix(out), denseForward(h, w, b, { B, K, N }), "with bias");

        const y = lab.matrix("y", B, N);
        lab.run("relu", { x: out.pointer, y: y.pointer, stride: y.stride, rows: B, columns: N }, [y], 1);
        const rectified = lab.readMatrix(y);
        forward(true, 1);
        expectExact(lab.readMatrix(out), rectified, "rectified");
      });
    }
  });

  it("denseInputGradient", () => {
    for (const productCase of productCases()) {
      inCase(productCase, ({ B, K, N, density }) => {
        const draws = new Draws(B + 1000 * K + 1000000 * N);
        const gradient = draws.floats(B * N, density);
        const w = draws.floats(K * N);
        lab.clear();
        const d = lab.matrix("d", B, N, gradient);
        const weights = lab.panels("weights", K, N, w);
        const out = lab.matrix("out", B, K);
        const work = lab.buffer("work", 8);
        runPaths(
          lab,
          (lists) => {
            lab.run(
              "denseInputGradient",
              {
                ...{ ...pointersOf(lists), B, N, K, weights: weights.pointer, gate: 0, scale: 0 },
                ...{ out: out.pointer, outStride: out.stride, work: work.pointer, scratch: lab.scratch },
              },
              [out, work],
            );
            expect(lab.doubles(work), "multiply-adds").toEqual(Float64Array.of(termsOf(lab, lists, B, N, K)));
          },
          (path) => lab.compress("compressRows", d, path),
          [out],
        );
        const dh = entriesOf(B, K, (b, k) =>
          sumInOrder(
            N,
            (n) => gradient[b * N + n],
            (n) => w[k * N + n],
          ),
        );
        expectExact(lab.readMatrix(out), dh, "input gradient, summed in order");
        expectClose(lab.readMatrix(out), denseInputGradient(gradient, w, { B, K, N }), "input gradient");
      });
    }
  });

  it("denseWeightGradient and the gradient of the bias", () => {
    for (const productCase of productCases()) {
      inCase(productCase, ({ B, K, N, density }) => {
        const draws = new Draws(B + 1000 * K + 1000000 * N);
        const h = draws.floats(B * K, density);
        const dz = draws.floats(B * N, 0.7);
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
                ...{
                  gradient: gradient.pointer,
                  biasGradient: biasGradient.pointer,
                  weights: 0,
                  state: 0,
                  bias: 0,
                  biasState: 0,
                },
                ...{ rule: 0, hyper: 0, status: 0, work: work.pointer, scratch: lab.scratch },
              },
              [gradient, biasGradient, work],
            );
            expect(lab.doubles(work), "multiply-adds").toEqual(
              Float64Array.of(lists.listsD ? termsOf(lab, lists, N, B, K) : termsOf(lab, lists, K, B, computedColumns(dz, B, N))),
            );
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
        expectExact(lab.readPanels(gradient, K, N), dw, "weight gradient, summed in order");
        const db = entriesOf(1, N, (_, n) =>
          sumInOrder(
            B,
            () => 1,
            (row) => dz[row * N + n],
          ),
        );
        expectExact(lab.readVector(biasGradient, N), db, "bias gradient, summed in order");
        expectClose(lab.readPanels(gradient, K, N), denseWeightGradient(h, dz, { B, K, N }), "weight gradient");
        expectClose(lab.readVector(biasGradient, N), denseBiasGradient(dz, { B, K, N }), "bias gradient");
      });
    }
  });

  it.each([
    { of: "dense inputs whose units sleep", densities: [1, 0.25], listsD: true },
    { of: "images and an output that is awake", densities: [0.2, 1], listsD: false },
    { of: "two factors that are as sparse", densities: [0.5, 0.5], listsD: false },
  ])("compressFactor lists the factor with fewer numbers, of $of", ({ densities, listsD }) => {
    for (const [B, K, N] of [
      [32, 40, 84],
      [130, 200, 28],
      [16, 29, 56],
    ]) {
      const draws = new Draws(B);
      lab.clear();
      const [h, d] = [draws.floats(B * K, densities[0]), draws.floats(B * N, densities[1])];
      expect(lab.factors(lab.matrix("h", B, K, h), lab.matrix("d", B, N, d), 0).listsD).toBe(listsD);
      expect(listsGradient(h, d, { B, K, N, width: PANEL })).toBe(listsD);
    }
  });
});
