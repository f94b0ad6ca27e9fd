import { type MaskKeys, maskWords } from "./mask-words.ts";
import type { Numbers } from "./numbers.ts";

/** When kept units are scaled so that training and prediction see signals of one strength. */
export type Scaling = "inverted" | "standard";

/**
 * m ~ Bernoulli(1 - rate) for rows [B, N]: 1 keeps a unit, 0 drops it. Dropped where word < round(rate 2^32).
 *
 * @param rate probability to drop, in [0, 1]
 * @param indices the rows' indices in the data set [B]
 */
export function dropoutMask(rate: number, indices: Numbers, N: number, keys: MaskKeys): Float64Array {
  const threshold = Math.round(rate * 2 ** 32);
  const mask = new Float64Array(indices.length * N);
  for (let b = 0; b < indices.length; b++) {
    mask.set(
      Float64Array.from(maskWords(N, indices[b], keys), (word) => (word < threshold ? 0 : 1)),
      b * N,
    );
  }
  return mask;
}

/** The factor of kept units in training: 1 / keep (inverted; at rate 1 nothing is kept and it is 0) or 1 (standard). */
export function trainingScale(rate: number, scaling: Scaling): number {
  if (scaling === "standard") return 1;
  return rate < 1 ? 1 / (1 - rate) : 0;
}

/** The factor of all units in prediction: 1 (inverted) or keep (standard). */
export function predictionScale(rate: number, scaling: Scaling): number {
  return scaling === "standard" ? 1 - rate : 1;
}

/**
 * Forward y = m x scale, and backward dx = m dy scale: one function serves both directions.
 * A dropped unit is 0 whatever it was, NaN and infinity included.
 */
export function dropout(x: Numbers, mask: Numbers, scale: number): Float64Array {
  return Float64Array.from(x, (value, i) => (mask[i] === 0 ? 0 : value * scale));
}
