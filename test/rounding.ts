import { type ActivationName, activationGradient } from "../src/reference/activations.ts";
import { ASLEEP, alphaMap } from "../src/reference/alpha-dropout.ts";
import {
  type DenseShape,
  denseBiasGradient,
  denseForward,
  denseInputGradient,
  denseWeightGradient,
} from "../src/reference/dense.ts";
import { trainingScale } from "../src/reference/dropout.ts";
import { winners } from "../src/reference/maxout.ts";
import type { Batch, Network, NetworkLayer, TrainingPass } from "../src/reference/network.ts";
import type { Numbers } from "../src/reference/numbers.ts";
import { branchTrainingScale } from "../src/reference/residual.ts";
import { softmax } from "../src/reference/softmax.ts";
import { normGradients, normValues } from "./rounding-norms.ts";

/** Half a unit in the last place of a number near 1 in single precision. */
const ROUNDING = 2 ** -24;

/**
 * How uncertain single precision leaves every number of a training pass: the variance of each, were every rounding an
 * independent error. Where terms cancel each other, few digits are left, and so it is in all that is made of them.
 */
export interface Rounding {
  readonly values: readonly Float64Array[];
  readonly valueGradients: readonly Float64Array[];
  readonly gradients: readonly ({ readonly weight: Float64Array; readonly bias: Float64Array } | undefined)[];
}

const squares = (numbers: Numbers) => Float64Array.from(numbers, (value) => value * value);
const times = (numbers: Numbers, factor: number) => Float64Array.from(numbers, (value) => value * factor);
const plus = (...parts: Numbers[]) => Float64Array.from(parts[0], (_, i) => parts.reduce((sum, part) => sum + part[i], 0));
/** Variance of a sum of so many terms, per squared term. */
const summing = (terms: number) => ROUNDING ** 2 * (terms + 1);

export function roundingOf({ layers, loss }: Network, pass: TrainingPass, { indices, weights }: Batch): Rounding {
  const B = indices.length;
  const values: Float64Array[] = [times(squares(pass.values[0]), ROUNDING ** 2)];
  const masked = (variance: Float64Array, i: number, rate: number, scaling: "inverted" | "standard") => {
    const factor = trainingScale(rate, scaling) ** 2;
    return variance.map((value, at) => (pass.masks[i]?.[at] ? value * factor : 0));
  };
  const branched = (layer: NetworkLayer & { type: "residual" }, variance: Float64Array, i: number) =>
    times(masked(variance, i, 0, "inverted"), branchTrainingScale(layer.rate, layer.scaling) ** 2);
  for (const [i, layer] of layers.entries()) {
    const below = values[i];
    if (layer.type === "relu") values.push(below.map((value, at) => (pass.values[i + 1][at] > 0 ? value : 0)));
    else if (layer.type === "dropout") values.push(masked(below, i, layer.rate, layer.scaling));
    else if (layer.type === "gaussianDropout") {
      const y = pass.values[i + 1];
      const noise = pass.masks[i] ?? [];
      values.push(below.map((value, at) => noise[at] ** 2 * value + 2 * (y[at] * ROUNDING) ** 2));
    } else if (layer.type === "alphaDropout") {
      const { a } = alphaMap(layer.rate);
      const own = 2 * (a * ASLEEP * ROUNDING) ** 2;
      values.push(
        masked(below, i, 0, "inverted").map((value, at) => a ** 2 * value + own + (pass.values[i + 1][at] * ROUNDING) ** 2),
      );
    } else if (layer.type === "maxout") {
      values.push(Float64Array.from(winners(pass.values[i], layer.pieces), (at) => below[at]));
    } else if (layer.type === "residual") {
      const f = branched(layer, below, i);
      const y = squares(pass.values[i + 1]);
      values.push(plus(values[layer.from], f, times(y, 2 * ROUNDING ** 2)));
    } else if (layer.type === "standout") {
      const { first } = standoutDerivatives(layer, pass.values[i]);
      const y = pass.values[i + 1];
      const moved = below.map((value, at) => first[at] ** 2 * value + (y[at] * ROUNDING) ** 2);
      values.push(masked(moved, i, 0, "inverted"));
    } else if (layer.type === "batchNorm" || layer.type === "layerNorm") {
      values.push(normValues(layer, pass.values[i], pass.values[i + 1], below, ROUNDING));
    } else if (layer.type === "activation") {
      const slope = derivativesOf(layer, pass.values[i]).first;
      const own = times(squares(pass.values[i + 1]), ROUNDING ** 2);
      values.push(own.map((value, at) => value + slope[at] ** 2 * below[at]));
    } else if (layer.type !== "dense") throw new Error(`nothing is said of the rounding of ${layer.type}`);
    else {
      const shape: DenseShape = { B, ...layer };
      const weights = squares(layer.weight);
      const terms = denseForward(squares(pass.values[i]), weights, layer.bias && squares(layer.bias), shape);
      values.push(plus(times(terms, summing(layer.K)), denseForward(below, weights, undefined, shape)));
    }
  }

  const unweighted = lossRounding(loss, pass, values[layers.length], B);
  const N = unweighted.length / B;
  const valueGradients: Float64Array[] = [
    weights ? unweighted.map((value, i) => value * weights[Math.floor(i / N)] ** 2) : unweighted,
  ];
  const gradients: Rounding["gradients"][number][] = [];
  /** What residual connections add to the gradient of what a layer received. */
  const passed = new Map<number, Float64Array[]>();
  for (const [i, layer] of [...layers.entries()].reverse()) {
    const above = valueGradients[0];
    gradients.unshift(undefined);
    if (layer.type === "residual") passed.set(layer.from, [...(passed.get(layer.from) ?? []), above]);
    if (layer.type === "relu") valueGradients.unshift(above.map((value, at) => (pass.values[i + 1][at] > 0 ? value : 0)));
    else if (layer.type === "dropout") valueGradients.unshift(masked(above, i, layer.rate, layer.scaling));
    else if (layer.type === "gaussianDropout") {
      const noise = pass.masks[i] ?? [];
      const d = pass.valueGradients[i + 1];
      valueGradients.unshift(above.map((value, at) => noise[at] ** 2 * (value + 2 * (d[at] * ROUNDING) ** 2)));
    } else if (layer.type === "alphaDropout") {
      const { a } = alphaMap(layer.rate);
      valueGradients.unshift(masked(times(above, a ** 2), i, 0, "inverted"));
    } else if (layer.type === "residual") {
      valueGradients.unshift(branched(layer, above, i));
    } else if (layer.type === "maxout") {
      const below = new Float64Array(pass.values[i].length);
      for (const [j, at] of winners(pass.values[i], layer.pieces).entries()) below[at] = above[j];
      valueGradients.unshift(below);
    } else if (layer.type === "batchNorm" || layer.type === "layerNorm") {
      const own = pass.gradients[i] ?? { weight: [] };
      const given = { d: pass.valueGradients[i + 1], dx: pass.valueGradients[i], gradients: own };
      const variances = { ofX: values[i], ofD: above };
      const { below, weight, bias } = normGradients(layer, pass.values[i], given, variances, ROUNDING);
      gradients[0] = { weight, bias };
      valueGradients.unshift(below);
    } else if (layer.type === "activation" || layer.type === "standout") {
      // dx = f'(x) d: the derivative is rounded, and moves with x
      const isStandout = layer.type === "standout";
      const { first, second } = isStandout ? standoutDerivatives(layer, pass.values[i]) : derivativesOf(layer, pass.values[i]);
      const d = pass.valueGradients[i + 1];
      const below = above.map((value, at) => {
        const moved = second[at] ** 2 * values[i][at] + (first[at] * ROUNDING) ** 2;
        return first[at] ** 2 * value + moved * d[at] ** 2;
      });
      valueGradients.unshift(isStandout ? masked(below, i, 0, "inverted") : below);
    } else if (layer.type === "dense") {
      const shape: DenseShape = { B, ...layer };
      const [h, d, weights] = [squares(pass.values[i]), squares(pass.valueGradients[i + 1]), squares(layer.weight)];
      gradients[0] = {
        weight: plus(
          times(denseWeightGradient(h, d, shape), summing(B)),
          denseWeightGradient(values[i], d, shape),
          denseWeightGradient(h, above, shape),
        ),
        bias: plus(times(denseBiasGradient(d, shape), summing(B)), denseBiasGradient(above, shape)),
      };
      const terms = times(denseInputGradient(d, weights, shape), summing(layer.N));
      valueGradients.unshift(plus(terms, denseInputGradient(above, weights, shape)));
    }
    // each addition is rounded
    const sums = (passed.get(i) ?? []).map((part) => plus(part, times(squares(pass.valueGradients[i]), ROUNDING ** 2)));
    if (sums.length > 0) valueGradients[0] = plus(valueGradients[0], ...sums);
  }
  return { values, valueGradients, gradients };
}

/** f' and f'' of the activation that a standout layer holds. */
function standoutDerivatives({ activation }: { activation: ActivationName | "relu" }, x: Float64Array) {
  if (activation !== "relu") return derivativesOf({ name: activation, parameter: 0 }, x);
  return { first: x.map((value) => (value > 0 ? 1 : 0)), second: new Float64Array(x.length) };
}

/** f' and, by its differences, f'' of an activation. */
function derivativesOf({ name, parameter }: { name: ActivationName; parameter: number }, x: Numbers) {
  const step = 1e-4;
  const at = (shift: number) =>
    activationGradient(
      name,
      Float64Array.from(x, (value) => value + shift),
      new Float64Array(x.length).fill(1),
      parameter,
    );
  const [below, first, above] = [at(-step), at(0), at(step)];
  return { first, second: above.map((value, i) => (value - below[i]) / (2 * step)) };
}

/** The loss's gradient of a row of weight 1, as in `src/reference/`. Targets of numbers are at most 2.5. */
function lossRounding(loss: Network["loss"], pass: TrainingPass, variance: Float64Array, B: number): Float64Array {
  const z = pass.values[pass.values.length - 1];
  const N = z.length / B;
  const each = (own: (i: number) => number) => z.map((_, i) => own(i) / (B * N) ** 2);
  switch (loss) {
    case "meanSquaredError":
    case "huber": {
      const slope = loss === "huber" ? 1 : 2;
      return each((i) => slope ** 2 * (variance[i] + ROUNDING ** 2 * (z[i] ** 2 + 2.5 ** 2)));
    }
    case "meanAbsoluteError":
      return each(() => ROUNDING ** 2);
    case "binaryCrossEntropy":
      return each((i) => variance[i] / 16 + ROUNDING ** 2);
    case "gaussianNegativeLogLikelihood":
      return gaussianRounding(z, variance, B, N / 2);
  }
  const p = softmax(z, B, N);
  return p.map((own, i) => {
    const row = Math.floor(i / N) * N;
    let mean = 0;
    for (let n = 0; n < N; n++) mean += p[row + n] ** 2 * variance[row + n];
    return (own ** 2 * (variance[i] + mean + summing(N)) + ROUNDING ** 2) / B ** 2;
  });
}

/** Of means m, then log-variances s: dm = e w / (B T) and ds = (1 - e^2 w) / (2 B T), where e = m - t and w = exp(-s). */
function gaussianRounding(z: Float64Array, variance: Float64Array, B: number, T: number): Float64Array {
  return z.map((_, i) => {
    const [row, n] = [Math.floor(i / (2 * T)) * 2 * T, i % T];
    const [mean, logVariance] = [row + n, row + T + n];
    const w = Math.exp(-z[logVariance]);
    const e = Math.abs(z[mean]) + 2.5;
    const ofE = variance[mean] + ROUNDING ** 2 * (z[mean] ** 2 + 2.5 ** 2);
    const ofW = variance[logVariance] + 3 * ROUNDING ** 2;
    if (i === mean) return (w ** 2 * ofE + (e * w) ** 2 * ofW) / (B * T) ** 2;
    return ((2 * e * w) ** 2 * ofE + (e ** 2 * w) ** 2 * ofW + ROUNDING ** 2) / (2 * B * T) ** 2;
  });
}
