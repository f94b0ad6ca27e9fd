import { DrowseError, show } from "../tensor/errors.ts";
import { type Key, philox } from "./philox.ts";

/** A unit is dropped where its word is below round(rate 2^32). */
export function dropThreshold(rate: number): number {
  return Math.round(rate * 0x100000000);
}

/** Which words a row takes: a pass counts epochs (or Monte Carlo samples), the stream says which of the two. */
export interface MaskRow {
  readonly row: number;
  readonly pass: number;
  readonly stream: number;
}

/**
 * The words of the units of one row. Word (u >> 2) & 3 of the block with counter (4 (u >> 4) + (u & 3), row, pass, stream) belongs
 * to unit u, so that four neighbouring units are the four lanes of one vector in the kernels.
 */
export function wordsOfRow(key: Key, units: number, { row, pass, stream }: MaskRow): Uint32Array {
  const words = new Uint32Array(units);
  const block = new Uint32Array(4);
  for (let unit = 0; unit < units; unit++) {
    philox(4 * (unit >> 4) + (unit & 3), row, pass, stream, key, block);
    words[unit] = block[(unit >> 2) & 3];
  }
  return words;
}

/**
 * The mask of one row: 1 where a unit is awake, 0 where it sleeps.
 * @throws {DrowseError} on a rate outside [0, 1] and on units that are not a whole number.
 */
export function maskOfRow(key: Key, rate: number, units: number, place: MaskRow): Uint8Array {
  if (!(rate >= 0 && rate <= 1)) throw new DrowseError("maskOfRow", `the rate is ${show(rate)}`, "give a number from 0 to 1");
  if (!Number.isSafeInteger(units) || units < 0) {
    throw new DrowseError("maskOfRow", `the units are ${show(units)}`, "give a whole number of at least 0");
  }
  const threshold = dropThreshold(rate);
  return Uint8Array.from(wordsOfRow(key, units, place), (word) => (word < threshold ? 0 : 1));
}

/** The numbers of a dropout layer in a step's record: see `kernels/dropout.ts`. */
export function dropoutParameters(rate: number, scale: number): { threshold: number; awake: number; scale: number } {
  const threshold = dropThreshold(rate);
  if (threshold === 0x100000000) return { threshold: 0, awake: 0, scale: 0 };
  return { threshold, awake: -1, scale };
}
