import type { Numbers } from "./numbers.ts";

/** B rows of a batch, K inputs, N outputs. H [B, K] input, W [K, N] weight, b [N] bias, D [B, N] gradient of the output. */
export interface DenseShape {
  readonly B: number;
  readonly K: number;
  readonly N: number;
}

/** Z = H W + b. */
export function denseForward(h: Numbers, weight: Numbers, bias: Numbers | undefined, { B, K, N }: DenseShape): Float64Array {
  const z = new Float64Array(B * N);
  for (let b = 0; b < B; b++) {
    for (let n = 0; n < N; n++) {
      let sum = bias ? bias[n] : 0;
      for (let k = 0; k < K; k++) sum += h[b * K + k] * weight[k * N + n];
      z[b * N + n] = sum;
    }
  }
  return z;
}

/** In the forward pass this was Z = H W + b; so dH = D Wt. */
export function denseInputGradient(d: Numbers, weight: Numbers, { B, K, N }: DenseShape): Float64Array {
  const dh = new Float64Array(B * K);
  for (let b = 0; b < B; b++) {
    for (let k = 0; k < K; k++) {
      let sum = 0;
      for (let n = 0; n < N; n++) sum += d[b * N + n] * weight[k * N + n];
      dh[b * K + k] = sum;
    }
  }
  return dh;
}

/** dW = Ht D. */
export function denseWeightGradient(h: Numbers, d: Numbers, { B, K, N }: DenseShape): Float64Array {
  const dw = new Float64Array(K * N);
  for (let k = 0; k < K; k++) {
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let b = 0; b < B; b++) sum += h[b * K + k] * d[b * N + n];
      dw[k * N + n] = sum;
    }
  }
  return dw;
}

/** db = sum of the rows of D. */
export function denseBiasGradient(d: Numbers, { B, N }: DenseShape): Float64Array {
  const db = new Float64Array(N);
  for (let b = 0; b < B; b++) {
    for (let n = 0; n < N; n++) db[n] += d[b * N + n];
  }
  return db;
}
