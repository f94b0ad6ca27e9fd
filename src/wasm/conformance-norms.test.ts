import { beforeAll, describe, expect, it } from "vitest";
import { expectClose, inCase } from "../../test/closeness.ts";
import { Laboratory, type MatrixRegion, type Region } from "../../test/conformance.ts";
import { Draws } from "../../test/draws.ts";
import { batchNormForward, batchNormFrozen, batchNormGradient, batchNormRunning } from "../reference/batch-norm.ts";
import { layerNormForward, layerNormGradient } from "../reference/layer-norm.ts";

// In f64 and rounded once; sums differ from the twin's in their last digits.
const PROMISED = 1e-7;
const EDGES = [83, 84, 85, 127, 128, 129, 255, 256, 257];
/** Through all sizes of rows and of columns; batches have two rows at least. */
const CASES = [...Array(68).keys(), ...EDGES].flatMap((size) => {
  const draws = new Draws(size);
  return [
    { B: Math.max(2, size), N: draws.integer(0, 67) },
    { B: draws.integer(2, 9), N: size },
  ];
});

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

/** Numbers far from 0 beside their deviation in every other case, with columns and rows that do not vary at all. */
function drawCase({ B, N }: { B: number; N: number }) {
  const draws = new Draws(B * 1000 + N);
  const shift = (B + N) % 2 === 0 ? 0 : 100;
  const x = draws.floats(B * N, 0.9, 2).map((value, i) => (i % N === 3 || Math.floor(i / N) === 3 ? 5 : value + shift));
  return {
    draws,
    x,
    d: draws.floats(B * N, 0.9),
    weight: draws.floats(N, 0.9).map((value) => value + 0.5),
    bias: draws.floats(N),
    epsilon: [1e-5, 0.1][draws.integer(0, 1)],
    momentum: [0.1, 1, 0.3][draws.integer(0, 2)],
    runningMean: draws.floats(N),
    runningVar: draws.floats(N).map((value) => value ** 2),
  };
}

function places(values: ReturnType<typeof drawCase>, B: number, N: number) {
  lab.clear();
  const [x, y] = [lab.matrix("x", B, N, values.x), lab.matrix("y", B, N)];
  const [weight, bias] = [lab.vector("weight", values.weight), lab.vector("bias", values.bias)];
  const mean = lab.vector("mean", values.runningMean);
  const variance = lab.vector("variance", values.runningVar);
  const shape = { stride: x.stride, B, N };
  return {
    ...{ x, y, weight, bias, mean, variance, shape, status: lab.buffer("status", Int32Array.of(0)) },
    call: { ...shape, x: x.pointer, y: y.pointer, weights: weight.pointer, biases: bias.pointer, epsilon: values.epsilon },
    running: { runningMean: mean.pointer, runningVar: variance.pointer },
  };
}

/** Gradients apart, in place, and with `dx` 0. */
function backward(
  { d, draws }: ReturnType<typeof drawCase>,
  [B, N]: [number, number],
  run: (dy: MatrixRegion, dx: MatrixRegion | undefined, weight: Region, bias: Region) => void,
) {
  const dy = lab.matrix("dy", B, N, d);
  const dx = lab.matrix("dx", B, N);
  // whatever was there
  const [weight, bias] = [lab.vector("dweight", draws.floats(N)), lab.vector("dbias", draws.floats(N))];
  run(dy, undefined, weight, bias);
  const alone = [lab.readVector(weight, N), lab.readVector(bias, N)];
  run(dy, dx, weight, bias);
  const result = { dx: lab.readMatrix(dx), weight: lab.readVector(weight, N), bias: lab.readVector(bias, N) };
  expect([result.weight, result.bias]).toEqual(alone);
  run(dy, dy, weight, bias);
  expect(lab.readMatrix(dy), "dx in place").toEqual(result.dx);
  return result;
}

/** Relative to the larger of the result and what it is a difference of. */
function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, beside: number, what: string): void {
  const norm = Math.hypot(beside, ...Array.from(expected));
  expectClose([norm, ...Array.from(actual)], [norm, ...Array.from(expected)], what, PROMISED);
}

function expectGradients(
  actual: ReturnType<typeof backward>,
  expected: ReturnType<typeof layerNormGradient>,
  { d, weight }: { d: Float32Array; weight: Float32Array },
  r: number,
) {
  const size = Math.hypot(...d);
  expectNear(actual.dx, expected.dx, size * r * Math.max(0, ...weight.map(Math.abs)) * 1e-2, "dx");
  expectNear(actual.weight, expected.weight, size * 1e-2, "gradient of the weight");
  expectNear(actual.bias, expected.bias, size * 1e-2, "gradient of the bias");
}

describe("batch normalisation", () => {
  it("is the twin's over all sizes: training with its running statistics, prediction, and gradients", () => {
    for (const { B, N } of CASES) {
      inCase({ B, N }, () => {
        const values = drawCase({ B, N });
        const { x, y, mean, variance, status, call, running, shape, weight } = places(values, B, N);
        lab.run("batchNormFrozen", { ...call, ...running }, [y]);
        expectClose(lab.readMatrix(y), batchNormFrozen(values.x, values), "y of prediction", PROMISED);
        const kept = lab.buffer("kept", Math.ceil(N / 4) * 64);
        const training = { ...call, ...running, kept: kept.pointer, momentum: values.momentum, status: status.pointer };
        lab.run("batchNormForward", training, [y, mean, variance, kept]);
        expectClose(lab.readMatrix(y), batchNormForward(values.x, values, B), "y of training", PROMISED);
        const moved = batchNormRunning(values.x, values, B);
        expectClose(lab.readVector(mean, N), moved.runningMean, "running mean", PROMISED);
        expectClose(lab.readVector(variance, N), moved.runningVar, "running variance", PROMISED);
        expect(lab.integers(status)).toEqual(Int32Array.of(0));

        const actual = backward(values, [B, N], (dy, dx, weightGradient, biasGradient) => {
          const gradients = { weightGradient: weightGradient.pointer, biasGradient: biasGradient.pointer };
          const given = { x: x.pointer, dy: dy.pointer, dx: dx?.pointer ?? 0, weights: weight.pointer, kept: kept.pointer };
          lab.run("batchNormGradient", { ...shape, ...given, ...gradients }, [...(dx ? [dx] : []), weightGradient, biasGradient]);
        });
        expectGradients(actual, batchNormGradient(values.x, values.d, values, B), values, 1 / Math.sqrt(values.epsilon));
      });
    }
  });

  it("is seen to differ from a twin of another epsilon, and from one with the other variance", () => {
    const [B, N] = [9, 13];
    const values = { ...drawCase({ B, N }), epsilon: 1e-5, momentum: 0.1 };
    const { y, mean, variance, status, call, running } = places(values, B, N);
    const kept = lab.buffer("kept", 4 * 64);
    const training = { ...call, ...running, kept: kept.pointer, momentum: 0.1, status: status.pointer };
    lab.run("batchNormForward", training, [y, mean, variance, kept]);
    const other = batchNormForward(values.x, { ...values, epsilon: 1.2e-5 }, B);
    expect(() => expectClose(lab.readMatrix(y), other, "y", PROMISED)).toThrow("relative norm error");
    const { runningVar } = batchNormRunning(values.x, values, B);
    const biased = runningVar.map((value, n) => value - (0.1 * (value - 0.9 * values.runningVar[n])) / 0.1 / B);
    expectClose(lab.readVector(variance, N), runningVar, "running variance", PROMISED);
    expect(() => expectClose(lab.readVector(variance, N), biased, "variance", PROMISED)).toThrow("relative norm error");
  });

  it("does in place what it does apart", () => {
    const values = drawCase({ B: 9, N: 30 });
    const { x, y, mean, variance, status, call, running } = places(values, 9, 30);
    const kept = lab.buffer("kept", 8 * 64);
    const training = { ...call, ...running, kept: kept.pointer, momentum: 0.5, status: status.pointer };
    lab.run("batchNormForward", training, [y, mean, variance, kept]);
    lab.run("batchNormForward", { ...training, y: x.pointer }, [x, mean, variance, kept]);
    expect(lab.readMatrix(x)).toEqual(lab.readMatrix(y));
  });

  it("gives the bias where a column does not vary", () => {
    const values = drawCase({ B: 7, N: 6 });
    const { y, mean, variance, status, call, running } = places(values, 7, 6);
    const kept = lab.buffer("kept", 2 * 64);
    lab.run("batchNormForward", { ...call, ...running, kept: kept.pointer, momentum: 1, status: status.pointer }, [
      ...[y, mean, variance, kept],
    ]);
    const made = lab.readMatrix(y);
    expect(Array.from({ length: 7 }, (_, b) => made[b * 6 + 3])).toEqual(Array(7).fill(values.bias[3]));
    expect([lab.readVector(mean, 6)[3], lab.readVector(variance, 6)[3]]).toEqual([5, 0]);
  });

  it.each([
    ["a number that is none", Number.NaN],
    ["an infinite number", Infinity],
    ["a number whose square is infinite in single precision", 1e30],
  ])("flags a running statistic that is not finite, of any column: %s", (_, wrong) => {
    const [B, N] = [3, 11];
    for (let column = 0; column < N; column++) {
      const values = drawCase({ B, N });
      values.x[N + column] = wrong;
      const { y, mean, variance, status, call, running } = places(values, B, N);
      const kept = lab.buffer("kept", 3 * 64);
      const training = { ...call, ...running, kept: kept.pointer, momentum: 0.1, status: status.pointer };
      lab.run("batchNormForward", training, [y, mean, variance, kept, status]);
      expect(lab.integers(status), `column ${column}`).toEqual(Int32Array.of(1));
      const finite = Array.from(lab.readVector(variance, N), Number.isFinite);
      expect(finite).toEqual(Array.from({ length: N }, (_, n) => n !== column));
    }
  });
});

describe("layer normalisation", () => {
  it("is the twin's over all sizes, forward and backward", () => {
    for (const { B: rows, N } of CASES) {
      const B = rows - 2;
      inCase({ B, N }, () => {
        const values = drawCase({ B, N });
        const { x, y, call, shape, weight } = places(values, B, N);
        lab.run("layerNormForward", { ...call, kept: 0 }, [y]);
        const predicted = lab.readMatrix(y);
        expectClose(predicted, layerNormForward(values.x, values), "y", PROMISED);
        const kept = lab.buffer("kept", 16 * B);
        lab.run("layerNormForward", { ...call, kept: kept.pointer }, [y, kept]);
        expect(lab.readMatrix(y), "y of training").toEqual(predicted);

        const actual = backward(values, [B, N], (dy, dx, weightGradient, biasGradient) => {
          const given = { ...shape, x: x.pointer, dy: dy.pointer, kept: kept.pointer };
          const gradients = { weightGradient: weightGradient.pointer, biasGradient: biasGradient.pointer };
          lab.run("layerNormParameterGradient", { ...given, ...gradients }, [weightGradient, biasGradient]);
          if (dx) lab.run("layerNormGradient", { ...given, dx: dx.pointer, weights: weight.pointer }, [dx]);
        });
        expectGradients(actual, layerNormGradient(values.x, values.d, values), values, 1 / Math.sqrt(values.epsilon));
      });
    }
  });

  it("does in place what it does apart, and gives the bias where a row does not vary", () => {
    const values = drawCase({ B: 9, N: 30 });
    const { x, y, call } = places(values, 9, 30);
    lab.run("layerNormForward", { ...call, kept: 0 }, [y]);
    expect(lab.readMatrix(y).subarray(90, 120)).toEqual(values.bias);
    lab.run("layerNormForward", { ...call, y: x.pointer, kept: 0 }, [x]);
    expect(lab.readMatrix(x)).toEqual(lab.readMatrix(y));
  });
});
