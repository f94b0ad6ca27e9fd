import type { OutputLink } from "../losses/loss.ts";
import { exp, log } from "../tensor/arithmetic.ts";

// The prediction of an ensemble is the mixture of its members', each of the same weight (Lakshminarayanan, Pritzel and Blundell 2017,
// section 2.4): the mean of their probabilities, or of their numbers. Numbers of all members are one array, of the rows of member 1,
// then of member 2, …

/** Numbers of M members: that of place i of member m is `data[m * size + i]`, `columns` to a row. */
export interface Members {
  readonly data: Float32Array;
  readonly count: number;
  readonly columns: number;
}

/**
 * The mixture of what members predict:
 *
 *     p = 1/M sum over m of p_m
 *
 * and of means and variances those of the mixture of Gaussians, whose variance has the members' differences in it:
 *
 *     mean = 1/M sum of mean_m      variance = 1/M sum of (variance_m + (mean_m - mean)^2)
 */
export function mixtureOf(members: Members, link: OutputLink | undefined): Float32Array {
  const { data, count, columns } = members;
  const size = data.length / count;
  const mean = new Float64Array(size);
  for (let m = 0; m < count; m++) for (let i = 0; i < size; i++) mean[i] += data[m * size + i] / count;
  if (link === "gaussian") {
    const half = columns / 2;
    for (let i = 0; i < size; i++) {
      if (i % columns >= half) continue;
      for (let m = 0; m < count; m++) mean[i + half] += (data[m * size + i] - mean[i]) ** 2 / count;
    }
  }
  return Float32Array.from(mean);
}

/**
 * What stands before the link, of the mixture of members that have these logits z_m:
 *
 *     softmax     log (1/M sum over m of softmax(z_m)), the logarithms of the mean probabilities, whose softmax they are
 *     sigmoid     log p - log (1 - p),      p = 1/M sum over m of 1 / (1 + exp(-z_m))
 *     gaussian    the mean and the logarithm of the variance
 *     identity    the mean
 *
 * A logarithm is taken before the mean, so that no probability underflows.
 */
export function mixedLogits(members: Members, link: OutputLink | undefined): Float32Array {
  const { data, count, columns } = members;
  if (link === "softmax") return meanOfLogarithms({ ...members, data: logSoftmax(data, columns) });
  if (link === "sigmoid") {
    const awake = meanOfLogarithms({ ...members, data: data.map(logSigmoid) });
    const asleep = meanOfLogarithms({ ...members, data: data.map((z) => logSigmoid(-z)) });
    return awake.map((value, i) => value - asleep[i]);
  }
  if (link !== "gaussian") return mixtureOf(members, link);
  const isLogarithm = (i: number) => i % columns >= columns / 2;
  const linked = data.map((value, i) => (isLogarithm(i) ? exp(value) : value));
  return mixtureOf({ data: linked, count, columns }, link).map((value, i) => (isLogarithm(i) ? log(value) : value));
}

/** log (1/M sum over m of exp(l_m)): the greatest is taken out first. */
function meanOfLogarithms({ data, count }: { readonly data: ArrayLike<number>; readonly count: number }): Float32Array {
  const size = data.length / count;
  return Float32Array.from({ length: size }, (_, i) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let m = 0; m < count; m++) most = Math.max(most, data[m * size + i]);
    let sum = 0;
    for (let m = 0; m < count; m++) sum += exp(data[m * size + i] - most);
    return most + log(sum / count);
  });
}

/** z - log(sum over classes of exp z) of each row. */
function logSoftmax(data: Float32Array, columns: number): Float64Array {
  const logarithms = new Float64Array(data.length);
  for (let start = 0; start < data.length; start += columns) {
    const z = data.subarray(start, start + columns);
    const most = z.reduce((a, b) => Math.max(a, b));
    const total = most + log(z.reduce((sum, value) => sum + exp(value - most), 0));
    for (const [k, value] of z.entries()) logarithms[start + k] = value - total;
  }
  return logarithms;
}

/** log (1 / (1 + exp(-z))). */
const logSigmoid = (z: number) => Math.min(0, z) - log(1 + exp(-Math.abs(z)));
