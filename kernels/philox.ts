// Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
// Four blocks at a time: lane i of each vector belongs to block i. For masks two such groups go side by side, because each
// round waits for the one before it and a single group leaves half of the processor idle.

@inline const M0: i32 = 0xd2511f53;
@inline const M1: i32 = 0xcd9e8d57;
@inline const W0: i32 = 0x9e3779b9;
@inline const W1: i32 = 0xbb67ae85;

/**
 * Writes 16 words: word w of the blocks with counters (c0[i], c1, c2, c3) to out[4w + i].
 * One round:  (c0, c1, c2, c3) <- (hi(M1 c2) ^ c1 ^ k0, lo(M1 c2), hi(M0 c0) ^ c3 ^ k1, lo(M0 c0)).
 */
@inline export function philoxGroup(c0: v128, c1: v128, c2: v128, c3: v128, key0: i32, key1: i32, out: usize): void {
  const m0 = i32x4.splat(M0);
  const m1 = i32x4.splat(M1);
  for (let round = 0; round < 10; ++round) {
    const low0 = i64x2.extmul_low_i32x4_u(c0, m0);
    const high0 = i64x2.extmul_high_i32x4_u(c0, m0);
    const low1 = i64x2.extmul_low_i32x4_u(c2, m1);
    const high1 = i64x2.extmul_high_i32x4_u(c2, m1);
    c0 = v128.xor(v128.xor(v128.shuffle<i32>(low1, high1, 1, 3, 5, 7), c1), i32x4.splat(key0));
    c2 = v128.xor(v128.xor(v128.shuffle<i32>(low0, high0, 1, 3, 5, 7), c3), i32x4.splat(key1));
    c1 = v128.shuffle<i32>(low1, high1, 0, 2, 4, 6);
    c3 = v128.shuffle<i32>(low0, high0, 0, 2, 4, 6);
    key0 += W0;
    key1 += W1;
  }
  v128.store(out, c0);
  v128.store(out, c1, 16);
  v128.store(out, c2, 32);
  v128.store(out, c3, 48);
}

/** Two groups at once, their first counter words apart by 4: 32 words. */
@inline function philoxGroups(c0: v128, c1: v128, c2: v128, c3: v128, key0: i32, key1: i32, out: usize): void {
  const m0 = i32x4.splat(M0);
  const m1 = i32x4.splat(M1);
  let d0 = i32x4.add(c0, i32x4.splat(4));
  let d1 = c1;
  let d2 = c2;
  let d3 = c3;
  for (let round = 0; round < 10; ++round) {
    const k0 = i32x4.splat(key0);
    const k1 = i32x4.splat(key1);
    let low0 = i64x2.extmul_low_i32x4_u(c0, m0);
    let high0 = i64x2.extmul_high_i32x4_u(c0, m0);
    let low1 = i64x2.extmul_low_i32x4_u(c2, m1);
    let high1 = i64x2.extmul_high_i32x4_u(c2, m1);
    c0 = v128.xor(v128.xor(v128.shuffle<i32>(low1, high1, 1, 3, 5, 7), c1), k0);
    c2 = v128.xor(v128.xor(v128.shuffle<i32>(low0, high0, 1, 3, 5, 7), c3), k1);
    c1 = v128.shuffle<i32>(low1, high1, 0, 2, 4, 6);
    c3 = v128.shuffle<i32>(low0, high0, 0, 2, 4, 6);
    low0 = i64x2.extmul_low_i32x4_u(d0, m0);
    high0 = i64x2.extmul_high_i32x4_u(d0, m0);
    low1 = i64x2.extmul_low_i32x4_u(d2, m1);
    high1 = i64x2.extmul_high_i32x4_u(d2, m1);
    d0 = v128.xor(v128.xor(v128.shuffle<i32>(low1, high1, 1, 3, 5, 7), d1), k0);
    d2 = v128.xor(v128.xor(v128.shuffle<i32>(low0, high0, 1, 3, 5, 7), d3), k1);
    d1 = v128.shuffle<i32>(low1, high1, 0, 2, 4, 6);
    d3 = v128.shuffle<i32>(low0, high0, 0, 2, 4, 6);
    key0 += W0;
    key1 += W1;
  }
  v128.store(out, c0);
  v128.store(out, c1, 16);
  v128.store(out, c2, 32);
  v128.store(out, c3, 48);
  v128.store(out, d0, 64);
  v128.store(out, d1, 80);
  v128.store(out, d2, 96);
  v128.store(out, d3, 112);
}

/** Units whose words are made together. */
@inline export const MASK_UNITS: i32 = 32;

/**
 * The words of units first to first + 31 (first a multiple of 32): unit u takes word (u >> 2) & 3 of block
 * 4 (u >> 4) + (u & 3), so that four consecutive units are four lanes of one vector and nothing is transposed.
 */
export function maskWordsFrom(first: i32, row: i32, pass: i32, stream: i32, key0: i32, key1: i32, out: usize): void {
  philoxGroups(
    i32x4.add(i32x4.splat(first >> 2), i32x4(0, 1, 2, 3)),
    i32x4.splat(row), i32x4.splat(pass), i32x4.splat(stream), key0, key1, out,
  );
}

/** The mask words of units 0 to ceil(units / 32) * 32 - 1 of one row: conformance and inspection. */
export function maskWords(
  row: i32, pass: i32, stream: i32, key0: i32, key1: i32, units: i32, out: usize, thread: i32, threads: i32,
): void {
  if (thread != 0) return;
  for (let first: i32 = 0; first < units; first += MASK_UNITS) {
    maskWordsFrom(first, row, pass, stream, key0, key1, out + (<usize>first << 2));
  }
}

/** One block with any counter and key (4 + 2 words in, 4 words out): what the published answers are stated for. */
export function philoxBlock(counter: usize, key: usize, out: usize, scratch: usize, thread: i32, threads: i32): void {
  if (thread != 0) return;
  philoxGroup(
    i32x4.splat(load<i32>(counter)), i32x4.splat(load<i32>(counter, 4)),
    i32x4.splat(load<i32>(counter, 8)), i32x4.splat(load<i32>(counter, 12)),
    load<i32>(key), load<i32>(key, 4), scratch,
  );
  for (let word: usize = 0; word < 4; ++word) store<i32>(out + (word << 2), load<i32>(scratch + (word << 4)));
}
