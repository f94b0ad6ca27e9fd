import { type MaskKeys, maskWords } from "./mask-words.ts";
import type { Numbers } from "./numbers.ts";

/** P(keep) = sigmoid(alpha a + beta) of pre-activations a. */
export function keepProbability(a: Numbers, alpha: number, beta: number): Float64Array {
  return Float64Array.from(a, (value) => 1 / (1 + Math.exp(-(alpha * value + beta))));
}

/** m ~ Bernoulli(P(keep)) for pre-activations [B, N]: dropped where word < (1 - P(keep)) 2^32, 1 - P(keep) = sigmoid(-(alpha a + beta)). */
export function standoutMask(
  a: Numbers,
  { alpha, beta }: { alpha: number; beta: number },
  indices: Numbers,
  keys: MaskKeys,
): Float64Array {
  const N = a.length / indices.length;
  const asleep = keepProbability(a, -alpha, -beta);
  const mask = new Float64Array(a.length);
  for (let b = 0; b < indices.length; b++) {
    const words = maskWords(N, indices[b], keys);
    for (let n = 0; n < N; n++) mask[b * N + n] = words[n] < asleep[b * N + n] * 2 ** 32 ? 0 : 1;
  }
  return mask;
}
