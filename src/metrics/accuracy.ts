import { checkOptions } from "../layers/options.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { checkRows, readClasses, readTable, type Table } from "./table.ts";

/**
 * The class with the highest score in each row; among equal ones the first, as in training and `evaluate`.
 *
 * @param scores - probabilities or logits, one column per class.
 * @throws {DrowseError} on scores that are not finite, and rows of different lengths.
 * @example
 * const classes = argmax(await model.predict(x));
 */
export function argmax(scores: Table): Int32Array {
  const { data, rows, columns } = readTable("argmax", "the scores", scores);
  return Int32Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let column = 1; column < columns; column++) {
      if (data[row * columns + column] > data[row * columns + best]) best = column;
    }
    return best;
  });
}

/**
 * The share of rows whose predicted class is the target.
 *
 * @param targets - class indices.
 * @param predictions - class indices, as many.
 * @throws {DrowseError} on no rows, different lengths, and classes that are not whole numbers of at least 0.
 * @example
 * accuracy([0, 1, 1], argmax(await model.predict(x)))
 */
export function accuracy(targets: ArrayLike<number>, predictions: ArrayLike<number>): number {
  const t = readClasses("accuracy", "the targets", targets);
  const p = readClasses("accuracy", "the predictions", predictions);
  checkRows("accuracy", t.length, p.length);
  let right = 0;
  for (let row = 0; row < t.length; row++) if (t[row] === p[row]) right++;
  return right / t.length;
}

/**
 * The share of rows whose target is among the `k` classes with the highest scores. Among equal scores the lower class
 * comes first, so that k = 1 is the accuracy of `argmax` (scikit-learn's `top_k_accuracy_score` takes the higher class).
 *
 * @param targets - class indices.
 * @param scores - probabilities or logits, one column per class.
 * @param options - `k`: a whole number from 1 to the number of classes.
 * @throws {DrowseError} on wrong targets, scores or k.
 * @example
 * topKAccuracy(y, await model.predict(x), { k: 5 })
 */
export function topKAccuracy(targets: ArrayLike<number>, scores: Table, options: { k: number }): number {
  checkOptions("topKAccuracy", options, ["k"]);
  const { k } = options;
  const { data, rows, columns } = readTable("topKAccuracy", "the scores", scores);
  const t = readClasses("topKAccuracy", "the targets", targets, columns);
  checkRows("topKAccuracy", t.length, rows);
  if (!Number.isInteger(k) || k < 1 || k > columns) {
    throw new DrowseError("topKAccuracy", `k is ${show(k)}`, `give a whole number from 1 to ${columns}, the number of classes`);
  }
  let right = 0;
  for (let row = 0; row < rows; row++) {
    const own = data[row * columns + t[row]];
    let before = 0;
    for (let column = 0; column < columns; column++) {
      const other = data[row * columns + column];
      if (other > own || (other === own && column < t[row])) before++;
    }
    if (before < k) right++;
  }
  return right / rows;
}
