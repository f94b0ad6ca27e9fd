// The inner loops of every product: a group of four rows of A (compress.ts) times one packed block of a panel, added to
// four rows of a tile of accumulators [rows, PANEL].
//
//   tile[m, :] += sum over k ascending of A[m, k] * panel[k, :]
//
// Each number is multiplied and added in plain single precision, one k after the other. A term whose A[m, k] is zero adds
// +-0 to a sum that is never -0, so leaving it out changes no bit: listed and packed groups give equal results for finite
// numbers. Only the first `vectors` vectors of the panel matter; those behind them may be computed or not.
import { PACKED, countsOf, listsOf } from "./compress";
import { PANEL_BYTES } from "./layout";

/** Groups from `group` on, `groups` of them, times a block of `count` inner indices. */
export function addProduct(
  lists: usize, counts: usize, inner: i32, group: i32, groups: i32, block: i32, count: i32,
  panel: usize, vectors: i32, tile: usize,
): void {
  const end = group + groups;
  for (; group < end; ++group) {
    const list = listsOf(lists, inner, group, block);
    const lengths = countsOf(counts, inner, group, block);
    if (load<i32>(lengths) == PACKED) packedTile(list, count, panel, vectors, tile);
    else if (vectors > 4) listedTile(list, lengths, count, panel, tile);
    else narrowListedTile(list, lengths, count, panel, tile);
    tile += PANEL_BYTES << 2;
  }
}

/** Four listed rows times the panel or, a constant, its first four vectors: the entries' offsets lead straight to its rows. */
@inline function listedRows(list: usize, lengths: usize, count: i32, panel: usize, tile: usize, whole: bool): void {
  for (let row: i32 = 0; row < 4; ++row) {
    let s0 = v128.load(tile);
    let s1 = v128.load(tile, 16);
    let s2 = v128.load(tile, 32);
    let s3 = v128.load(tile, 48);
    let s4 = v128.load(tile, 64);
    let s5 = v128.load(tile, 80);
    let s6 = v128.load(tile, 96);
    let entry = list;
    const end = entry + (<usize>load<i32>(lengths) << 3);
    while (entry < end) {
      const at = panel + load<u32>(entry);
      const a = v128.load_splat<f32>(entry, 4);
      s0 = f32x4.add(s0, f32x4.mul(a, v128.load(at)));
      s1 = f32x4.add(s1, f32x4.mul(a, v128.load(at, 16)));
      s2 = f32x4.add(s2, f32x4.mul(a, v128.load(at, 32)));
      s3 = f32x4.add(s3, f32x4.mul(a, v128.load(at, 48)));
      if (whole) s4 = f32x4.add(s4, f32x4.mul(a, v128.load(at, 64)));
      if (whole) s5 = f32x4.add(s5, f32x4.mul(a, v128.load(at, 80)));
      if (whole) s6 = f32x4.add(s6, f32x4.mul(a, v128.load(at, 96)));
      entry += 8;
    }
    v128.store(tile, s0);
    v128.store(tile, s1, 16);
    v128.store(tile, s2, 32);
    v128.store(tile, s3, 48);
    if (whole) v128.store(tile, s4, 64);
    if (whole) v128.store(tile, s5, 80);
    if (whole) v128.store(tile, s6, 96);
    list += <usize>count << 3;
    lengths += 4;
    tile += PANEL_BYTES;
  }
}

function listedTile(list: usize, lengths: usize, count: i32, panel: usize, tile: usize): void {
  listedRows(list, lengths, count, panel, tile, true);
}

/** The awake columns of a panel, half of them asleep; the last panel of a layer; the ten outputs of a classifier. */
function narrowListedTile(list: usize, lengths: usize, count: i32, panel: usize, tile: usize): void {
  listedRows(list, lengths, count, panel, tile, false);
}

/** Four packed rows x 8 columns in 8 accumulators: two loads of the panel serve four rows. */
function packed4x8(a: usize, end: usize, panel: usize, tile: usize): void {
  let s00 = v128.load(tile);
  let s01 = v128.load(tile, 16);
  let s10 = v128.load(tile, 112);
  let s11 = v128.load(tile, 128);
  let s20 = v128.load(tile, 224);
  let s21 = v128.load(tile, 240);
  let s30 = v128.load(tile, 336);
  let s31 = v128.load(tile, 352);
  while (a < end) {
    const p0 = v128.load(panel);
    const p1 = v128.load(panel, 16);
    let x = v128.load_splat<f32>(a);
    s00 = f32x4.add(s00, f32x4.mul(x, p0));
    s01 = f32x4.add(s01, f32x4.mul(x, p1));
    x = v128.load_splat<f32>(a, 4);
    s10 = f32x4.add(s10, f32x4.mul(x, p0));
    s11 = f32x4.add(s11, f32x4.mul(x, p1));
    x = v128.load_splat<f32>(a, 8);
    s20 = f32x4.add(s20, f32x4.mul(x, p0));
    s21 = f32x4.add(s21, f32x4.mul(x, p1));
    x = v128.load_splat<f32>(a, 12);
    s30 = f32x4.add(s30, f32x4.mul(x, p0));
    s31 = f32x4.add(s31, f32x4.mul(x, p1));
    a += 16;
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

/** Four packed rows x 4 columns: the last vector of a panel. */
@inline function packed4x4(a: usize, end: usize, panel: usize, tile: usize): void {
  let s0 = v128.load(tile);
  let s1 = v128.load(tile, 112);
  let s2 = v128.load(tile, 224);
  let s3 = v128.load(tile, 336);
  while (a < end) {
    const p = v128.load(panel);
    s0 = f32x4.add(s0, f32x4.mul(v128.load_splat<f32>(a), p));
    s1 = f32x4.add(s1, f32x4.mul(v128.load_splat<f32>(a, 4), p));
    s2 = f32x4.add(s2, f32x4.mul(v128.load_splat<f32>(a, 8), p));
    s3 = f32x4.add(s3, f32x4.mul(v128.load_splat<f32>(a, 12), p));
    a += 16;
    panel += PANEL_BYTES;
  }
  v128.store(tile, s0);
  v128.store(tile, s1, 112);
  v128.store(tile, s2, 224);
  v128.store(tile, s3, 336);
}

/** Four packed rows times the panel. */
function packedTile(a: usize, count: i32, panel: usize, vectors: i32, tile: usize): void {
  const end = a + (<usize>count << 4);
  packed4x8(a, end, panel, tile);
  if (vectors > 2) packed4x8(a, end, panel + 32, tile + 32);
  if (vectors > 4) packed4x8(a, end, panel + 64, tile + 64);
  if (vectors > 6) packed4x4(a, end, panel + 96, tile + 96);
}
