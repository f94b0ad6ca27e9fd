import { checkRows, type FlatTable, readClasses, readTable, type Table } from "../metrics/table.ts";
import { checkProbabilities } from "./samples.ts";

/** Targets and the probabilities that were predicted for them. */
export interface Classified extends FlatTable {
  readonly targets: ArrayLike<number>;
}

/**
 * Reads class indices and probabilities: a column per class, or one column, the probability of class 1 of two.
 * @throws {DrowseError} on wrong targets, another number of rows, and numbers outside [0, 1].
 */
export function readClassified(operation: string, targets: ArrayLike<number>, probabilities: Table): Classified {
  const table = readTable(operation, "the probabilities", probabilities);
  checkProbabilities(operation, "the probabilities", table.data);
  const classes = readClasses(operation, "the targets", targets, Math.max(2, table.columns));
  checkRows(operation, classes.length, table.rows);
  return { ...table, targets: classes };
}

/** The probability of a class in a row. */
export function probabilityOf({ data, columns }: FlatTable, row: number, oneClass: number): number {
  if (columns > 1) return data[row * columns + oneClass];
  return oneClass === 1 ? data[row] : 1 - data[row];
}
