import { DrowseError } from "../tensor/errors.ts";
import { checkRows, type FlatTable, readTable, type Table } from "./table.ts";

/**
 * Root of the mean squared error: per output sqrt(mean (t - y)^2), and the mean over the outputs.
 *
 * @param targets - numbers, one or more per row.
 * @param predictions - as many; what `predict` returns, say.
 * @throws {DrowseError} on no rows, different shapes, and numbers that are not finite.
 * @example
 * rmse(y, await model.predict(x))
 */
export function rmse(targets: Table, predictions: Table): number {
  return overOutputs("rmse", targets, predictions, (t, y) => Math.sqrt(mean(t.length, (row) => squared(t[row] - y[row]))));
}

/**
 * Mean absolute error: the mean of |t - y| over rows and outputs. Arguments and errors as of {@link rmse}.
 * @example
 * mae(y, await model.predict(x))
 */
export function mae(targets: Table, predictions: Table): number {
  return overOutputs("mae", targets, predictions, (t, y) => mean(t.length, (row) => Math.abs(t[row] - y[row])));
}

/**
 * Coefficient of determination: per output R^2 = 1 - sum (t - y)^2 / sum (t - mean t)^2, and the mean over the outputs.
 * 1 is perfect, 0 as good as the mean of the targets, below 0 worse. Where all targets are equal it is 1 for perfect
 * predictions and else 0, as in scikit-learn.
 *
 * Arguments and errors as of {@link rmse}.
 * @throws {DrowseError} also on a single row, where it is not defined.
 * @example
 * r2(y, await model.predict(x))
 */
export function r2(targets: Table, predictions: Table): number {
  return overOutputs("r2", targets, predictions, (t, y) => {
    if (t.length < 2) throw new DrowseError("r2", "there is one row", "give at least two: it is not defined for one");
    // From the first target on, so that equal targets have a variance of exactly 0.
    const center = mean(t.length, (row) => t[row] - t[0]);
    const residual = mean(t.length, (row) => squared(t[row] - y[row]));
    const total = mean(t.length, (row) => squared(t[row] - t[0] - center));
    if (total === 0) return residual === 0 ? 1 : 0;
    return 1 - residual / total;
  });
}

const squared = (x: number) => x * x;

/** The mean of numbers, summed from the first to the last. */
function mean(count: number, value: (index: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += value(i);
  return sum / count;
}

function column({ data, rows, columns }: FlatTable, index: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => data[row * columns + index]);
}

function overOutputs(
  operation: string,
  targets: Table,
  predictions: Table,
  measure: (t: Float64Array, y: Float64Array) => number,
): number {
  const t = readTable(operation, "the targets", targets);
  const y = readTable(operation, "the predictions", predictions);
  checkRows(operation, t.rows, y.rows);
  if (t.columns !== y.columns) {
    const received = `there are ${y.columns} predictions per row for ${t.columns} targets`;
    throw new DrowseError(operation, received, "give a prediction for each target");
  }
  return mean(t.columns, (index) => measure(column(t, index), column(y, index)));
}
