import { type MaskKeys, maskWords } from "./mask-words.ts";
import { normalQuantile } from "./normal.ts";
import type { Numbers } from "./numbers.ts";

/**
 * e ~ N(1, rate / (1 - rate)) for rows [B, N]: e = 1 + sqrt(rate / (1 - rate)) z, z the quantile of (word + 1/2) / 2^32.
 *
 * @param indices the rows' indices in the data set [B]
 */
export function gaussianNoise(rate: number, indices: Numbers, N: number, keys: MaskKeys): Float64Array {
  const deviation = Math.sqrt(rate / (1 - rate));
  const noise = new Float64Array(indices.length * N);
  for (let b = 0; b < indices.length; b++) {
    const words = maskWords(N, indices[b], keys);
    for (let n = 0; n < N; n++) noise[b * N + n] = 1 + deviation * normalQuantile((words[n] + 0.5) / 2 ** 32);
  }
  return noise;
}

/** Forward y = x e, and backward dx = dy e: one function serves both directions. */
export function gaussianDropout(x: Numbers, noise: Numbers): Float64Array {
  return Float64Array.from(x, (value, i) => value * noise[i]);
}
