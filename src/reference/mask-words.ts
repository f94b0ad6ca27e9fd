import { type Key, philox } from "./philox.ts";

/** What a dropout layer's masks depend on besides the row and the unit: unsigned 32-bit words. */
export interface MaskKeys {
  readonly key: Key;
  readonly stream: number;
  readonly pass: number;
}

/**
 * The 32-bit word that decides over one unit of one row.
 *
 *   word(u, row) = word w of philox(counter = (block, row, pass, stream), key),
 *   w = floor(u / 4) mod 4,  block = 4 floor(u / 16) + u mod 4
 *
 * Sixteen consecutive units share four blocks, so that four consecutive units take the same word of four
 * consecutive blocks: the four lanes of a vector. It depends on nothing else: not on the batch, the order or threads.
 *
 * @param row the row's index in the data set
 */
export function maskWord(unit: number, row: number, { key, stream, pass }: MaskKeys): number {
  const word = Math.floor(unit / 4) % 4;
  const block = 4 * Math.floor(unit / 16) + (unit % 4);
  return philox([block, row, pass, stream], key)[word];
}

/** The words of units 0 to units - 1 of one row. */
export function maskWords(units: number, row: number, keys: MaskKeys): Uint32Array {
  return Uint32Array.from({ length: units }, (_, unit) => maskWord(unit, row, keys));
}
