import { beforeAll, describe, expect, it } from "vitest";
import { expectClose, expectExact, inCase } from "../../test/closeness.ts";
import { Laboratory } from "../../test/conformance.ts";
import { Draws } from "../../test/draws.ts";
import { repeatRows, sumCopies, weightedCopies } from "../reference/copies.ts";
import type { LossResult } from "../reference/loss.ts";
import { rDrop } from "../reference/r-drop.ts";

// Kernels of losses that meet each row with several masks, against their twins.

const SIZES = [...Array(34).keys(), 63, 64, 65, 67];
const CASES = SIZES.flatMap((size) => {
  const draws = new Draws(size);
  const other = { B: size, N: draws.integer(1, 67), K: draws.integer(1, 9) };
  return size === 0 ? [other] : [other, { B: draws.integer(0, 9), N: size, K: draws.integer(1, 9) }];
});

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

describe("copies of rows", () => {
  it("are the rows, whatever their numbers", () => {
    for (const values of CASES) {
      inCase(values, ({ B, N, K }) => {
        lab.clear();
        const numbers = new Draws(B * 1000 + N).floats(B * N, 0.8, 100);
        if (B > 0) numbers.set([Number.NaN, -0].slice(0, N));
        const x = lab.matrix("x", B, N, numbers);
        const y = lab.matrix("y", B * K, N);
        const places = { x: x.pointer, y: y.pointer, stride: x.stride, rows: B, columns: N, copies: K };
        lab.run("repeatRows", places, [y]);
        expectExact(lab.readMatrix(y), repeatRows(numbers, B, K), "copies");
      });
    }
  });

  it("have gradients that are added in ascending order", () => {
    for (const values of CASES) {
      inCase(values, ({ B, N, K }) => {
        lab.clear();
        const numbers = new Draws(B * 1000 + N).floats(B * K * N, 0.8, 100);
        const x = lab.matrix("x", B * K, N, numbers);
        const y = lab.matrix("y", B, N);
        lab.run("sumCopies", { x: x.pointer, y: y.pointer, stride: x.stride, rows: B, columns: N, copies: K }, [y]);
        const sums = new Float32Array(B * N);
        for (let i = 0; i < numbers.length; i++) {
          const at = Math.floor(i / (K * N)) * N + (i % N);
          sums[at] = i % (K * N) < N ? numbers[i] : Math.fround(sums[at] + numbers[i]);
        }
        expectExact(lab.readMatrix(y), sums, "sums to the bit");
        expectClose(sums, sumCopies(numbers, B, K), "sums", 1e-6);
      });
    }
  });

  it("have the mean of their losses, and the sum of what is right", () => {
    for (const values of CASES) {
      inCase(values, ({ B, N, K }) => {
        lab.clear();
        const draws = new Draws(B * 1000 + N);
        const apart = B + draws.integer(0, 5);
        const given = draws.floats(apart * K);
        const right = Int32Array.from({ length: apart * K }, () => draws.integer(0, 3));
        const losses = lab.buffer("losses", given);
        const correct = lab.buffer("correct", right);
        const places = { losses: losses.pointer, correct: correct.pointer, B, copies: K, apart };
        lab.run("meanOfCopies", places, [losses, correct]);
        const sumOf = (numbers: ArrayLike<number>, b: number) =>
          Array.from({ length: K }, (_, c) => numbers[c * apart + b]).reduce((sum, value) => sum + value, 0);
        const rows = Array.from({ length: B }, (_, b) => b);
        expectExact(
          lab.floats(losses).subarray(0, B),
          rows.map((b) => sumOf(given, b) / K),
          "mean",
        );
        expect([...lab.integers(correct).subarray(0, B)]).toEqual(rows.map((b) => sumOf(right, b)));
        expectExact(lab.floats(losses).subarray(B), given.subarray(B), "what lies behind");
      });
    }
  });
});

type Kernel = "rDropCrossEntropy" | "rDropBinaryCrossEntropy";
interface Sizes {
  readonly B: number;
  readonly N: number;
}

function checkRDrop(kernel: Kernel, z: Float32Array, y: Int32Array | Float32Array, { B, N }: Sizes, smoothing: number): void {
  const loss = kernel === "rDropCrossEntropy" ? "crossEntropy" : "binaryCrossEntropy";
  const rowWeights = Float32Array.from({ length: B }, (_, b) => (b % 5 === 3 ? 0 : 0.25 + ((b * 7) % 11)));
  for (const alpha of [0, 0.7, 5]) {
    const plain = rDrop(loss, Float64Array.from(z), y, B, alpha, smoothing);
    for (const row of [undefined, rowWeights]) {
      const expected = row ? weightedCopies(plain, row, 2) : plain;
      checkWeighted(kernel, z, y, { B, N }, { smoothing, alpha, row }, expected);
    }
  }
}

function checkWeighted(
  kernel: Kernel,
  numbers: Float32Array,
  y: Int32Array | Float32Array,
  { B, N }: Sizes,
  { smoothing, alpha, row }: { smoothing: number; alpha: number; row: Float32Array | undefined },
  expected: LossResult,
): void {
  lab.clear();
  const z = lab.matrix("z", 2 * B, N, numbers);
  const d = lab.matrix("d", 2 * B, N);
  const [losses, correct] = [lab.buffer("losses", 4 * B), lab.buffer("correct", 4 * B)];
  const places = { z: z.pointer, d: d.pointer, losses: losses.pointer, correct: correct.pointer };
  const given = { targets: lab.buffer("targets", y).pointer, weights: row ? lab.buffer("weights", row).pointer : 0 };
  lab.run(kernel, { ...places, ...given, stride: z.stride, B, N, smoothing, alpha }, [losses, correct, d]);
  expectClose(lab.floats(losses), expected.losses, "losses", 1e-6);
  expectExact(lab.integers(correct), expected.correct, "correct");
  expectClose(lab.readMatrix(d), expected.gradient, "gradient", 1e-6);
}

const SMOOTHINGS = [0, 0.1, 1];
const probabilities = (draws: Draws, count: number) =>
  Float32Array.from({ length: count }, () => [0, 1, draws.unit()][draws.integer(0, 2)]);

describe("R-Drop agrees with the twin", () => {
  it("over all sizes, with weights and label smoothing, for classes and for outputs that are each true or not", () => {
    for (const values of CASES.filter(({ N }) => N > 0)) {
      inCase(values, ({ B, N }) => {
        const draws = new Draws(B * 1000 + N);
        const z = draws.floats(2 * B * N, 0.9, 4);
        const classes = Int32Array.from({ length: B }, () => draws.integer(0, N - 1));
        checkRDrop("rDropCrossEntropy", z, classes, { B, N }, SMOOTHINGS[N % 3]);
        checkRDrop("rDropBinaryCrossEntropy", z, probabilities(draws, B * N), { B, N }, SMOOTHINGS[N % 3]);
      });
    }
  });

  it("at logits of +-1e4 and where both predictions are nearly certain", () => {
    for (const N of [1, 2, 3, 5, 10]) {
      for (const size of [20, 1e4]) {
        inCase({ N, size }, () => {
          const B = 12;
          const draws = new Draws(N);
          const z = draws.floats(2 * B * N).map((value) => Math.sign(value) * size + Math.fround(value));
          const classes = Int32Array.from({ length: B }, () => draws.integer(0, N - 1));
          checkRDrop("rDropCrossEntropy", z, classes, { B, N }, 0);
          checkRDrop("rDropBinaryCrossEntropy", z, probabilities(draws, B * N), { B, N }, 0);
        });
      }
    }
  });

  it.each([Number.NaN, Infinity])("and gives a loss that is not finite where a logit is %f", (bad) => {
    for (const kernel of ["rDropCrossEntropy", "rDropBinaryCrossEntropy"] as const) {
      for (let place = 0; place < 10; place++) {
        const numbers = Float32Array.of(1, 2, 3, 4, 5, 5, 4, 3, 2, 1);
        numbers[place] = bad;
        lab.clear();
        const [z, d] = [lab.matrix("z", 2, 5, numbers), lab.matrix("d", 2, 5)];
        const [losses, correct] = [lab.buffer("losses", 4), lab.buffer("correct", 4)];
        const y = kernel === "rDropCrossEntropy" ? Int32Array.of(2) : Float32Array.of(0, 1, 0.5, 0, 1);
        const places = { z: z.pointer, d: d.pointer, losses: losses.pointer, correct: correct.pointer };
        const call = { ...places, targets: lab.buffer("targets", y).pointer, weights: 0, stride: z.stride, B: 1, N: 5 };
        lab.run(kernel, { ...call, smoothing: 0, alpha: 1 }, [losses, correct, d]);
        expect(Number.isFinite(lab.floats(losses)[0]), `${kernel} ${place}`).toBe(false);
      }
    }
  });
});
