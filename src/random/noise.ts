import { type MaskRow, wordsOfRow } from "./mask.ts";
import { normalQuantile, unitInterval } from "./normal.ts";
import type { Key } from "./philox.ts";

/**
 * The noise of Gaussian dropout for one row, e = 1 + deviation z with z ~ N(0, 1), in the single precision in which kernels have it.
 * A unit has one word, as in a mask: z is the normal quantile of (word + 1/2) / 2^32, between -6.34 and 6.34.
 */
export function noiseOfRow(key: Key, deviation: number, units: number, place: MaskRow): Float32Array {
  const single = Math.fround(deviation);
  return Float32Array.from(wordsOfRow(key, units, place), (word) => 1 + single * normalQuantile(unitInterval(word)));
}
