import { shuffledRows } from "../random/shuffle.ts";
import { streamKey } from "../random/streams.ts";

/**
 * The rows of each pass, by their indices in the data set, which masks are keyed by: all rows or some of them, shuffled
 * by the model's seed or as they lie.
 */
export class RowOrder {
  readonly count: number;
  readonly #rows: Uint32Array;
  readonly #seed: number | undefined;
  #last: { readonly pass: number; readonly rows: Uint32Array } | undefined;

  /** @param seed - undefined: not shuffled. */
  constructor(rows: Uint32Array, seed: number | undefined) {
    this.count = rows.length;
    this.#rows = rows;
    this.#seed = seed;
  }

  of(pass: number): Uint32Array {
    if (this.#seed === undefined) return this.#rows;
    if (this.#last?.pass !== pass) {
      const places = shuffledRows(this.count, streamKey(this.#seed, "shuffle"), pass);
      this.#last = { pass, rows: places.map((place) => this.#rows[place]) };
    }
    return this.#last.rows;
  }
}
