// The left factor A of a product, as the tiles walk it: its rows in groups of four, its inner dimension in blocks.
//
// A group of a block is listed or packed, whichever is less work for the tiles; the sums have the same bits:
//
//   listed   for each row its non-zero entries, pairs (u32 byte offset of the entry's row within a packed block of the
//            panel, f32 value), ascending; row r of the four from 8 r count on, its length in its word of `counts`
//   packed   [count][4]: for each inner index the values of the four rows; the group's first word of `counts` is PACKED
//
// where count is the number of inner indices of the block. Group g and block j of a matrix with `inner` columns begin at
// lists + 32 (g inner + j BLOCK); their four words at counts + 16 (g blocks + j).
//
// path 0 packs the groups in which more than 85 of a hundred entries are not zero, an odd path none, an even one all (but one
// of fewer than four rows, which is always listed).
import { BLOCK, PANEL, PANEL_BYTES, ceilDivide, shareStart } from "./layout";

@inline export const PACKED: i32 = -1;

@inline export function listsOf(lists: usize, inner: i32, group: i32, block: i32): usize {
  return lists + (<usize>group * <usize>inner + <usize>(block * BLOCK) << 5);
}

@inline export function countsOf(counts: usize, inner: i32, group: i32, block: i32): usize {
  return counts + (<usize>(group * ceilDivide(inner, BLOCK) + block) << 4);
}

/** Lists of the rows of source [rows, columns]. */
export function compressRows(
  source: usize, stride: i32, rows: i32, columns: i32, lists: usize, counts: usize, path: i32, thread: i32, threads: i32,
): void {
  const groups = ceilDivide(rows, 4);
  const rowBytes = <usize>stride << 2;
  const end = shareStart(groups, thread + 1, threads);
  for (let group = shareStart(groups, thread, threads); group < end; ++group) {
    const height = min(4, rows - (group << 2));
    for (let first: i32 = 0; first < columns; first += BLOCK) {
      const count = min(BLOCK, columns - first);
      const from = source + <usize>(group << 2) * rowBytes + (<usize>first << 2);
      const to = listsOf(lists, columns, group, first / BLOCK);
      const at = countsOf(counts, columns, group, first / BLOCK);
      if (height == 4 && packs(path, nonZeros(from, rowBytes, 16, ceilDivide(count, 4), 4), count)) {
        store<i32>(at, PACKED);
        packRows(from, rowBytes, count, to);
        continue;
      }
      for (let row: i32 = 0; row < 4; ++row) {
        const list = to + (<usize>(row * count) << 3);
        store<i32>(at + (<usize>row << 2), row < height ? listRow(from + <usize>row * rowBytes, count, list) : 0);
      }
    }
  }
}

/** Lists of the columns of source [rows, columns], that is of the rows of its transpose. */
export function compressColumns(
  source: usize, stride: i32, rows: i32, columns: i32, lists: usize, counts: usize, path: i32, thread: i32, threads: i32,
): void {
  const groups = ceilDivide(columns, 4);
  const rowBytes = <usize>stride << 2;
  const end = shareStart(groups, thread + 1, threads);
  for (let group = shareStart(groups, thread, threads); group < end; ++group) {
    for (let first: i32 = 0; first < rows; first += BLOCK) {
      const count = min(BLOCK, rows - first);
      const from = source + <usize>first * rowBytes + (<usize>group << 4);
      const to = listsOf(lists, rows, group, first / BLOCK);
      const at = countsOf(counts, rows, group, first / BLOCK);
      const whole = (group << 2) + 4 <= columns;
      if (whole && packs(path, nonZeros(from, 0, rowBytes, count, 1), count)) {
        store<i32>(at, PACKED);
        for (let i: usize = 0; i < <usize>count; ++i) v128.store(to + (i << 4), v128.load(from + i * rowBytes));
      } else {
        listColumns(from, rowBytes, count, to, at);
      }
    }
  }
}

/** Packs rows first..first+count of source, the panel's columns, into [count][PANEL]; columns beyond the last are zero. */
export function packPanel(source: usize, stride: i32, first: i32, count: i32, panel: i32, vectors: i32, packed: usize): void {
  if (vectors < 7) memory.fill(packed, 0, <usize>count * PANEL_BYTES);
  let from = source + (<usize>(first * stride + panel * PANEL) << 2);
  for (let i: i32 = 0; i < count; ++i) {
    for (let at: usize = 0; at < <usize>vectors << 4; at += 16) v128.store(packed + at, v128.load(from + at));
    from += <usize>stride << 2;
    packed += PANEL_BYTES;
  }
}

@inline function packs(path: i32, nonZero: i32, count: i32): bool {
  return path ? !(path & 1) : nonZero * 5 > count * 17;
}

/** Numbers that are not zero in `rows` rows of `vectors` vectors, `step` bytes apart. */
export function nonZeros(from: usize, rowBytes: usize, step: usize, vectors: i32, rows: i32): i32 {
  let count = i32x4.splat(0);
  for (let row: i32 = 0; row < rows; ++row) {
    let at = from;
    for (let i: i32 = 0; i < vectors; ++i) {
      count = i32x4.sub(count, f32x4.ne(v128.load(at), f32x4.splat(0)));
      at += step;
    }
    from += rowBytes;
  }
  return i32x4.extract_lane(count, 0) + i32x4.extract_lane(count, 1) + i32x4.extract_lane(count, 2) + i32x4.extract_lane(count, 3);
}

/** A zero is written too and then overwritten: no branch to mispredict. */
@inline function append(entry: usize, offset: u32, value: f32): usize {
  store<u32>(entry, offset);
  store<f32>(entry, value, 4);
  return entry + (<usize>(value != 0) << 3);
}

/** Lists count numbers that lie beside each other; returns how many are not zero. */
function listRow(from: usize, count: i32, list: usize): i32 {
  let entry = list;
  const end = <u32>count * <u32>PANEL_BYTES;
  for (let offset: u32 = 0; offset < end; offset += <u32>PANEL_BYTES) {
    entry = append(entry, offset, load<f32>(from));
    from += 4;
  }
  return <i32>((entry - list) >> 3);
}

/** Lists four columns of count rows; their lengths go to `at`. Columns beyond the last are zero, and their lists empty. */
function listColumns(from: usize, rowBytes: usize, count: i32, list: usize, at: usize): void {
  const listBytes = <usize>count << 3;
  let e0 = list;
  let e1 = list + listBytes;
  let e2 = list + 2 * listBytes;
  let e3 = list + 3 * listBytes;
  const end = <u32>count * <u32>PANEL_BYTES;
  for (let offset: u32 = 0; offset < end; offset += <u32>PANEL_BYTES) {
    e0 = append(e0, offset, load<f32>(from));
    e1 = append(e1, offset, load<f32>(from, 4));
    e2 = append(e2, offset, load<f32>(from, 8));
    e3 = append(e3, offset, load<f32>(from, 12));
    from += rowBytes;
  }
  store<i32>(at, <i32>((e0 - list) >> 3));
  store<i32>(at, <i32>((e1 - list - listBytes) >> 3), 4);
  store<i32>(at, <i32>((e2 - list - 2 * listBytes) >> 3), 8);
  store<i32>(at, <i32>((e3 - list - 3 * listBytes) >> 3), 12);
}

/** Packs four rows of count numbers: count vectors of four. */
function packRows(from: usize, rowBytes: usize, count: i32, to: usize): void {
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) {
    transpose4(from, rowBytes, to, 16);
    from += 16;
    to += 64;
  }
  for (; i < count; ++i) {
    for (let row: usize = 0; row < 4; ++row) store<f32>(to + (row << 2), load<f32>(from + row * rowBytes));
    from += 4;
    to += 16;
  }
}

/** to[j, i] = from[i, j] for i, j < 4. */
export function transpose4(from: usize, fromBytes: usize, to: usize, toBytes: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + fromBytes);
  const c = v128.load(from + 2 * fromBytes);
  const d = v128.load(from + 3 * fromBytes);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
  v128.store(to + toBytes, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7));
  v128.store(to + 2 * toBytes, v128.shuffle<f32>(ab2, cd2, 0, 1, 4, 5));
  v128.store(to + 3 * toBytes, v128.shuffle<f32>(ab2, cd2, 2, 3, 6, 7));
}
