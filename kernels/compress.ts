// The non-zero entries of a matrix, as the sparse product walks them: pairs (u32 byte offset of the
// entry's row within a packed block, f32 value), 8 bytes each, in ascending order.
//
// The list of row m and block j of a matrix with `inner` columns begins at lists + 8 (m inner + j BLOCK);
// its length is counts[m * blocks + j]. A zero is written too and then overwritten: no branch to mispredict.
import { BLOCK, PANEL_BYTES, ceilDivide, shareStart } from "./layout";

@inline function append(entry: usize, offset: u32, value: f32): usize {
  store<u32>(entry, offset);
  store<f32>(entry, value, 4);
  return entry + (<usize>(value != 0) << 3);
}

/** Lists of the rows of source [rows, columns]. */
export function compressRows(
  source: usize, stride: i32, rows: i32, columns: i32, lists: usize, counts: usize, thread: i32, threads: i32,
): void {
  const blocks = ceilDivide(columns, BLOCK);
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const from = source + (<usize>(row * stride) << 2);
    const list = lists + (<usize>row * <usize>columns << 3);
    for (let block: i32 = 0; block < blocks; ++block) {
      const first = block * BLOCK;
      const count = min(BLOCK, columns - first);
      const begin = list + (<usize>first << 3);
      let entry = begin;
      for (let i: i32 = 0; i < count; ++i) {
        entry = append(entry, i * <u32>PANEL_BYTES, load<f32>(from + (<usize>(first + i) << 2)));
      }
      store<i32>(counts + (<usize>(row * blocks + block) << 2), <i32>((entry - begin) >> 3));
    }
  }
}

/** Lists of the columns of source [rows, columns], that is of the rows of its transpose. */
export function compressColumns(
  source: usize, stride: i32, rows: i32, columns: i32, lists: usize, counts: usize, thread: i32, threads: i32,
): void {
  const blocks = ceilDivide(rows, BLOCK);
  const listBytes = <usize>rows << 3;
  const end = min(columns, shareStart(ceilDivide(columns, 4), thread + 1, threads) << 2);
  let column = shareStart(ceilDivide(columns, 4), thread, threads) << 2;
  for (; column < end; column += 4) {
    const width = end - column;
    const list = lists + <usize>column * listBytes;
    for (let block: i32 = 0; block < blocks; ++block) {
      const first = block * BLOCK;
      const count = min(BLOCK, rows - first);
      const begin = list + (<usize>first << 3);
      let from = source + (<usize>(first * stride + column) << 2);
      let e0 = begin;
      let e1 = begin + listBytes;
      let e2 = begin + 2 * listBytes;
      let e3 = begin + 3 * listBytes;
      if (width >= 4) {
        for (let i: i32 = 0; i < count; ++i) {
          const offset = i * <u32>PANEL_BYTES;
          e0 = append(e0, offset, load<f32>(from));
          e1 = append(e1, offset, load<f32>(from, 4));
          e2 = append(e2, offset, load<f32>(from, 8));
          e3 = append(e3, offset, load<f32>(from, 12));
          from += <usize>stride << 2;
        }
      } else {
        for (let i: i32 = 0; i < count; ++i) {
          const offset = i * <u32>PANEL_BYTES;
          e0 = append(e0, offset, load<f32>(from));
          if (width > 1) e1 = append(e1, offset, load<f32>(from, 4));
          if (width > 2) e2 = append(e2, offset, load<f32>(from, 8));
          from += <usize>stride << 2;
        }
      }
      const at = counts + (<usize>(column * blocks + block) << 2);
      const step = <usize>blocks << 2;
      store<i32>(at, <i32>((e0 - begin) >> 3));
      if (width > 1) store<i32>(at + step, <i32>((e1 - begin - listBytes) >> 3));
      if (width > 2) store<i32>(at + 2 * step, <i32>((e2 - begin - 2 * listBytes) >> 3));
      if (width > 3) store<i32>(at + 3 * step, <i32>((e3 - begin - 3 * listBytes) >> 3));
    }
  }
}
