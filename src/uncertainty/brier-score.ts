import type { Table } from "../metrics/table.ts";
import { probabilityOf, readClassified } from "./class-probabilities.ts";

/**
 * Brier score (Brier 1950): the mean over the rows of the squared distance between probabilities and what came true.
 *
 *     1/rows sum over rows, sum over classes k of (p_k - [target = k])^2
 *
 * From 0 to 2, less is better; a proper scoring rule. For one column of probabilities of class 1 the sum is over both
 * classes too, twice what scikit-learn's `brier_score_loss` gives by default.
 *
 * @param targets - class indices.
 * @param probabilities - a column per class, or one column, the probability of class 1 of two.
 * @throws {DrowseError} on wrong targets, another number of rows, and numbers outside [0, 1].
 * @example
 * brierScore([1, 0], [[0.2, 0.8], [0.6, 0.4]])   // (0.08 + 0.32) / 2
 */
export function brierScore(targets: ArrayLike<number>, probabilities: Table): number {
  const classified = readClassified("brierScore", targets, probabilities);
  const { rows, columns } = classified;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < Math.max(2, columns); k++) {
      sum += (probabilityOf(classified, row, k) - (classified.targets[row] === k ? 1 : 0)) ** 2;
    }
  }
  return sum / rows;
}
