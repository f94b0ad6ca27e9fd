import { DrowseError } from "../tensor/errors.ts";

/** 0.975 quantiles of Student's t with 1 to 30 degrees of freedom. */
const QUANTILES = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101,
  2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const NORMAL = 1.959964;

/** The 0.975 quantile of Student's t: beyond 30 degrees of freedom by the first terms of its expansion about the normal one. */
function quantile(freedom: number): number {
  const z = NORMAL;
  return QUANTILES[freedom - 1] ?? z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
}

/** A mean difference and its 95% interval. */
export interface PairedDifference {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Mean difference of two configurations over the same folds, ours - theirs, with its 95% interval. Folds share rows to train on,
 * for which the variance is corrected (Nadeau and Bengio 2003): for J folds
 *
 *     mean +- t sqrt((1/J + tested / trained) variance)
 *
 * @param ratio - rows that are tested on over rows that are trained on.
 * @throws {DrowseError} on other than at least two pairs.
 */
export function pairedDifference(ours: readonly number[], theirs: readonly number[], ratio: number): PairedDifference {
  const J = ours.length;
  if (J < 2 || theirs.length !== J) {
    throw new DrowseError("pairedDifference", `there are ${J} and ${theirs.length} numbers`, "give at least two pairs");
  }
  const differences = ours.map((value, fold) => value - theirs[fold]);
  const mean = meanOf(differences);
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (J - 1);
  const half = quantile(J - 1) * Math.sqrt((1 / J + ratio) * variance);
  return { mean, low: mean - half, high: mean + half };
}

export const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** sqrt(sum (x - mean)^2 / (n - 1) / n); undefined for a single value. */
export function standardError(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) / values.length);
}
