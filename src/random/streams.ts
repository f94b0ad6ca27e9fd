import { DrowseError, show } from "../tensor/errors.ts";
import { type Key, multiplyHigh, philox } from "./philox.ts";

/** The last word of a counter says what the words are for, so that no two uses share one. */
export const TRAINING = 0;
export const MONTE_CARLO = 1;
/** A bit beside them: one mask for all rows of a batch, whose place in its pass stands in the counter for the row. */
export const SHARED = 2;

/**
 * Checks a seed.
 * @throws {DrowseError} unless it is a whole number from 0 to 2^53 - 1.
 */
export function checkSeed(operation: string, seed: unknown): number {
  if (typeof seed !== "number" || !Number.isSafeInteger(seed) || seed < 0) {
    throw new DrowseError(operation, `the seed is ${show(seed)}`, "give a whole number from 0 to 9007199254740991");
  }
  return seed;
}

/**
 * The key of a model's stream by its name, such as `mask/dropout1` or `weight/dense2.weight`: the name's bytes are
 * absorbed eight at a time into a counter that is encrypted by Philox under the seed.
 */
export function streamKey(seed: number, name: string): Key {
  const seedKey: Key = [seed >>> 0, Math.floor(seed / 0x100000000) >>> 0];
  const bytes = new TextEncoder().encode(name);
  const state = new Uint32Array(4);
  state[3] = bytes.length;
  for (let start = 0; start === 0 || start < bytes.length; start += 8) {
    for (let i = 0; i < 8 && start + i < bytes.length; i++) state[i >> 2] ^= bytes[start + i] << (8 * (i & 3));
    philox(state[0], state[1], state[2], state[3], seedKey, state);
  }
  return [state[0], state[1]];
}

/** The words of a key one after the other: word i is word i mod 4 of the block whose counter begins with floor(i / 4). */
export class WordStream {
  readonly #key: Key;
  readonly #pass: number;
  readonly #block = new Uint32Array(4);
  #index = 0;

  constructor(key: Key, pass = 0) {
    this.#key = key;
    this.#pass = pass;
  }

  next(): number {
    const word = this.#index & 3;
    if (word === 0) philox(Math.floor(this.#index / 4), 0, this.#pass, 0, this.#key, this.#block);
    this.#index++;
    return this.#block[word];
  }

  /** A whole number from 0 to bound - 1, of at most 2^32 - 1, all equally likely (Lemire 2019: multiply, and reject the uneven rest). */
  below(bound: number): number {
    const rejected = 0x100000000 % bound;
    for (;;) {
      const word = this.next();
      if (Math.imul(word, bound) >>> 0 >= rejected) return multiplyHigh(word, bound);
    }
  }
}
