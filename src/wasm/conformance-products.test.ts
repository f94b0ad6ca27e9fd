import { beforeAll, describe, it } from "vitest";
import { expectClose, expectExact, inCase, sameBytes } from "../../test/closeness.ts";
import { Laboratory, type ListsRegion, type Region } from "../../test/conformance.ts";
import { Draws } from "../../test/draws.ts";
import { compressColumns, compressRows } from "../reference/compression.ts";
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
/** On both sides of 0.65, above which path 0 takes the dense loop. */
const DENSITIES = [1, 0.5, 0, 0.7, 0.02, 0.6, 0.9, 0.2];
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

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

/** All three paths, each with all numbers of threads: the same bits everywhere. The result of the last stays. */
function runPaths(
  kernel: (path: number, lists: number, counts: number) => void,
  { lists, counts }: ListsRegion,
  outputs: readonly Region[],
): void {
  kernel(SPARSE, lists.pointer, counts.pointer);
  const sparse = outputs.map((output) => lab.bytes(output));
  const expectSparse = (path: string) =>
    outputs.forEach((output, i) => {
      const actual = lab.bytes(output);
      if (!sameBytes(actual, sparse[i])) throw new Error(`${output.name}: ${path} path differs from the sparse`);
    });
  kernel(AUTO, lists.pointer, counts.pointer);
  expectSparse("the chosen");
  kernel(DENSE, 0, 0);
  expectSparse("the dense");
}

describe("the dense products agree with the twin, on both paths and any number of threads", () => {
  it("denseForward, with and without bias and rectifier", () => {
    for (const productCase of productCases()) {
      inCase(productCase, ({ B, K, N, density }) => {
        const draws = new Draws(B + 1000 * K + 1000000 * N);
        const h = draws.floats(B * K, density);
        const w = draws.floats(K * N);
        const b = draws.floats(N);
        lab.clear();
        const a = lab.matrix("a", B, K, h);
        const lists = lab.lists(compressRows(h, B, K, BLOCK), K, BLOCK);
        const weights = lab.panels("weights", K, N, w);
        const bias = lab.vector("bias", b);
        const out = lab.matrix("out", B, N);
        const forward = (withBias: boolean, rectify: number) =>
          runPaths(
            (path, listsPointer, countsPointer) =>
              lab.run(
                "denseForward",
                {
                  ...{ a: a.pointer, aStride: a.stride, lists: listsPointer, counts: countsPointer, B, K, N },
                  ...{ weights: weights.pointer, bias: withBias ? bias.pointer : 0, out: out.pointer, outStride: out.stride },
                  ...{ rectify, path, scratch: lab.scratch },
                },
                [out],
              ),
            lists,
            [out],
          );

        forward(false, 0);
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
        const lists = lab.lists(compressRows(gradient, B, N, BLOCK), N, BLOCK);
        const weights = lab.panels("weights", K, N, w);
        const out = lab.matrix("out", B, K);
        runPaths(
          (path, listsPointer, countsPointer) =>
            lab.run(
              "denseInputGradient",
              {
                ...{ d: d.pointer, dStride: d.stride, lists: listsPointer, counts: countsPointer, B, N, K },
                ...{ weights: weights.pointer, gate: 0, scale: 0, out: out.pointer, outStride: out.stride },
                ...{ path, scratch: lab.scratch },
              },
              [out],
            ),
          lists,
          [out],
        );
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
        const lists = lab.lists(compressColumns(h, B, K, BLOCK), B, BLOCK);
        const gradient = lab.panels("gradient", K, N, new Float32Array(K * N).fill(1));
        const biasGradient = lab.buffer("biasGradient", Math.ceil(N / 4) * 16);
        runPaths(
          (path, listsPointer, countsPointer) =>
            lab.run(
              "denseWeightGradient",
              {
                ...{ a: a.pointer, aStride: a.stride, lists: listsPointer, counts: countsPointer, B, K, N },
                ...{ d: d.pointer, dStride: d.stride, gradient: gradient.pointer, biasGradient: biasGradient.pointer },
                ...{ weights: 0, velocities: 0, bias: 0, biasVelocities: 0, hyper: 0, status: 0, path, scratch: lab.scratch },
              },
              [gradient, biasGradient],
            ),
          lists,
          [gradient, biasGradient],
        );
        expectClose(lab.readPanels(gradient, K, N), denseWeightGradient(h, dz, { B, K, N }), "weight gradient");
        expectClose(lab.readVector(biasGradient, N), denseBiasGradient(dz, { B, K, N }), "bias gradient");
      });
    }
  });
});
