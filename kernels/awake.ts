// Columns of a panel that matter, and the panel without the others. Where a unit sleeps for all rows of a batch, as with a mask
// that the batch shares or with a rectifier that is dead, its column is zero in every row: a product computes only the columns
// that are awake, moved together, and moves its sums apart again. The sums are the same, bit by bit.
//
// A table of a panel: for each of its 7 vectors two patterns for i8x16.swizzle, which moves lanes that are awake together (the
// others become 0) and which moves them apart; behind these the byte at which each vector's first awake column stands.
import { PANEL, PANEL_BYTES, ceilDivide, vectorsOf } from "./layout";

const STARTS: usize = 224; // 7 * 32
/** A byte that names no lane: swizzle makes 0 of it. */
const NOTHING: u32 = 0xffffffff;

/** Bit l: whether column l of four is anywhere not zero in `rows` rows. */
function awakeBits(at: usize, rowBytes: usize, rows: i32): i32 {
  let any = i32x4.splat(0);
  for (let row: i32 = 0; row < rows; ++row) {
    any = v128.or(any, f32x4.ne(v128.load(at), f32x4.splat(0)));
    if (i32x4.all_true(any)) return 15;
    at += rowBytes;
  }
  return i32x4.bitmask(any);
}

/**
 * Of N columns, those that a product computes: of a panel whose awake columns fill fewer vectors these, else all.
 * The columns' numbers are `rows` rows from `at` on.
 */
export function computedColumns(at: usize, rowBytes: usize, rows: i32, N: i32): i32 {
  let computed: i32 = 0;
  for (let first: i32 = 0; first < N; first += PANEL) {
    const vectors = vectorsOf(first / PANEL, N);
    let awake: i32 = 0;
    for (let vector: i32 = 0; vector < vectors; ++vector) {
      awake += popcnt(awakeBits(at + (<usize>(first + (vector << 2)) << 2), rowBytes, rows));
    }
    computed += ceilDivide(awake, 4) < vectors ? awake : min(PANEL, N - first);
  }
  return computed;
}

/** How many columns of a panel's `vectors` vectors, whose numbers are `rows` rows from `at` on, are awake, and the table of the panel. */
export function findAwake(at: usize, rowBytes: usize, rows: i32, vectors: i32, table: usize): i32 {
  let awake: i32 = 0;
  for (let vector: i32 = 0; vector < 7; ++vector) {
    const bits = vector < vectors ? awakeBits(at + (<usize>vector << 4), rowBytes, rows) : 0;
    const together = table + (<usize>vector << 5);
    const apart = together + 16;
    store<i32>(table + (<usize>vector << 2), awake << 2, STARTS);
    v128.store(together, i32x4.splat(NOTHING));
    v128.store(apart, i32x4.splat(NOTHING));
    let rank: usize = 0;
    for (let lane: usize = 0; lane < 4; ++lane) {
      if (!(bits >> <i32>lane & 1)) continue;
      store<u32>(together + (rank << 2), lanePattern(lane));
      store<u32>(apart + (lane << 2), lanePattern(rank));
      ++rank;
    }
    awake += <i32>rank;
  }
  return awake;
}

@inline function lanePattern(lane: usize): u32 {
  return 0x03020100 + 0x04040404 * <u32>lane;
}

/** Moves the awake columns of `rows` rows of a panel together. `to` may be `from`; what stands behind them is any finite number. */
export function moveTogether(from: usize, to: usize, rows: i32, table: usize): void {
  for (let row: i32 = 0; row < rows; ++row) {
    for (let vector: usize = 0; vector < 7; ++vector) {
      const moved = i8x16.swizzle(v128.load(from + (vector << 4)), v128.load(table + (vector << 5)));
      v128.store(to + load<u32>(table + (vector << 2), STARTS), moved);
    }
    from += PANEL_BYTES;
    to += PANEL_BYTES;
  }
}

/** Moves the columns of `rows` rows apart again, to where they were; those that sleep are 0. */
export function moveApart(at: usize, rows: i32, table: usize): void {
  for (let row: i32 = 0; row < rows; ++row) {
    // from the last on: none is overwritten before it is read
    for (let vector: isize = 6; vector >= 0; --vector) {
      const from = at + load<u32>(table + (vector << 2), STARTS);
      v128.store(at + (vector << 4), i8x16.swizzle(v128.load(from), v128.load(table + (vector << 5), 16)));
    }
    at += PANEL_BYTES;
  }
}
