import { beforeAll, describe, expect, it } from "vitest";
import { expectClose, expectExact, inCase } from "../../test/closeness.ts";
import { Laboratory, type MatrixRegion, type Region } from "../../test/conformance.ts";
import { Draws } from "../../test/draws.ts";
import { activate } from "../reference/activations.ts";
import { binaryCrossEntropy } from "../reference/binary-cross-entropy.ts";
import { gaussianNegativeLogLikelihood } from "../reference/gaussian-negative-log-likelihood.ts";
import { huber } from "../reference/huber.ts";
import { type LossResult, sumLosses, weighted } from "../reference/loss.ts";
import { meanAbsoluteError } from "../reference/mean-absolute-error.ts";
import { meanSquaredError } from "../reference/mean-squared-error.ts";
import { softmax } from "../reference/softmax.ts";
import { softmaxCrossEntropy } from "../reference/softmax-cross-entropy.ts";

// N is at least 1: a network has an output. B may be 0.
const SIZES = [...Array(68).keys()];
const EDGES = [127, 128, 129, 255, 256, 257];
const CASES = [...SIZES, ...EDGES].flatMap((size) => {
  const draws = new Draws(size);
  const other = { B: size, N: draws.integer(1, 67), size: 4 };
  return size === 0 ? [other] : [other, { B: draws.integer(1, 9), N: size, size: 4 }];
});

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

type LossKernel =
  | "softmaxCrossEntropy"
  | "binaryCrossEntropy"
  | "meanSquaredError"
  | "meanAbsoluteError"
  | "huber"
  | "gaussianNegativeLogLikelihood";

/** Runs a loss with and without its gradient, with and without weights, and holds it to the twin. */
function checkLoss(
  kernel: LossKernel,
  outputs: Float32Array,
  targetValues: Int32Array | Float32Array,
  { B, N }: { B: number; N: number },
  expected: LossResult,
  setting = 0,
): void {
  const rowWeights = Float32Array.from({ length: B }, (_, b) => (b % 5 === 3 ? 0 : 0.25 + ((b * 7) % 11)));
  for (const row of [undefined, rowWeights]) {
    checkWeighted(kernel, outputs, targetValues, { B, N, setting, row }, row ? weighted(expected, row) : expected);
  }
}

function checkWeighted(
  kernel: LossKernel,
  outputs: Float32Array,
  targetValues: Int32Array | Float32Array,
  { B, N, setting, row }: { B: number; N: number; setting: number; row: Float32Array | undefined },
  expected: LossResult,
): void {
  lab.clear();
  const z = lab.matrix("z", B, N, outputs);
  const targets = lab.buffer("targets", targetValues);
  const d = lab.matrix("d", B, N);
  const losses = lab.buffer("losses", B * 4);
  const correct = lab.buffer("correct", B * 4);
  const places = {
    ...{ z: z.pointer, targets: targets.pointer, losses: losses.pointer, correct: correct.pointer },
    ...{ weights: row ? lab.buffer("weights", row).pointer : 0, smoothing: setting, delta: setting },
  };
  const check = () => {
    expectClose(lab.floats(losses), expected.losses, "losses");
    expectExact(lab.integers(correct), expected.correct, "correct");
  };
  lab.run(kernel, { ...places, stride: z.stride, B, N, d: 0 }, [losses, correct]);
  check();
  lab.spoil(losses, correct);
  lab.run(kernel, { ...places, stride: z.stride, B, N, d: d.pointer }, [losses, correct, d]);
  check();
  expectClose(lab.readMatrix(d), expected.gradient, "gradient");
}

function classesOf(draws: Draws, B: number, N: number): Int32Array {
  return Int32Array.from({ length: B }, () => draws.integer(0, N - 1));
}

/** Targets of 0, 1 and between. */
function probabilitiesOf(draws: Draws, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => [0, 1, draws.unit()][draws.integer(0, 2)]);
}

const SMOOTHINGS = [0, 0.1, 1].map(Math.fround);

describe("softmaxCrossEntropy agrees with the twin", () => {
  it("over all sizes", () => {
    for (const values of CASES) {
      inCase(values, ({ B, N, size }) => {
        const draws = new Draws(B * 1000 + N);
        const z = draws.floats(B * N, 0.9, size);
        const targets = classesOf(draws, B, N);
        const smoothing = SMOOTHINGS[N % 3];
        checkLoss("softmaxCrossEntropy", z, targets, { B, N }, softmaxCrossEntropy(z, targets, N));
        checkLoss("softmaxCrossEntropy", z, targets, { B, N }, softmaxCrossEntropy(z, targets, N, smoothing), smoothing);
      });
    }
  });

  it("at logits of +-1e4, where a plain exp overflows", () => {
    for (const N of [1, 2, 3, 4, 5, 10, 67]) {
      inCase({ N }, () => {
        const B = 12;
        const draws = new Draws(N);
        const z = draws.floats(B * N).map((value) => Math.sign(value) * 1e4 + Math.fround(value));
        const targets = classesOf(draws, B, N);
        checkLoss("softmaxCrossEntropy", z, targets, { B, N }, softmaxCrossEntropy(z, targets, N));
      });
    }
    const z = Float32Array.of(1e4, -1e4, 0, -1e4, 1e4, 0, -1e4, -1e4, -1e4);
    const targets = Int32Array.of(0, 0, 1);
    for (const smoothing of SMOOTHINGS) {
      const expected = softmaxCrossEntropy(z, targets, 3, smoothing);
      checkLoss("softmaxCrossEntropy", z, targets, { B: 3, N: 3 }, expected, smoothing);
    }
  });

  it("takes the first of equal largest logits as the answer", () => {
    const z = Float32Array.of(1, 3, 3, 2, /**/ 1, 3, 3, 2, /**/ -0, 0, -1, -1, /**/ -5, -5, -5, -5);
    const targets = Int32Array.of(1, 2, 0, 0);
    const expected = softmaxCrossEntropy(z, targets, 4);
    expect([...expected.correct]).toEqual([1, 0, 1, 1]);
    checkLoss("softmaxCrossEntropy", z, targets, { B: 4, N: 4 }, expected);
  });

  it.each([Number.NaN, Infinity])("gives a loss that is not finite where a logit is %f", (bad) => {
    for (let place = 0; place < 5; place++) {
      const z = Float32Array.of(1, 2, 3, 4, 5);
      z[place] = bad;
      lab.clear();
      const [from, losses, correct] = [lab.matrix("z", 1, 5, z), lab.buffer("losses", 4), lab.buffer("correct", 4)];
      const targets = lab.buffer("targets", Int32Array.of(2));
      const places = {
        ...{ z: from.pointer, targets: targets.pointer, losses: losses.pointer, correct: correct.pointer },
        ...{ weights: 0, smoothing: 0 },
      };
      lab.run("softmaxCrossEntropy", { ...places, stride: from.stride, B: 1, N: 5, d: 0 }, [losses, correct]);
      expect(Number.isFinite(lab.floats(losses)[0])).toBe(false);
    }
  });
});

describe("meanSquaredError agrees with the twin", () => {
  it("over all sizes", () => {
    for (const values of CASES) {
      inCase(values, ({ B, N, size }) => {
        const draws = new Draws(B * 1000 + N);
        const z = draws.floats(B * N, 0.9, size);
        const targets = draws.floats(B * N, 0.9, size);
        checkLoss("meanSquaredError", z, targets, { B, N }, meanSquaredError(z, targets, B, N));
      });
    }
  });
});

describe("binaryCrossEntropy agrees with the twin", () => {
  it("over all sizes", () => {
    for (const values of CASES) {
      inCase(values, ({ B, N, size }) => {
        const draws = new Draws(B * 1000 + N);
        const z = draws.floats(B * N, 0.9, size);
        const targets = probabilitiesOf(draws, B * N);
        const smoothing = SMOOTHINGS[N % 3];
        const expected = binaryCrossEntropy(z, targets, B, N, smoothing);
        checkLoss("binaryCrossEntropy", z, targets, { B, N }, expected, smoothing);
      });
    }
  });

  it("for each logit alone, from 0 to +-1e4, on the right side and the wrong", () => {
    for (const size of [0, 1e-30, 1e-3, 0.5, 1, 5, 15, 17, 20, 30, 50, 80, 85, 1e4]) {
      for (const [z, t] of [size, -size].flatMap((value) => [0, 1, 0.9].map((target) => [value, target]))) {
        inCase({ z, t }, () => {
          const [logit, target] = [Float32Array.of(z), Float32Array.of(t)];
          const expected = binaryCrossEntropy(logit, target, 1, 1);
          expect(Number.isFinite(expected.losses[0])).toBe(true);
          checkLoss("binaryCrossEntropy", logit, target, { B: 1, N: 1 }, expected);
        });
      }
    }
  });

  it("counts the outputs on the right side of 0.5", () => {
    const z = Float32Array.of(1, -1, 0, 1e-30, /**/ 1, -1, 0, -1e-30);
    const targets = Float32Array.of(1, 0, 0, 0.6, /**/ 0, 0.7, 0.5, 1);
    const expected = binaryCrossEntropy(z, targets, 2, 4);
    expect([...expected.correct]).toEqual([4, 1]);
    checkLoss("binaryCrossEntropy", z, targets, { B: 2, N: 4 }, expected);
  });
});

describe("meanAbsoluteError and huber agree with the twin", () => {
  it("over all sizes", () => {
    for (const values of CASES) {
      inCase(values, ({ B, N, size }) => {
        const draws = new Draws(B * 1000 + N);
        const z = draws.floats(B * N, 0.9, size);
        const targets = draws.floats(B * N, 0.9, size).map((value, i) => (i % 7 === 0 ? z[i] : value));
        checkLoss("meanAbsoluteError", z, targets, { B, N }, meanAbsoluteError(z, targets, B, N));
        const delta = [0.1, 1, 3, 100][B % 4];
        checkLoss("huber", z, targets, { B, N }, huber(z, targets, B, N, delta), delta);
      });
    }
  });

  it("at the kinks: equal numbers, and errors of delta", () => {
    const z = Float32Array.of(1, 2, 3, 4, 5);
    const targets = Float32Array.of(1, 4, 1, 1.5, 7.5);
    expect([...meanAbsoluteError(z, targets, 1, 5).gradient]).toEqual([0, -0.2, 0.2, 0.2, -0.2]);
    expect([...huber(z, targets, 1, 5, 2).gradient]).toEqual([0, -0.4, 0.4, 0.4, -0.4]);
    checkLoss("meanAbsoluteError", z, targets, { B: 1, N: 5 }, meanAbsoluteError(z, targets, 1, 5));
    checkLoss("huber", z, targets, { B: 1, N: 5 }, huber(z, targets, 1, 5, 2), 2);
  });
});

describe("gaussianNegativeLogLikelihood agrees with the twin", () => {
  it("over all sizes", () => {
    for (const values of CASES) {
      inCase(values, ({ B, N: T, size }) => {
        const draws = new Draws(B * 1000 + T);
        const z = draws.floats(B * 2 * T, 0.9, size);
        const targets = draws.floats(B * T, 0.9, size);
        const expected = gaussianNegativeLogLikelihood(z, targets, B, 2 * T);
        checkLoss("gaussianNegativeLogLikelihood", z, targets, { B, N: 2 * T }, expected);
      });
    }
  });

  it("at variances from exp(-40) to exp(40)", () => {
    for (const s of [-40, -10, 0, 10, 40]) {
      for (const e of [0, 1e-6, 1, 100]) {
        inCase({ s, e }, () => {
          const z = Float32Array.of(e, s);
          const expected = gaussianNegativeLogLikelihood(z, [0], 1, 2);
          checkLoss("gaussianNegativeLogLikelihood", z, Float32Array.of(0), { B: 1, N: 2 }, expected);
        });
      }
    }
  });

  it.each([Number.NaN, Infinity, -Infinity])("gives a loss that is not finite where an output is %f", (bad) => {
    for (let place = 0; place < 6; place++) {
      const z = Float32Array.of(1, -2, 3, -4, 5, 0.5);
      z[place] = bad;
      lab.clear();
      const [from, losses, correct] = [lab.matrix("z", 1, 6, z), lab.buffer("losses", 4), lab.buffer("correct", 4)];
      const targets = lab.buffer("targets", new Float32Array(3).fill(0.5));
      const places = { z: from.pointer, targets: targets.pointer, losses: losses.pointer, correct: correct.pointer };
      const call = { ...places, stride: from.stride, B: 1, N: 6, d: 0, weights: 0 };
      lab.run("gaussianNegativeLogLikelihood", call, [losses, correct]);
      expect(Number.isFinite(lab.floats(losses)[0])).toBe(false);
    }
  });
});

describe.each(["binaryCrossEntropy", "meanSquaredError", "meanAbsoluteError", "huber"] as const)("%s", (kernel) => {
  it.each([Number.NaN, Infinity, -Infinity])("gives a loss that is not finite where an output is %f", (bad) => {
    for (let place = 0; place < 5; place++) {
      const z = Float32Array.of(1, -2, 3, -4, 5);
      z[place] = bad;
      lab.clear();
      const [from, losses, correct] = [lab.matrix("z", 1, 5, z), lab.buffer("losses", 4), lab.buffer("correct", 4)];
      const targets = lab.buffer("targets", new Float32Array(5).fill(0.5));
      const places = { z: from.pointer, targets: targets.pointer, losses: losses.pointer, correct: correct.pointer };
      const call = { ...places, stride: from.stride, B: 1, N: 5, d: 0, weights: 0, smoothing: 0, delta: 1 };
      lab.run(kernel, call, [losses, correct]);
      expect(Number.isFinite(lab.floats(losses)[0])).toBe(false);
    }
  });
});

describe("sumLosses", () => {
  function sumOf(values: Float32Array, right: Int32Array): { loss: number; correct: number; status: number } {
    lab.clear();
    const losses = lab.buffer("losses", values);
    const correct = lab.buffer("correct", right);
    const result = lab.buffer("result", 12);
    const status = lab.buffer("status", Int32Array.of(0));
    const places = { losses: losses.pointer, correct: correct.pointer, result: result.pointer, status: status.pointer };
    lab.run("sumLosses", { ...places, B: values.length }, [result, status]);
    const view = new DataView(lab.bytes(result).buffer);
    return { loss: view.getFloat64(0, true), correct: view.getInt32(8, true), status: lab.integers(status)[0] };
  }

  it("is the twin's sum to the bit", () => {
    for (const B of [...SIZES, ...EDGES]) {
      const draws = new Draws(B);
      const losses = draws.floats(B, 0.9, 100);
      const correct = Int32Array.from({ length: B }, () => draws.integer(0, 1));
      const expected = sumLosses({ losses: Float64Array.from(losses), correct: Float64Array.from(correct) });
      expect(sumOf(losses, correct)).toEqual({ ...expected, status: 0 });
    }
  });

  it.each([Number.NaN, Infinity, -Infinity])("flags a loss of %f", (bad) => {
    for (let place = 0; place < 5; place++) {
      const losses = new Float32Array(5).fill(1);
      losses[place] = bad;
      expect(sumOf(losses, new Int32Array(5)).status).toBe(1);
    }
  });
});

describe("output links", () => {
  function linkOf(kernel: "softmax" | "sigmoid" | "identity" | "gaussian", z: MatrixRegion, out: Region): Float32Array {
    lab.spoil(out);
    lab.run(kernel, { z: z.pointer, stride: z.stride, B: z.rows, N: z.columns, out: out.pointer }, [out]);
    return lab.floats(out);
  }

  it("softmax, sigmoid, identity and gaussian agree with the twin over all sizes and at logits of +-1e4", () => {
    for (const values of CASES.flatMap((one) => [one, { ...one, size: 1e4 }])) {
      inCase(values, ({ B, N, size }) => {
        lab.clear();
        const numbers = new Draws(B * 1000 + N).floats(B * N, 0.9, size);
        const z = lab.matrix("z", B, N, numbers);
        const out = lab.buffer("out", B * N * 4);
        expectClose(linkOf("softmax", z, out), softmax(numbers, B, N), "softmax");
        expectClose(linkOf("sigmoid", z, out), activate("sigmoid", numbers), "sigmoid");
        expectExact(linkOf("identity", z, out), numbers, "identity");
        const T = N >> 1;
        const gaussian = Float64Array.from(numbers, (value, i) => (i % N < T ? value : Math.exp(value)));
        if (size < 80) expectClose(linkOf("gaussian", z, out), gaussian, "gaussian");
      });
    }
  });
});
