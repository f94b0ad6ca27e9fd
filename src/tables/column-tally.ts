import type { Cell, CellReader } from "./cells.ts";

/** Different values of a column that are kept: more make no categories. */
export const MOST_LEVELS = 1000;
/** Different whole numbers that are kept, to tell an id. */
const MOST_NUMBERS = 100_000;
/** A category is a word, not a text. */
const LONGEST_LEVEL = 256;

/** What a column holds, counted as its cells go by: nothing grows with the number of rows. */
export class ColumnTally {
  readonly name: string;
  /** Cells that are not missing. */
  count = 0;
  numbers = 0;
  vectors = 0;
  /** The first cell that is no number, and its row from 1. */
  firstText: { readonly text: string; readonly row: number } | undefined;
  /** Cells that are no numbers. */
  texts = 0;
  /** Texts that would be numbers with the other sign before the fraction. */
  otherDecimals = 0;
  /** Numbers of the first vector. */
  vectorSize: number | undefined;
  /** A vector of another length, and its row from 1. */
  otherVector: { readonly size: number; readonly row: number } | undefined;
  least = Number.POSITIVE_INFINITY;
  most = Number.NEGATIVE_INFINITY;
  isWhole = true;
  /** Each number is the one before and 1 more. */
  isSequence = true;
  /** Texts of the cells and how often there are; undefined: too many, or too long. */
  levels: Map<string, number> | undefined = new Map();
  #last: number | undefined;
  #different: Set<number> | undefined = new Set();
  #differentIn = 0;

  constructor(name: string) {
    this.name = name;
  }

  add(cell: Cell, row: number, cells: CellReader): void {
    if (cells.isMissing(cell)) return;
    this.count++;
    if (typeof cell === "object" && cell !== null) this.#addVector(cell, row);
    else this.#addScalar(cell, row, cells);
  }

  /** Share of the whole numbers that are different from those before. */
  get differentShare(): number {
    return this.#different === undefined || this.#differentIn === 0 ? 0 : this.#different.size / this.#differentIn;
  }

  /** Different whole numbers, where all numbers are whole and few are different. */
  fewNumbers(most: number): number[] | undefined {
    const different = this.#different;
    return different !== undefined && different.size <= most ? [...different].sort((a, b) => a - b) : undefined;
  }

  #addVector(vector: ArrayLike<number>, row: number): void {
    this.vectors++;
    this.vectorSize ??= vector.length;
    if (vector.length !== this.vectorSize) this.otherVector ??= { size: vector.length, row };
  }

  #addScalar(cell: Cell, row: number, cells: CellReader): void {
    const text = cells.text(cell);
    if (this.levels) {
      if (text.length > LONGEST_LEVEL) this.levels = undefined;
      else this.levels.set(text, (this.levels.get(text) ?? 0) + 1);
      if (this.levels && this.levels.size > MOST_LEVELS) this.levels = undefined;
    }
    const number = cells.number(cell);
    if (number === undefined || typeof cell === "boolean") {
      this.texts++;
      this.isSequence = false;
      if (number === undefined) this.firstText ??= { text, row };
      if (cells.hasOtherDecimal(cell)) this.otherDecimals++;
      return;
    }
    this.numbers++;
    this.least = Math.min(this.least, number);
    this.most = Math.max(this.most, number);
    if (!Number.isInteger(number)) {
      this.isWhole = false;
      this.#different = undefined;
    }
    if (this.#last !== undefined && number !== this.#last + 1) this.isSequence = false;
    this.#last = number;
    if (this.#different && this.#different.size < MOST_NUMBERS) {
      this.#different.add(number);
      this.#differentIn++;
    }
  }
}
