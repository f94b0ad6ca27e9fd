import { DrowseError, show } from "../tensor/errors.ts";
import type { Cell, CellReader } from "./cells.ts";
import type { ColumnKind } from "./column-types.ts";

/** Numbers of a column; NaN: missing. */
export interface NumberColumn {
  readonly type: "number";
  readonly values: Float64Array;
}

/** Categories of a column, as places in `levels`; -1: missing, -2: none of them. */
export interface CategoryColumn {
  readonly type: "category";
  readonly levels: readonly string[];
  readonly codes: Int32Array;
}

/** Vectors of a column, one after the other; NaN: missing. */
export interface VectorColumn {
  readonly type: "vector";
  readonly size: number;
  readonly values: Float32Array;
}

/** The values of a column. */
export type Column = NumberColumn | CategoryColumn | VectorColumn;

export const MISSING_CODE = -1;
export const UNSEEN_CODE = -2;

/** What a vector may not exceed: rows times numbers. */
const MOST_NUMBERS = 2 ** 30;

/** A column that is filled cell by cell. */
export class ColumnValues {
  readonly kind: ColumnKind;
  readonly column: Column;
  readonly #codes: ReadonlyMap<string, number>;
  readonly #first: number;

  /** @param first - the row of the table that stands first in it. */
  constructor(kind: ColumnKind, rows: number, first = 0) {
    this.kind = kind;
    this.#first = first;
    const { name, levels = [], size = 0 } = kind;
    this.#codes = new Map(levels.map((level, code) => [level, code]));
    if (rows * size > MOST_NUMBERS) {
      const received = `${show(name)} has ${rows} vectors of ${size} numbers`;
      throw new DrowseError("table", received, "give fewer rows, or drop the column");
    }
    try {
      if (kind.type === "number") this.column = { type: "number", values: new Float64Array(rows) };
      else if (kind.type === "vector") this.column = { type: "vector", size, values: new Float32Array(rows * size) };
      else this.column = { type: "category", levels, codes: new Int32Array(rows) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new DrowseError("table", `${rows} rows of ${show(name)} do not fit into memory`, "give fewer rows");
    }
  }

  /**
   * @param row - of the table.
   * @throws {DrowseError} on a cell that is not of the column's type.
   */
  set(row: number, cell: Cell, cells: CellReader): void {
    const { column } = this;
    const at = row - this.#first;
    const isMissing = cells.isMissing(cell);
    if (column.type === "number") {
      const number = isMissing ? Number.NaN : cells.number(cell);
      if (number === undefined) throw this.#refuse(row, cell, "numbers", "a number");
      column.values[at] = number;
    } else if (column.type === "category") {
      column.codes[at] = isMissing ? MISSING_CODE : (this.#codes.get(cells.text(cell)) ?? UNSEEN_CODE);
    } else {
      const place = column.values.subarray(at * column.size, (at + 1) * column.size);
      if (isMissing) place.fill(Number.NaN);
      else if (typeof cell !== "object" || cell === null || cell.length !== column.size) {
        throw this.#refuse(row, cell, `vectors of ${column.size} numbers`, "such a vector");
      } else this.#setVector(place, cell, row);
    }
  }

  #setVector(place: Float32Array, cell: ArrayLike<number>, row: number): void {
    place.set(cell);
    if (place.every((value) => Number.isFinite(value))) return;
    throw this.#refuse(row, null, "vectors of finite numbers", "finite numbers, as single precision holds them");
  }

  #refuse(row: number, cell: Cell, what: string, wanted: string): DrowseError {
    const { name } = this.kind;
    const received = cell === null ? "another" : show(typeof cell === "object" ? `${cell.length} numbers` : cell);
    return new DrowseError(
      "table",
      `the column ${show(name)} has ${what}, and row ${row + 1} has ${received}`,
      `give ${wanted}, or one of the missing values`,
    );
  }
}
