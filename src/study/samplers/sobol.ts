import { unitInterval } from "../../random/normal.ts";
import { streamKey, WordStream } from "../../random/streams.ts";
import { DrowseError } from "../../tensor/errors.ts";
import type { Sampler } from "../sampler.ts";
import { valueAt } from "../space.ts";

/**
 * Direction numbers of dimensions 2 to 32: the coefficients a of the primitive polynomial, then m_1, m_2, … From
 * new-joe-kuo-6.21201 (S. Joe and F. Y. Kuo 2008, "Constructing Sobol sequences with better two-dimensional projections").
 */
const JOE_KUO: readonly (readonly [a: number, ...m: number[]])[] = [
  [0, 1],
  [1, 1, 3],
  [1, 1, 3, 1],
  [2, 1, 1, 1],
  [1, 1, 1, 3, 3],
  [4, 1, 3, 5, 13],
  [2, 1, 1, 5, 5, 17],
  [4, 1, 1, 5, 5, 5],
  [7, 1, 1, 7, 11, 19],
  [11, 1, 1, 5, 1, 1],
  [13, 1, 1, 1, 3, 11],
  [14, 1, 3, 5, 5, 31],
  [1, 1, 3, 3, 9, 7, 49],
  [13, 1, 1, 1, 15, 21, 21],
  [16, 1, 3, 1, 13, 27, 49],
  [19, 1, 1, 1, 15, 7, 5],
  [22, 1, 3, 1, 15, 13, 25],
  [25, 1, 1, 5, 5, 19, 61],
  [1, 1, 3, 7, 11, 23, 15, 103],
  [4, 1, 3, 7, 13, 13, 15, 69],
  [7, 1, 1, 3, 13, 7, 35, 63],
  [8, 1, 3, 5, 9, 1, 25, 53],
  [14, 1, 3, 1, 13, 9, 35, 107],
  [19, 1, 3, 1, 5, 27, 61, 31],
  [21, 1, 1, 5, 11, 19, 41, 61],
  [28, 1, 3, 5, 3, 3, 13, 69],
  [31, 1, 1, 7, 13, 1, 19, 1],
  [32, 1, 3, 7, 5, 13, 19, 59],
  [37, 1, 1, 3, 9, 25, 29, 41],
  [41, 1, 3, 5, 13, 23, 1, 55],
  [42, 1, 3, 7, 3, 13, 59, 17],
];

const BITS = 32;

/** v_1 to v_32 of a dimension: 32-bit words. */
function directions(dimension: number): Uint32Array {
  const v = new Uint32Array(BITS);
  if (dimension === 0) return v.map((_, bit) => 2 ** (BITS - 1 - bit));
  const [a, ...m] = JOE_KUO[dimension - 1];
  const s = m.length;
  for (let i = 0; i < BITS; i++) {
    if (i < s) {
      v[i] = m[i] * 2 ** (BITS - 1 - i);
      continue;
    }
    // v_i = a_1 v_(i-1) ^ a_2 v_(i-2) ^ … ^ v_(i-s) ^ (v_(i-s) >> s)
    v[i] = v[i - s] ^ (v[i - s] >>> s);
    for (let k = 1; k < s; k++) if ((a >>> (s - 1 - k)) & 1) v[i] ^= v[i - k];
  }
  return v;
}

/** Coordinate of a point of Sobol's sequence as a 32-bit word: the directions of the bits of the index's Gray code. */
export function sobolWord(index: number, dimension: number): number {
  const v = directions(dimension);
  const gray = (index ^ (index >>> 1)) >>> 0;
  let word = 0;
  for (let bit = 0; bit < BITS; bit++) if ((gray >>> bit) & 1) word ^= v[bit];
  return word >>> 0;
}

/**
 * Sobol's sequence (Sobol' 1967), whose points lie more evenly than random ones, moved by a digital shift that the seed draws. It
 * fills best with a power of 2 of trials.
 * @throws {DrowseError} in a space of more than 32 settings.
 */
export function sobol(): Sampler {
  return {
    name: "sobol",
    looks: false,
    sample({ space, seed, trial }) {
      const settings = Object.entries(space);
      if (settings.length > JOE_KUO.length + 1) {
        const received = `the space has ${settings.length} settings`;
        throw new DrowseError("sobol", received, `search at most ${JOE_KUO.length + 1}, or take another sampler`);
      }
      return Object.fromEntries(
        settings.map(([name, distribution], dimension) => {
          const shift = new WordStream(streamKey(seed, `study/sobol/${name}`)).next();
          return [name, valueAt(distribution, unitInterval((sobolWord(trial, dimension) ^ shift) >>> 0))];
        }),
      );
    },
  };
}
