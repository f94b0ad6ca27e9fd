import type { Numbers } from "./numbers.ts";

/** N numbers each. */
export interface LayerNormParameters {
  readonly weight: Numbers;
  readonly bias: Numbers;
  readonly epsilon: number;
}

/** h = (x - mean) r of each row, r = 1 / sqrt(variance + epsilon), and r. */
export function normalizedRows(x: Numbers, N: number, epsilon: number): { h: Float64Array; r: Float64Array } {
  const h = new Float64Array(x.length);
  const r = new Float64Array(x.length / N);
  for (let b = 0; b < r.length; b++) {
    let [mean, variance] = [0, 0];
    for (let n = 0; n < N; n++) mean += x[b * N + n] / N;
    for (let n = 0; n < N; n++) variance += (x[b * N + n] - mean) ** 2 / N;
    r[b] = 1 / Math.sqrt(variance + epsilon);
    for (let n = 0; n < N; n++) h[b * N + n] = (x[b * N + n] - mean) * r[b];
  }
  return { h, r };
}

/** y = h weight + bias. */
export function layerNormForward(x: Numbers, { weight, bias, epsilon }: LayerNormParameters): Float64Array {
  const N = weight.length;
  return normalizedRows(x, N, epsilon).h.map((value, i) => value * weight[i % N] + bias[i % N]);
}

/**
 * In the forward pass this was y = h weight + bias, so dbias = sum over rows of d, dweight = sum over rows of d h, and with
 * g = weight d, as mean and r depend on the whole row, dx = r (g - mean of g - h mean of (g h)).
 */
export function layerNormGradient(x: Numbers, d: Numbers, { weight, epsilon }: LayerNormParameters) {
  const N = weight.length;
  const { h, r } = normalizedRows(x, N, epsilon);
  const gradients = { weight: new Float64Array(N), bias: new Float64Array(N) };
  const dx = new Float64Array(x.length);
  for (let b = 0; b < r.length; b++) {
    const row = Array.from({ length: N }, (_, n) => b * N + n);
    let [meanOfG, meanOfGH] = [0, 0];
    for (const [n, i] of row.entries()) {
      gradients.weight[n] += d[i] * h[i];
      gradients.bias[n] += d[i];
      meanOfG += (weight[n] * d[i]) / N;
      meanOfGH += (weight[n] * d[i] * h[i]) / N;
    }
    for (const [n, i] of row.entries()) dx[i] = r[b] * (weight[n] * d[i] - meanOfG - h[i] * meanOfGH);
  }
  return { dx, ...gradients };
}
