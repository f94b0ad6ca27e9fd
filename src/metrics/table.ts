import { DrowseError, show } from "../tensor/errors.ts";
import type { Shape } from "../tensor/shape.ts";

/**
 * Numbers in rows: what `predict` returns, rows of numbers, or flat with one number per row. They are read as they
 * are, in double precision where they have it.
 */
export type Table =
  | ArrayLike<number>
  | readonly ArrayLike<number>[]
  | { readonly data: ArrayLike<number>; readonly shape: Shape };

/** A table as it is computed with: number `column` of row `row` is `data[row * columns + column]`. */
export interface FlatTable {
  readonly data: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
}

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

/**
 * Reads a table.
 * @throws {DrowseError} on no rows, rows of different lengths, and numbers that are not finite.
 */
export function readTable(operation: string, what: string, table: unknown): FlatTable {
  const { data, rows, columns } = flatten(operation, what, table);
  if (rows === 0) throw new DrowseError(operation, `${what} have no rows`, "give at least one");
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      throw new DrowseError(operation, `${what} hold ${show(data[i])} in row ${Math.floor(i / columns)}`, "give finite numbers");
    }
  }
  return { data: data as ArrayLike<number>, rows, columns };
}

function flatten(operation: string, what: string, table: unknown) {
  const refuse = (): never => {
    throw new DrowseError(
      operation,
      `${what} are ${show(table)}`,
      "give numbers, rows of numbers of one length, or { data, shape }",
    );
  };
  if (isList(table)) {
    const [first] = Array.from({ length: Math.min(1, table.length) }, (_, i) => table[i]);
    if (!isList(first)) return { data: table, rows: table.length, columns: 1 };
    const rows = table as ArrayLike<ArrayLike<unknown>>;
    const columns = first.length;
    const data: unknown[] = [];
    for (let row = 0; row < rows.length; row++) {
      if (!isList(rows[row]) || rows[row].length !== columns || columns === 0) refuse();
      for (let column = 0; column < columns; column++) data.push(rows[row][column]);
    }
    return { data, rows: rows.length, columns };
  }
  const { data, shape } = (table ?? {}) as { data?: unknown; shape?: unknown };
  if (!isList(data) || !Array.isArray(shape) || shape.length === 0) return refuse();
  const columns = shape.slice(1).reduce((product: number, length: number) => product * length, 1);
  if (!(columns >= 1) || shape[0] * columns !== data.length) refuse();
  return { data, rows: shape[0] as number, columns };
}

/**
 * Reads class indices.
 * @throws {DrowseError} on values that are not whole numbers of at least 0, or not below `classes`.
 */
export function readClasses(operation: string, what: string, values: unknown, classes = 2 ** 16): ArrayLike<number> {
  const { data, columns } = readTable(operation, what, values);
  if (columns !== 1) {
    throw new DrowseError(
      operation,
      `${what} have ${columns} numbers per row`,
      "give class indices; argmax makes them of scores",
    );
  }
  for (let row = 0; row < data.length; row++) {
    if (!Number.isInteger(data[row]) || data[row] < 0 || data[row] >= classes) {
      throw new DrowseError(operation, `${what} hold ${data[row]} in row ${row}`, `give class indices from 0 to ${classes - 1}`);
    }
  }
  return data;
}

/** @throws {DrowseError} unless targets and predictions have as many rows. */
export function checkRows(operation: string, targets: number, predictions: number): void {
  if (targets !== predictions) {
    throw new DrowseError(
      operation,
      `there are ${predictions} predictions for ${targets} targets`,
      "give a prediction for each target",
    );
  }
}
