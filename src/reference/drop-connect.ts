import type { DenseShape } from "./dense.ts";
import { dropoutMask } from "./dropout.ts";
import type { MaskKeys } from "./mask-words.ts";
import type { Numbers } from "./numbers.ts";

/**
 * m ~ Bernoulli(1 - rate) for the weights [K, N] of each of some rows: [rows, K, N]. The weight from input k to output n has the
 * word of unit k ceil32(N) + n, ceil32(N) being N rounded up to a multiple of 32.
 *
 * @param indices what stands in the counter for the row: the rows' indices, or one place of a batch
 */
export function dropConnectMask(
  rate: number,
  indices: Numbers,
  { K, N }: { K: number; N: number },
  keys: MaskKeys,
): Float64Array {
  const width = Math.ceil(N / 32) * 32;
  return dropoutMask(rate, indices, K * width, keys).filter((_, unit) => unit % width < N);
}

/** The masked weights of row b: of all rows the same where there is one mask. */
function masked(weight: Numbers, mask: Numbers, scale: number, b: number, { K, N }: DenseShape): Float64Array {
  const start = mask.length > K * N ? b * K * N : 0;
  return Float64Array.from(weight, (value, i) => (mask[start + i] === 0 ? 0 : value * scale));
}

/** y = (m * W) x scale + b of rows [B, K]: weight [K, N], mask [B, K, N] or one [K, N] for all. */
export function dropConnectForward(
  x: Numbers,
  { weight, bias, mask, scale }: { weight: Numbers; bias: Numbers | undefined; mask: Numbers; scale: number },
  shape: DenseShape,
): Float64Array {
  const { B, K, N } = shape;
  const y = new Float64Array(B * N);
  for (let b = 0; b < B; b++) {
    const w = masked(weight, mask, scale, b, shape);
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += x[b * K + k] * w[k * N + n];
      y[b * N + n] = sum + (bias?.[n] ?? 0);
    }
  }
  return y;
}

/** In the forward pass this was y = (m * W) x scale + b, so dx = d (m * W)t scale, dW = m * (xt d) scale, db = sum of d's rows. */
export function dropConnectGradients(
  x: Numbers,
  d: Numbers,
  { weight, mask, scale }: { weight: Numbers; mask: Numbers; scale: number },
  shape: DenseShape,
): { input: Float64Array; weight: Float64Array; bias: Float64Array } {
  const { B, K, N } = shape;
  const input = new Float64Array(B * K);
  const gradient = new Float64Array(K * N);
  const bias = new Float64Array(N);
  for (let b = 0; b < B; b++) {
    const w = masked(weight, mask, scale, b, shape);
    const kept = masked(new Float64Array(K * N).fill(1), mask, scale, b, shape);
    for (let n = 0; n < N; n++) {
      bias[n] += d[b * N + n];
      for (let k = 0; k < K; k++) {
        input[b * K + k] += d[b * N + n] * w[k * N + n];
        gradient[k * N + n] += x[b * K + k] * d[b * N + n] * kept[k * N + n];
      }
    }
  }
  return { input, weight: gradient, bias };
}
