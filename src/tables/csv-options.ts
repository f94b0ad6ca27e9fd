import type { CellOptions } from "./cells.ts";

/** How a file of separated values is read. What is left out is found in the file. */
export interface CsvOptions extends CellOptions {
  /** Between two fields; default whichever of `,`, tab, `;` and `|` cuts the first rows into equally many fields. */
  readonly delimiter?: string;
  /** Whether the first row names the columns; default: it does unless it holds numbers or what is found again below it. */
  readonly header?: boolean;
  /** Lines to pass over before the first row; default 0. */
  readonly skipLines?: number;
}
