import type { Numbers } from "./numbers.ts";

/** Of each column of B rows: mean, biased variance, and r = 1 / sqrt(variance + epsilon). */
export function columnStatistics(x: Numbers, B: number, epsilon: number) {
  const N = x.length / B;
  const mean = new Float64Array(N);
  const variance = new Float64Array(N);
  for (let n = 0; n < N; n++) {
    for (let b = 0; b < B; b++) mean[n] += x[b * N + n] / B;
    for (let b = 0; b < B; b++) variance[n] += (x[b * N + n] - mean[n]) ** 2 / B;
  }
  return { mean, variance, r: variance.map((value) => 1 / Math.sqrt(value + epsilon)) };
}

/** What is learned and kept, N numbers each, and the two settings. */
export interface BatchNormParameters {
  readonly weight: Numbers;
  readonly bias: Numbers;
  readonly runningMean: Numbers;
  readonly runningVar: Numbers;
  readonly momentum: number;
  readonly epsilon: number;
}

/** y = (x - mean) / sqrt(variance + epsilon) weight + bias, with the statistics of the B rows. */
export function batchNormForward(x: Numbers, { weight, bias, epsilon }: BatchNormParameters, B: number): Float64Array {
  const N = weight.length;
  const { mean, r } = columnStatistics(x, B, epsilon);
  return Float64Array.from(x, (value, i) => (value - mean[i % N]) * r[i % N] * weight[i % N] + bias[i % N]);
}

/** The same with the running statistics: what prediction does. */
export function batchNormFrozen(
  x: Numbers,
  { weight, bias, runningMean, runningVar, epsilon }: BatchNormParameters,
): Float64Array {
  const N = weight.length;
  return Float64Array.from(x, (value, i) => {
    const n = i % N;
    return ((value - runningMean[n]) / Math.sqrt(runningVar[n] + epsilon)) * weight[n] + bias[n];
  });
}

/** The running statistics after a training step: they move towards the batch's mean and its unbiased variance. */
export function batchNormRunning(x: Numbers, { runningMean, runningVar, momentum, epsilon }: BatchNormParameters, B: number) {
  const { mean, variance } = columnStatistics(x, B, epsilon);
  return {
    runningMean: mean.map((value, n) => (1 - momentum) * runningMean[n] + momentum * value),
    runningVar: variance.map((value, n) => (1 - momentum) * runningVar[n] + (momentum * value * B) / (B - 1)),
  };
}

/**
 * In the forward pass this was y = h weight + bias with h = (x - mean) r, so dbias = sum of d, dweight = sum of d h, and, as mean and
 * r depend on all rows, dx = weight r (d - mean of d - h mean of (d h)).
 */
export function batchNormGradient(x: Numbers, d: Numbers, { weight, epsilon }: BatchNormParameters, B: number) {
  const N = weight.length;
  const { mean, r } = columnStatistics(x, B, epsilon);
  const h = Float64Array.from(x, (value, i) => (value - mean[i % N]) * r[i % N]);
  const gradients = { weight: new Float64Array(N), bias: new Float64Array(N) };
  for (let i = 0; i < h.length; i++) {
    gradients.weight[i % N] += d[i] * h[i];
    gradients.bias[i % N] += d[i];
  }
  const dx = h.map((value, i) => {
    const n = i % N;
    return weight[n] * r[n] * (d[i] - gradients.bias[n] / B - (value * gradients.weight[n]) / B);
  });
  return { dx, ...gradients };
}
