/** What stands in a place of a table, as its file has it: text where the format knows no types. Null and undefined: missing. */
export type Cell = string | number | boolean | null | undefined | readonly number[] | Float32Array;

/** Some rows of a table, in the order of the file. */
export interface Rows {
  /** Names of the columns. */
  readonly names: readonly string[];
  /** A cell per column and row; a row that is too short lacks the rest. */
  readonly rows: readonly (readonly Cell[])[];
  /** A later batch may have columns that this one lacks. */
  readonly isOpen?: true;
  /** Of separated values: whether the first row named the columns. */
  readonly hasHeader?: boolean;
}

/** How people write that they do not know. */
export const MISSING: readonly string[] = ["", "?", "NA", "N/A", "NaN", "nan", "null", "NULL"];

/** How a column's cells are read where its file holds text. */
export interface CellOptions {
  /** What stands before the fraction of a number; default ".". */
  readonly decimal?: "." | ",";
  /** Texts that mean: missing. Default empty, `?`, `NA`, `N/A`, `NaN`, `nan`, `null` and `NULL`. */
  readonly missing?: readonly string[];
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const COMMA = /^[+-]?\d+,\d+$/;
const POINT = /^[+-]?\d+\.\d+$/;

/** Reads cells: the same text means the same in training and in prediction. */
export class CellReader {
  readonly #comma: boolean;
  readonly #missing: ReadonlySet<string>;

  constructor({ decimal = ".", missing = MISSING }: CellOptions = {}) {
    this.#comma = decimal === ",";
    this.#missing = new Set(missing);
  }

  isMissing(cell: Cell): boolean {
    if (typeof cell === "string") return this.#missing.has(cell.trim());
    return cell === null || cell === undefined || (typeof cell === "number" && Number.isNaN(cell));
  }

  /** The number of a cell that is not missing, or undefined where it is none. True is 1, false is 0. */
  number(cell: Cell): number | undefined {
    if (typeof cell === "number") return cell - cell === 0 ? cell : undefined;
    if (typeof cell === "boolean") return cell ? 1 : 0;
    if (typeof cell !== "string") return undefined;
    let text = cell.trim();
    if (this.#comma) {
      if (text.includes(".")) return undefined;
      text = text.replace(",", ".");
    }
    if (!NUMBER.test(text)) return undefined;
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }

  /** Whether a cell is no number but would be one with the other sign before the fraction, as `3,5`. */
  hasOtherDecimal(cell: Cell): boolean {
    return typeof cell === "string" && this.number(cell) === undefined && (this.#comma ? POINT : COMMA).test(cell.trim());
  }

  /** The text of a cell that is not missing: a category. */
  text(cell: Cell): string {
    return typeof cell === "string" ? cell.trim() : String(cell);
  }
}
