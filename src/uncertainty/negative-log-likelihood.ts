import type { Table } from "../metrics/table.ts";
import { log } from "../tensor/arithmetic.ts";
import { probabilityOf, readClassified } from "./class-probabilities.ts";

/**
 * Negative log-likelihood of classes: the mean over the rows of -log of the target's probability, in nats. A proper
 * scoring rule, and the cross-entropy where the probabilities are those of one network.
 *
 * Infinite where a target has the probability 0: a network that was certain and wrong. (scikit-learn's `log_loss` moves
 * such a probability away from 0.)
 *
 * @param targets - class indices.
 * @param probabilities - a column per class, or one column, the probability of class 1 of two.
 * @throws {DrowseError} on wrong targets, another number of rows, and numbers outside [0, 1].
 * @example
 * negativeLogLikelihood([1, 0], [[0.2, 0.8], [0.6, 0.4]])   // -(log 0.8 + log 0.6) / 2
 */
export function negativeLogLikelihood(targets: ArrayLike<number>, probabilities: Table): number {
  const classified = readClassified("negativeLogLikelihood", targets, probabilities);
  let sum = 0;
  for (let row = 0; row < classified.rows; row++) {
    const probability = probabilityOf(classified, row, classified.targets[row]);
    sum -= probability === 0 ? Number.NEGATIVE_INFINITY : log(probability);
  }
  return sum / classified.rows;
}
