import { checkNumber } from "../layers/options.ts";
import { checkRows, type FlatTable, readClasses, readTable, type Table } from "../metrics/table.ts";
import { exp, log } from "../tensor/arithmetic.ts";
import { DrowseError } from "../tensor/errors.ts";
import type { Statistic } from "./samples.ts";

/** What {@link fitTemperature} found. */
export interface FittedTemperature {
  /** Above 1: the network was too sure; below 1: not sure enough. */
  readonly temperature: number;
  /** Negative log-likelihood of the targets with it. */
  readonly negativeLogLikelihood: number;
  /** The same at temperature 1, as it was before. */
  readonly before: number;
}

/**
 * Temperature scaling (Guo, Pleiss, Sun and Weinberger 2017): one number T for all rows and classes, such that softmax(z / T) has the
 * lowest negative log-likelihood on validation data. It leaves the most probable class as it is.
 *
 * In b = 1 / T that is convex, with the derivative
 *
 *     g(b) = mean over rows of (sum over classes of p_k z_k) - z_target,      p = softmax(b z)
 *
 * whose zero is found by bisection, to the last digit. Take rows that the network was not trained on.
 *
 * @param targets - class indices.
 * @param logits - a column per class: `predict` with `output: "logits"`; one column is the logit of class 1 of two.
 * @throws {DrowseError} on wrong targets or logits; where every row is right by its logits, as the best temperature would be 0; and
 * where the logits say nothing of the targets, as it would be infinite.
 * @example
 * const { temperature } = fitTemperature(y, await model.predict(x, { output: "logits" }));
 * const probabilities = withTemperature(await model.predict(x, { output: "logits" }), temperature);
 */
export function fitTemperature(targets: ArrayLike<number>, logits: Table): FittedTemperature {
  const operation = "fitTemperature";
  const z = twoColumns(readTable(operation, "the logits", logits));
  const t = readClasses(operation, "the targets", targets, z.columns);
  checkRows(operation, t.length, z.rows);
  if (slope(z, t, 0) >= 0) {
    const received = "the logits of the targets are no higher than the others' in the mean";
    throw new DrowseError(operation, received, "train the network first: the best temperature would be infinite");
  }
  if (!Array.from(t).some((target, row) => isBeaten(z, row, target))) {
    const received = "no row's target has a lower logit than another class";
    throw new DrowseError(operation, received, "give more rows, also wrong ones: the best temperature would be 0");
  }
  // g(b) ends above 0, at the mean of what the targets' logits lack to the highest.
  let [low, high] = [0, 1];
  while (slope(z, t, high) < 0) [low, high] = [high, 2 * high];
  // Until no number lies between them.
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (slope(z, t, middle) < 0) low = middle;
    else high = middle;
  }
  const inverse = high;
  return { temperature: 1 / inverse, negativeLogLikelihood: likelihood(z, t, inverse), before: likelihood(z, t, 1) };
}

/**
 * Probabilities at a temperature: softmax(z / T), or for one column 1 / (1 + exp(-z / T)).
 *
 * @param logits - [rows, classes].
 * @param temperature - above 0.
 * @returns probabilities [rows, classes].
 * @throws {DrowseError} on logits that are not finite, and a temperature that is not above 0.
 * @example
 * withTemperature([[0, 2]], 2).data   // softmax(0, 1)
 */
export function withTemperature(logits: Table, temperature: number): Statistic {
  const { data, rows, columns } = readTable("withTemperature", "the logits", logits);
  checkNumber("withTemperature", "the temperature", temperature, (value) => value > 0, "give a number above 0");
  const z = twoColumns({ data, rows, columns });
  const probabilities = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const p = softmax(z, row, 1 / temperature);
    if (columns === 1) probabilities[row] = p[1];
    else probabilities.set(p, row * columns);
  }
  return { data: probabilities, shape: [rows, columns] };
}

/** One column of logits z stands for the two 0 and z, of which softmax makes the sigmoid. */
function twoColumns(table: FlatTable): FlatTable {
  const { data, rows, columns } = table;
  if (columns > 1) return table;
  return { data: Float64Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? 0 : data[i >> 1])), rows, columns: 2 };
}

function isBeaten({ data, columns }: FlatTable, row: number, target: number): boolean {
  for (let k = 0; k < columns; k++) if (data[row * columns + k] > data[row * columns + target]) return true;
  return false;
}

/** softmax(b z) of a row. */
function softmax({ data, columns }: FlatTable, row: number, b: number): Float64Array {
  const start = row * columns;
  let most = Number.NEGATIVE_INFINITY;
  for (let k = start; k < start + columns; k++) if (data[k] > most) most = data[k];
  const p = new Float64Array(columns);
  let sum = 0;
  for (let k = 0; k < columns; k++) {
    p[k] = exp(b * (data[start + k] - most));
    sum += p[k];
  }
  return p.map((value) => value / sum);
}

/** The derivative g(b) of the negative log-likelihood. Differences to the target's logit keep its digits. */
function slope(z: FlatTable, targets: ArrayLike<number>, b: number): number {
  let sum = 0;
  for (let row = 0; row < z.rows; row++) {
    const own = z.data[row * z.columns + targets[row]];
    const p = softmax(z, row, b);
    for (let k = 0; k < z.columns; k++) sum += p[k] * (z.data[row * z.columns + k] - own);
  }
  return sum / z.rows;
}

/** The mean of -log softmax(b z)_target = log(sum over classes of exp(b (z_k - z_target))). */
function likelihood(z: FlatTable, targets: ArrayLike<number>, b: number): number {
  let sum = 0;
  for (let row = 0; row < z.rows; row++) {
    const start = row * z.columns;
    let most = Number.NEGATIVE_INFINITY;
    for (let k = start; k < start + z.columns; k++) if (z.data[k] > most) most = z.data[k];
    let total = 0;
    for (let k = start; k < start + z.columns; k++) total += exp(b * (z.data[k] - most));
    sum += log(total) + b * (most - z.data[start + targets[row]]);
  }
  return sum / z.rows;
}
