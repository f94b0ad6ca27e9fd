/** Four words of a counter, or of the block made from it. */
export type Block = readonly [number, number, number, number];
/** Two words of a key. */
export type Key = readonly [number, number];

const WORD = 0xffffffffn;
/** The multipliers of a round. */
const M0 = 0xd2511f53n;
const M1 = 0xcd9e8d57n;
/** The golden ratio and sqrt(3) - 1, by which the key grows from round to round. */
const W0 = 0x9e3779b9n;
const W1 = 0xbb67ae85n;

const high = (product: bigint) => product >> 32n;
const low = (product: bigint) => product & WORD;

/**
 * Philox4x32-10: 128 random bits as a pure function of a counter and a key
 * (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
 *
 * One round:  (c0, c1, c2, c3) <- (hi(M1 c2) ^ c1 ^ k0, lo(M1 c2), hi(M0 c0) ^ c3 ^ k1, lo(M0 c0)).
 *
 * @param counter four unsigned 32-bit words
 * @param key two unsigned 32-bit words
 */
export function philox(counter: Block, key: Key): Block {
  let [c0, c1, c2, c3] = counter.map(BigInt);
  let [k0, k1] = key.map(BigInt);
  for (let round = 0; round < 10; round++) {
    const p0 = M0 * c0;
    const p1 = M1 * c2;
    [c0, c1, c2, c3] = [high(p1) ^ c1 ^ k0, low(p1), high(p0) ^ c3 ^ k1, low(p0)];
    k0 = low(k0 + W0);
    k1 = low(k1 + W1);
  }
  return [Number(c0), Number(c1), Number(c2), Number(c3)];
}
