// How numbers lie in memory, and how work is shared out. Every kernel agrees with this file.
//
// Activation matrices [B, N] are row-major f32. Their stride (in floats) is a multiple of 4, and the
// columns from N up to the next multiple of 4 are zero: kernels read and write whole vectors.
//
// Weight matrices [K, N] are cut into panels of PANEL columns, each panel contiguous:
// [panel][K][PANEL], the columns beyond N zero. A product walks one panel from top to bottom, so its
// reads are contiguous without packing. (A plain row stride of 4096 bytes would put every row in the
// same cache sets.) 28 columns are 7 vectors: with 8 accumulators V8 spills one to the stack.
//
// The inner dimension of a product is cut into blocks of BLOCK rows: block x panel = 21 KB stay in L1.

@inline export const PANEL: i32 = 28;
@inline export const PANEL_BYTES: usize = 112;
@inline export const BLOCK: i32 = 192;
/** Rows of the output that are finished together: their accumulators (14 KB) wait in L1 between blocks. */
@inline export const CHUNK: i32 = 128;
@inline export const CHUNK_GROUPS: i32 = 32; // CHUNK / 4

// Scratch of one thread: the tile of accumulators, one packed block, two rows of sums, a table of awake columns (awake.ts).
@inline export const TILE_BYTES: usize = 14336; // CHUNK * PANEL_BYTES
@inline export const BLOCK_BYTES: usize = 21504; // BLOCK * PANEL_BYTES
@inline export const SUMS_BYTES: usize = 128;
@inline export const AWAKE_BYTES: usize = 256;
@inline export const SCRATCH_BYTES: usize = 36352; // TILE_BYTES + BLOCK_BYTES + 2 * SUMS_BYTES + AWAKE_BYTES

/** Where thread's share of count things begins; the share of the last thread ends at count. */
@inline export function shareStart(count: i32, thread: i32, threads: i32): i32 {
  return <i32>((<i64>count * <i64>thread) / <i64>threads);
}

@inline export function ceilDivide(a: i32, b: i32): i32 {
  return (a + b - 1) / b;
}

/** Vectors of a panel that hold columns of the matrix. */
@inline export function vectorsOf(panel: i32, columns: i32): i32 {
  return ceilDivide(min(PANEL, columns - panel * PANEL), 4);
}

/** Puts a number where nobody reads it, so that the loads that made it are not taken for useless. */
@inline export function keep(scratch: usize, value: i32): void {
  store<i32>(scratch, value);
}

// The constants that the plan repeats, for the test that compares them.
export function panelColumns(): i32 { return PANEL; }
export function blockRows(): i32 { return BLOCK; }
export function scratchBytes(): i32 { return <i32>SCRATCH_BYTES; }
