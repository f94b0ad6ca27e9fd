// The two inner loops of every product: rows of A times one packed block of a panel, added to a tile
// of accumulators [rows, PANEL].
//
//   tile[m, :] += sum over k ascending of A[m, k] * panel[k, :]
//
// Each number is multiplied and added in plain single precision, one k after the other. A term whose
// A[m, k] is zero adds +-0 to a sum that is never -0, so leaving it out changes no bit: the sparse and
// the dense loop give equal results for finite numbers.
import { PANEL_BYTES } from "./layout";

/** A as lists of its non-zero entries: their offsets lead straight to the panel's rows. */
export function sparseTile(
  lists: usize, listBytes: usize, counts: usize, countBytes: usize, rows: i32, panel: usize, tile: usize,
): void {
  for (let row: i32 = 0; row < rows; ++row) {
    let s0 = v128.load(tile);
    let s1 = v128.load(tile, 16);
    let s2 = v128.load(tile, 32);
    let s3 = v128.load(tile, 48);
    let s4 = v128.load(tile, 64);
    let s5 = v128.load(tile, 80);
    let s6 = v128.load(tile, 96);
    let entry = lists;
    const end = entry + (<usize>load<i32>(counts) << 3);
    while (entry < end) {
      const at = panel + load<u32>(entry);
      const a = v128.load_splat<f32>(entry, 4);
      s0 = f32x4.add(s0, f32x4.mul(a, v128.load(at)));
      s1 = f32x4.add(s1, f32x4.mul(a, v128.load(at, 16)));
      s2 = f32x4.add(s2, f32x4.mul(a, v128.load(at, 32)));
      s3 = f32x4.add(s3, f32x4.mul(a, v128.load(at, 48)));
      s4 = f32x4.add(s4, f32x4.mul(a, v128.load(at, 64)));
      s5 = f32x4.add(s5, f32x4.mul(a, v128.load(at, 80)));
      s6 = f32x4.add(s6, f32x4.mul(a, v128.load(at, 96)));
      entry += 8;
    }
    v128.store(tile, s0);
    v128.store(tile, s1, 16);
    v128.store(tile, s2, 32);
    v128.store(tile, s3, 48);
    v128.store(tile, s4, 64);
    v128.store(tile, s5, 80);
    v128.store(tile, s6, 96);
    lists += listBytes;
    counts += countBytes;
    tile += PANEL_BYTES;
  }
}

/** A [4 rows] x 8 columns in 8 accumulators: two loads of the panel serve four rows. */
@inline function tile4x8(a: usize, rowBytes: usize, innerBytes: usize, inner: i32, panel: usize, tile: usize): void {
  let s00 = v128.load(tile);
  let s01 = v128.load(tile, 16);
  let s10 = v128.load(tile, 112);
  let s11 = v128.load(tile, 128);
  let s20 = v128.load(tile, 224);
  let s21 = v128.load(tile, 240);
  let s30 = v128.load(tile, 336);
  let s31 = v128.load(tile, 352);
  let a1 = a + rowBytes;
  let a2 = a1 + rowBytes;
  let a3 = a2 + rowBytes;
  for (let k: i32 = 0; k < inner; ++k) {
    const p0 = v128.load(panel);
    const p1 = v128.load(panel, 16);
    let x = v128.load_splat<f32>(a);
    s00 = f32x4.add(s00, f32x4.mul(x, p0));
    s01 = f32x4.add(s01, f32x4.mul(x, p1));
    x = v128.load_splat<f32>(a1);
    s10 = f32x4.add(s10, f32x4.mul(x, p0));
    s11 = f32x4.add(s11, f32x4.mul(x, p1));
    x = v128.load_splat<f32>(a2);
    s20 = f32x4.add(s20, f32x4.mul(x, p0));
    s21 = f32x4.add(s21, f32x4.mul(x, p1));
    x = v128.load_splat<f32>(a3);
    s30 = f32x4.add(s30, f32x4.mul(x, p0));
    s31 = f32x4.add(s31, f32x4.mul(x, p1));
    a += innerBytes;
    a1 += innerBytes;
    a2 += innerBytes;
    a3 += innerBytes;
    panel += PANEL_BYTES;
  }
  v128.store(tile, s00);
  v128.store(tile, s01, 16);
  v128.store(tile, s10, 112);
  v128.store(tile, s11, 128);
  v128.store(tile, s20, 224);
  v128.store(tile, s21, 240);
  v128.store(tile, s30, 336);
  v128.store(tile, s31, 352);
}

/** A [4 rows] x 4 columns: the last vector of a panel. */
@inline function tile4x4(a: usize, rowBytes: usize, innerBytes: usize, inner: i32, panel: usize, tile: usize): void {
  let s0 = v128.load(tile);
  let s1 = v128.load(tile, 112);
  let s2 = v128.load(tile, 224);
  let s3 = v128.load(tile, 336);
  let a1 = a + rowBytes;
  let a2 = a1 + rowBytes;
  let a3 = a2 + rowBytes;
  for (let k: i32 = 0; k < inner; ++k) {
    const p = v128.load(panel);
    s0 = f32x4.add(s0, f32x4.mul(v128.load_splat<f32>(a), p));
    s1 = f32x4.add(s1, f32x4.mul(v128.load_splat<f32>(a1), p));
    s2 = f32x4.add(s2, f32x4.mul(v128.load_splat<f32>(a2), p));
    s3 = f32x4.add(s3, f32x4.mul(v128.load_splat<f32>(a3), p));
    a += innerBytes;
    a1 += innerBytes;
    a2 += innerBytes;
    a3 += innerBytes;
    panel += PANEL_BYTES;
  }
  v128.store(tile, s0);
  v128.store(tile, s1, 112);
  v128.store(tile, s2, 224);
  v128.store(tile, s3, 336);
}

/** One row x the whole panel, for the rows that four do not divide. */
@inline function tile1x28(a: usize, innerBytes: usize, inner: i32, panel: usize, tile: usize): void {
  let s0 = v128.load(tile);
  let s1 = v128.load(tile, 16);
  let s2 = v128.load(tile, 32);
  let s3 = v128.load(tile, 48);
  let s4 = v128.load(tile, 64);
  let s5 = v128.load(tile, 80);
  let s6 = v128.load(tile, 96);
  for (let k: i32 = 0; k < inner; ++k) {
    const x = v128.load_splat<f32>(a);
    s0 = f32x4.add(s0, f32x4.mul(x, v128.load(panel)));
    s1 = f32x4.add(s1, f32x4.mul(x, v128.load(panel, 16)));
    s2 = f32x4.add(s2, f32x4.mul(x, v128.load(panel, 32)));
    s3 = f32x4.add(s3, f32x4.mul(x, v128.load(panel, 48)));
    s4 = f32x4.add(s4, f32x4.mul(x, v128.load(panel, 64)));
    s5 = f32x4.add(s5, f32x4.mul(x, v128.load(panel, 80)));
    s6 = f32x4.add(s6, f32x4.mul(x, v128.load(panel, 96)));
    a += innerBytes;
    panel += PANEL_BYTES;
  }
  v128.store(tile, s0);
  v128.store(tile, s1, 16);
  v128.store(tile, s2, 32);
  v128.store(tile, s3, 48);
  v128.store(tile, s4, 64);
  v128.store(tile, s5, 80);
  v128.store(tile, s6, 96);
}

/** A as it lies: A[m, k] at a + m rowBytes + k innerBytes. Only the first `vectors` vectors of the tile are needed. */
export function denseTile(
  a: usize, rowBytes: usize, innerBytes: usize, rows: i32, inner: i32, panel: usize, vectors: i32, tile: usize,
): void {
  let row: i32 = 0;
  for (; row + 4 <= rows; row += 4) {
    tile4x8(a, rowBytes, innerBytes, inner, panel, tile);
    if (vectors > 2) tile4x8(a, rowBytes, innerBytes, inner, panel + 32, tile + 32);
    if (vectors > 4) tile4x8(a, rowBytes, innerBytes, inner, panel + 64, tile + 64);
    if (vectors > 6) tile4x4(a, rowBytes, innerBytes, inner, panel + 96, tile + 96);
    a += rowBytes << 2;
    tile += PANEL_BYTES << 2;
  }
  for (; row < rows; ++row) {
    tile1x28(a, innerBytes, inner, panel, tile);
    a += rowBytes;
    tile += PANEL_BYTES;
  }
}

/** Whether the dense loop is the faster one for a matrix with these counts: above 0.65 the zeros are too few to pay. */
export function isDense(counts: usize, lists: i32, entries: i64): bool {
  let total: i64 = 0;
  for (let i: i32 = 0; i < lists; ++i) total += <i64>load<i32>(counts + (<usize>i << 2));
  return total * 100 > entries * 65;
}
