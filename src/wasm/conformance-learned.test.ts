import { beforeAll, describe, expect, it } from "vitest";
import { expectClose, expectExact, inCase } from "../../test/closeness.ts";
import { Laboratory, type MatrixRegion } from "../../test/conformance.ts";
import { Draws } from "../../test/draws.ts";
import { dropoutParameters } from "../../test/records.ts";
import { concreteDropout, concreteDropoutGradients, concretePenalty, uniforms } from "../reference/concrete-dropout.ts";
import { dropConnectForward, dropConnectGradients, dropConnectMask } from "../reference/drop-connect.ts";
import { trainingScale } from "../reference/dropout.ts";
import {
  normalNoise,
  variationalDropout,
  variationalDropoutGradients,
  variationalPenalty,
} from "../reference/variational-dropout.ts";
import { PANEL, panelBytes, SCRATCH_BYTES } from "./layout.ts";

// Kernels of DropConnect and of learned dropout against their twins: weights that sleep, noise, gradients of what is learned.

const RATES = [0, 0.2, 0.5, 0.9, 1];
const KEYS = { key: [11, 12], stream: 2, pass: 5 } as const;
/** Each dimension through the tails of vectors, words and panels, the others drawn. */
const CASES = [...Array(68).keys(), 83, 84, 85, 112, 113].flatMap((size) => {
  const draws = new Draws(size);
  return [
    { rows: draws.integer(0, 5), K: size, N: draws.integer(0, 30), seed: size },
    { rows: draws.integer(0, 5), K: draws.integer(0, 9), N: size, seed: size + 1000 },
  ];
});

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

function eachCase(test: (values: (typeof CASES)[number] & { draws: Draws; indices: Uint32Array }) => void): void {
  for (const values of CASES) {
    inCase(values, () => {
      lab.clear();
      const draws = new Draws(values.seed);
      test({ ...values, draws, indices: Uint32Array.from({ length: values.rows }, () => draws.word()) });
    });
  }
}

const words = () => ({
  ...{ pass: KEYS.pass, stream: KEYS.stream, key0: KEYS.key[0], key1: KEYS.key[1] },
  ...{ scratch: lab.scratch, scratchBytes: SCRATCH_BYTES },
});

describe("DropConnect", () => {
  const rateOf = (seed: number) => RATES[seed % RATES.length];

  it("dropWeights is the twin's mask to the bit, also in place", () => {
    eachCase(({ K, N, seed, draws }) => {
      const [rate, batch] = [rateOf(seed), draws.word()];
      const scale = Math.fround(trainingScale(rate, "inverted"));
      const weight = draws.floats(K * N);
      const parameters = lab.buffer("parameters", dropoutParameters(rate, scale));
      const from = lab.panels("from", K, N, weight);
      const to = lab.buffer("to", panelBytes(K, N));
      const mask = dropConnectMask(rate, [batch], { K, N }, KEYS);
      const expected = weight.map((value, i) => (mask[i] ? value * scale : 0));
      const call = { from: from.pointer, K, N, batch, parameters: parameters.pointer, ...words() };
      lab.run("dropWeights", { ...call, to: to.pointer }, [to]);
      expectExact(lab.readPanels(to, K, N), expected, "apart");
      lab.run("dropWeights", { ...call, to: from.pointer }, [from]);
      expectExact(lab.readPanels(from, K, N), expected, "in place");
    });
  });

  it("with a mask for each row: forward, and the gradients of input, weights and bias, are the twin's", () => {
    eachCase(({ rows, K, N, seed, draws, indices: rowIndices }) => {
      const rate = rateOf(seed);
      const scale = Math.fround(trainingScale(rate, "standard"));
      const [x, d, weight, bias] = [draws.floats(rows * K, 0.7), draws.floats(rows * N), draws.floats(K * N), draws.floats(N)];
      const mask = dropConnectMask(rate, rowIndices, { K, N }, KEYS);
      const shape = { B: rows, K, N };

      const indices = lab.buffer("indices", rowIndices).pointer;
      const parameters = lab.buffer("parameters", dropoutParameters(rate, scale)).pointer;
      const from = lab.matrix("x", rows, K, x);
      const to = lab.matrix("y", rows, N);
      const weights = lab.panels("weights", K, N, weight).pointer;
      const given = { x: from.pointer, xStride: from.stride, rows, K, N, weights, indices, parameters, ...words() };
      for (const vector of [0, lab.vector("bias", bias).pointer]) {
        lab.spoil(to);
        lab.run("rowDropConnect", { ...given, y: to.pointer, yStride: to.stride, bias: vector }, [to]);
        const expected = dropConnectForward(x, { weight, bias: vector ? bias : undefined, mask, scale }, shape);
        expectClose(lab.readMatrix(to), expected, "output", 3e-6);
      }

      const above = lab.matrix("d", rows, N, d);
      const gradient = lab.buffer("gradient", panelBytes(K, N));
      const vector = lab.vector("bias gradient", new Float32Array(N));
      const expected = dropConnectGradients(x, d, { weight, mask, scale }, shape);
      for (const below of [undefined, lab.matrix("dx", rows, K)]) {
        const places = { d: above.pointer, dStride: above.stride, gradient: gradient.pointer, bias: vector.pointer };
        const call = { ...given, ...places, dx: below?.pointer ?? 0, dxStride: below?.stride ?? 0 };
        lab.spoil(gradient);
        lab.run("rowDropConnectGradient", call, below ? [gradient, vector, below] : [gradient, vector]);
        if (below) expectClose(lab.readMatrix(below), expected.input, "gradient of the input", 3e-6);
        expectClose(lab.readPanels(gradient, K, N), expected.weight, "gradient of the weights", 3e-6);
        expectClose(lab.readVector(vector, N), expected.bias, "gradient of the bias", 3e-6);
      }
    });
  });
});

/** Numbers of a layer with noise: input and gradient, and where they lie. */
function noisy({ rows, K, draws, indices }: { rows: number; K: number; draws: Draws; indices: Uint32Array }) {
  const [x, d] = [draws.floats(rows * K, 0.8), draws.floats(rows * K)];
  const [from, above] = [lab.matrix("x", rows, K, x), lab.matrix("dy", rows, K, d)];
  const [to, below] = [lab.matrix("y", rows, K), lab.matrix("dx", rows, K)];
  const common = { stride: from.stride, rows, columns: K, indices: lab.buffer("indices", indices).pointer, ...words() };
  return { x, d, from, above, to, below, common };
}

/** Runs a gradient's kernel three times: apart, in place, and without a gradient of the input. */
function eachPlace(
  below: MatrixRegion,
  above: MatrixRegion,
  d: Float32Array,
  test: (dx: MatrixRegion | undefined) => void,
): void {
  test(below);
  test(undefined);
  test(above);
  expect(d.length).toBe(above.rows * above.columns);
}

describe("concrete dropout", () => {
  const logitOf = (seed: number) => Math.fround([-6, -2.2, 0, 1.5][seed % 4]);
  const temperatureOf = (seed: number) => [0.1, 0.5, 1][seed % 3];

  it("is the twin's, and so are the gradients of its input and of its logit", () => {
    eachCase(({ rows, K, seed, draws, indices }) => {
      const [logit, temperature] = [logitOf(seed), temperatureOf(seed)];
      const { x, d, from, above, to, below, common } = noisy({ rows, K, draws, indices });
      const place = lab.buffer("logit", Float32Array.of(logit)).pointer;
      const u = uniforms(indices, K, KEYS);
      lab.run("concreteDropout", { ...common, x: from.pointer, y: to.pointer, logit: place, temperature }, [to]);
      expectClose(lab.readMatrix(to), concreteDropout(x, u, logit, temperature), "output", 1e-6);

      const sums = lab.buffer("sums", 8 * Math.ceil(K / 32));
      const expected = concreteDropoutGradients(x, d, u, logit, temperature);
      eachPlace(below, above, d, (dx) => {
        const places = {
          x: from.pointer,
          dy: above.pointer,
          dx: dx?.pointer ?? 0,
          sums: sums.pointer,
          logit: place,
          temperature,
        };
        lab.run("concreteDropoutGradient", { ...common, ...places }, dx ? [dx, sums] : [sums]);
        if (dx) expectClose(lab.readMatrix(dx), expected.input, "gradient of the input", 1e-6);
        const sum = lab.doubles(sums).reduce((total, part) => total + part, 0);
        expect(Math.abs(sum - expected.logit)).toBeLessThan(1e-9 * (1 + rows * K));
      });
    });
  });

  it("its penalty is the twin's, with the gradients of logit and weights", () => {
    eachCase(({ K, N, seed, draws }) => {
      const logit = logitOf(seed);
      const factors = { weightFactor: 0.03, dropoutFactor: 0.2 };
      const [weight, own] = [draws.floats(K * N), draws.floats(K * N)];
      const sums = Float64Array.from({ length: Math.ceil(K / 32) }, () => draws.unit());
      const expected = concretePenalty(logit, [weight], { K, ...factors });

      const place = lab.buffer("logit", Float32Array.of(logit)).pointer;
      const weights = lab.panels("weights", K, N, weight);
      const gradients = lab.panels("gradients", K, N, own);
      const pieces = Math.ceil(N / PANEL);
      const norms = lab.buffer("norms", 8 * pieces);
      const pieceBytes = pieces > 0 ? panelBytes(K, N) / pieces : 0;
      lab.run("squaredNorms", { gradients: weights.pointer, pieces, pieceBytes, sums: norms.pointer }, [norms]);
      const [gradient, penalty] = [lab.buffer("gradient", 4), lab.buffer("penalty", 8)];
      const places = { logit: place, gradient: gradient.pointer, penalty: penalty.pointer, norms: norms.pointer, pieces };
      lab.run("concretePenalty", { ...places, sums: lab.buffer("sums", sums).pointer, K, ...factors }, [gradient, penalty]);
      expectClose(lab.doubles(penalty), [expected.value], "penalty", 1e-10);
      const total = sums.reduce((sum, part) => sum + part, 0);
      expectClose(lab.floats(gradient), [total + expected.logit], "gradient of the logit", 1e-6);

      const call = { weights: weights.pointer, gradients: gradients.pointer, K, N, logit: place, weightFactor: 0.03 };
      lab.run("concreteWeightPenalty", call, [gradients]);
      const moved = own.map((value, i) => value + expected.weight * weight[i]);
      expectClose(lab.readPanels(gradients, K, N), moved, "gradient of the weights", 1e-6);
    });
  });
});

describe("variational dropout", () => {
  /** One alpha for all, or one per unit, up to the largest that is allowed. */
  const alphasOf = (draws: Draws, K: number, perUnit: number) =>
    Float32Array.from({ length: perUnit ? K : 1 }, () => (draws.integer(0, 4) === 0 ? 0 : -8 * draws.unit()));

  it("is the twin's, and so are the gradients of its input and of each unit's log alpha", () => {
    eachCase(({ rows, K, draws, indices }) => {
      for (const perUnit of [0, 1]) {
        lab.clear();
        const { x, d, from, above, to, below, common } = noisy({ rows, K, draws, indices });
        const alphas = alphasOf(draws, K, perUnit);
        const logAlpha = lab.vector("log alpha", alphas).pointer;
        const e = normalNoise(indices, K, KEYS);
        lab.run("variationalDropout", { ...common, x: from.pointer, y: to.pointer, logAlpha, perUnit }, [to]);
        expectClose(lab.readMatrix(to), variationalDropout(x, e, alphas, K), "output", 1e-6);

        const sums = lab.buffer("sums", 8 * K);
        const expected = variationalDropoutGradients(x, d, e, perUnit ? alphas : new Float32Array(K).fill(alphas[0]), K);
        eachPlace(below, above, d, (dx) => {
          const places = { x: from.pointer, dy: above.pointer, dx: dx?.pointer ?? 0, sums: sums.pointer, logAlpha, perUnit };
          lab.run("variationalDropoutGradient", { ...common, ...places }, dx ? [dx, sums] : [sums]);
          if (dx) expectClose(lab.readMatrix(dx), expected.input, "gradient of the input", 1e-6);
          if (K > 1) expectClose(lab.doubles(sums), expected.logAlpha, "gradients of log alpha", 1e-6);
        });
      }
    });
  });

  it("its penalty is the twin's, with its gradient, and 0 where alpha is 1", () => {
    eachCase(({ K, draws }) => {
      for (const perUnit of [0, 1]) {
        if (K === 0) return;
        lab.clear();
        const alphas = alphasOf(draws, K, perUnit);
        const sums = Float64Array.from({ length: K }, () => draws.unit());
        const logAlpha = lab.vector("log alpha", alphas).pointer;
        const [gradient, penalty] = [lab.buffer("gradient", 4 * alphas.length), lab.buffer("penalty", 8)];
        const places = { logAlpha, gradient: gradient.pointer, penalty: penalty.pointer, sums: lab.buffer("sums", sums).pointer };
        lab.run("variationalPenalty", { ...places, units: K, perUnit, factor: 0.01 }, [gradient, penalty]);
        const expected = variationalPenalty(alphas, K, 0.01);
        const total = sums.reduce((sum, part) => sum + part, 0);
        expect(Math.abs(lab.doubles(penalty)[0] - expected.value)).toBeLessThan(1e-12 * (1 + K));
        const moved = expected.logAlpha.map((value, i) => value + (perUnit ? sums[i] : total));
        expectClose(lab.floats(gradient), moved, "gradient", 1e-6);
      }
    });
    expect(variationalPenalty([0], 3, 1).value).toBeCloseTo(0, 12);
  });

  it("limitNumbers cuts what is too large, and leaves a NaN to be seen", () => {
    lab.clear();
    const numbers = lab.buffer("numbers", Float32Array.of(-1, 0, 0.5, Number.NaN, Infinity, -Infinity, 3));
    lab.run("limitNumbers", { numbers: numbers.pointer, count: 6, most: 0.25 }, [numbers]);
    expect([...lab.floats(numbers)]).toEqual([-1, 0, 0.25, Number.NaN, 0.25, -Infinity, 3]);
  });
});
