import { beforeAll, describe, expect, it } from "vitest";
import { expectClose, expectExact, inCase, sameBytes } from "../../test/closeness.ts";
import { Laboratory, type ListsRegion, type Region } from "../../test/conformance.ts";
import { Draws } from "../../test/draws.ts";
import { denseBiasGradient, denseForward, denseInputGradient, denseWeightGradient } from "../reference/dense.ts";
import { BLOCK } from "./layout.ts";

interface ProductCase {
  B: number;
  K: number;
  N: number;
  density: number;
}

const SIZES = Array.from({ length: 68 }, (_, size) => size);
/** Around the ends of a panel (28), of the rows finished together (128) and of a block (192). */
const EDGES = [83, 84, 85, 127, 128, 129, 191, 192, 193, 255, 257, 384, 385];
/** On both sides of 0.85, above which path 0 packs. */
const DENSITIES = [1, 0.5, 0, 0.83, 0.02, 0.88, 0.95, 0.2];
const SPARSE = 1;
const DENSE = 2;
const AUTO = 0;

/** Each dimension goes through all sizes while the other two are drawn; then corners at which several tails meet. */
function* productCases(): Generator<ProductCase> {
  const draws = new Draws(1);
  let turn = 0;
  const density = () => DENSITIES[turn++ % DENSITIES.length];
  for (const size of [...SIZES, ...EDGES]) {
    const other = () => draws.integer(1, 67);
    yield { B: size, K: other(), N: other(), density: density() };
    yield { B: other(), K: size, N: other(), density: density() };
    yield { B: other(), K: other(), N: size, density: density() };
  }
  for (const B of [129, 193]) {
    for (const K of [57, 193]) for (const N of [29, 193]) yield { B, K, N, density: density() };
  }
}

/** A sum of products as the kernels promise it: single precision, one term after the other, no term fused. */
function sumInOrder(terms: number, left: (i: number) => number, right: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < terms; i++) sum = Math.fround(sum + Math.fround(left(i) * right(i)));
  return sum;
}

/** A matrix [rows, columns] from its entries. */
function entriesOf(rows: number, columns: number, entry: (row: number, column: number) => number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) => entry(Math.floor(i / columns), i % columns));
}

const pointersOf = ({ lists, counts }: ListsRegion) => ({ lists: lists.pointer, counts: counts.pointer });

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

/** All three paths, each with all numbers of threads: the same bits everywhere. The result of the last stays. */
function runPaths(
  product: (lists: ListsRegion) => void,
  compress: (path: number) => ListsRegion,
  outputs: readonly Region[],
): void {
  let sparse: Uint8Array[] | undefined;
  for (const [path, name] of [
    [SPARSE, "the sparse"],
    [AUTO, "the chosen"],
    [DENSE, "the dense"],
  ] as const) {
    const lists = compress(path);
    lab.spoil(...outputs);
    product(lists);
    const bytes = outputs.map((output) => lab.bytes(output));
    sparse ??= bytes;
    outputs.forEach((output, i) => {
      if (!sameBytes(bytes[i], sparse?.[i] as Uint8Array))
        throw new Error(`${output.name}: ${name} path differs from the sparse`);
    });
  }
}

/** Multiply-adds of A [rows, inner] times [inner, outputs] with A as it is listed and packed, counted by its entries. */
function termsOf(lists: ListsRegion, rows: number, inner: number, outputs: number): number {
  const { entries, packed } = lab.readLists(lists, rows, inner);
  const blocks = Math.ceil(inner / BLOCK);
  let terms = 0;
  entries.forEach((row, index) => {
    row.forEach((list, block) => {
      const isPacked = packed[Math.floor(index / 4) * blocks + block];
      terms += isPacked ? Math.min(BLOCK, inner - block * BLOCK) : list.length;
    });
  });
  return terms * outputs;
}

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
            (lists) => {
              lab.run(
                "denseForward",
                {
                  ...{ ...pointersOf(lists), B, K, N, weights: weights.pointer, bias: withBias ? bias.pointer : 0 },
                  ...{ out: out.pointer, outStride: out.stride, rectify, work: work.pointer, scratch: lab.scratch },
                },
                [out, work],
              );
              expect(lab.doubles(work), "multiply-adds").toEqual(Float64Array.of(termsOf(lists, B, K, N)));
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
          (lists) => {
            lab.run(
              "denseInputGradient",
              {
                ...{ ...pointersOf(lists), B, N, K, weights: weights.pointer, gate: 0, scale: 0 },
                ...{ out: out.pointer, outStride: out.stride, work: work.pointer, scratch: lab.scratch },
              },
              [out, work],
            );
            expect(lab.doubles(work), "multiply-adds").toEqual(Float64Array.of(termsOf(lists, B, N, K)));
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
          (lists) => {
            lab.run(
              "denseWeightGradient",
              {
                ...{ ...pointersOf(lists), B, K, N, d: d.pointer, dStride: d.stride },
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
            expect(lab.doubles(work), "multiply-adds").toEqual(Float64Array.of(termsOf(lists, K, B, N)));
          },
          (path) => lab.compress("compressColumns", a, path),
          [gradient, biasGradient],
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
});
