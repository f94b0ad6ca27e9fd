// Dropout: y = m x / keep in training (inverted), y = m x (standard), m ~ Bernoulli(keep).
// A unit is dropped where its word < threshold = round(rate 2^32). The mask is never stored: the
// backward pass makes it again from its keys, so the same kernel serves both directions.
//
// Parameters of a dropout layer in a step's record: threshold (u32), awake (all ones, or 0 at rate 1,
// whose threshold 2^32 has no word), scale (f32).
import { shareStart } from "./layout";
import { MASK_UNITS, maskWordsFrom } from "./philox";

/** Whether bytes (whole vectors) are all zero. */
@inline export function areZero(at: usize, bytes: usize): bool {
  let any = v128.load(at);
  for (let i: usize = 16; i < bytes; i += 16) any = v128.or(any, v128.load(at + i));
  return !v128.any_true(any);
}

/** y = mask * scale * x on rows [B, N]; x and y may be the same. `indices` are the rows' indices in the data set. */
export function dropout(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, indices: usize, parameters: usize,
  pass: i32, stream: i32, key0: i32, key1: i32, scratch: usize, scratchBytes: i32, thread: i32, threads: i32,
): void {
  const words = scratch + <usize>thread * <usize>scratchBytes;
  const threshold = i32x4.splat(load<i32>(parameters));
  const awake = i32x4.splat(load<i32>(parameters, 4));
  const scale = f32x4.splat(load<f32>(parameters, 8));
  const rowBytes = (<usize>(columns + 3) >> 2) << 4;
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const index = load<i32>(indices + (<usize>row << 2));
    const start = <usize>(row * stride) << 2;
    for (let unit: i32 = 0; unit < columns; unit += MASK_UNITS) {
      const at = start + (<usize>unit << 2);
      const bytes = min<usize>(MASK_UNITS << 2, rowBytes - (<usize>unit << 2));
      // Nothing is left to be dropped: the black margins of images need no words.
      if (areZero(x + at, bytes)) {
        memory.fill(y + at, 0, bytes);
        continue;
      }
      maskWordsFrom(unit, index, pass, stream, key0, key1, words);
      for (let i: usize = 0; i < bytes; i += 16) {
        const keep = v128.and(i32x4.ge_u(v128.load(words + i), threshold), awake);
        v128.store(y + at + i, v128.and(f32x4.mul(v128.load(x + at + i), scale), keep));
      }
    }
  }
}

/**
 * One mask for all rows of a batch (Graham, Reizenstein and Robinson 2015) with its scale, as one row: unit u has the word of
 * unit u of row `batch`, the batch's place in its pass. 0 for a unit that sleeps, and for what fills the last vector.
 */
export function sharedMask(
  mask: usize, columns: i32, batch: i32, parameters: usize,
  pass: i32, stream: i32, key0: i32, key1: i32, scratch: usize, scratchBytes: i32, thread: i32, threads: i32,
): void {
  const words = scratch + <usize>thread * <usize>scratchBytes;
  const threshold = i32x4.splat(load<i32>(parameters));
  const awake = i32x4.splat(load<i32>(parameters, 4));
  const scale = f32x4.splat(load<f32>(parameters, 8));
  const chunks = (columns + MASK_UNITS - 1) / MASK_UNITS;
  const end = shareStart(chunks, thread + 1, threads);
  for (let chunk = shareStart(chunks, thread, threads); chunk < end; ++chunk) {
    const first = chunk * MASK_UNITS;
    maskWordsFrom(first, batch, pass, stream, key0, key1, words);
    for (let unit = first; unit < min(first + MASK_UNITS, columns); unit += 4) {
      const keep = v128.and(i32x4.ge_u(v128.load(words + (<usize>(unit - first) << 2)), threshold), awake);
      const exists = i32x4.lt_s(i32x4.add(i32x4.splat(unit), i32x4(0, 1, 2, 3)), i32x4.splat(columns));
      v128.store(mask + (<usize>unit << 2), v128.and(v128.and(scale, keep), exists));
    }
  }
}

/** y = mask * x on rows [B, N] with such a mask; a unit that sleeps is 0 whatever x is. x and y may be the same. */
export function maskRows(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, mask: usize, thread: i32, threads: i32,
): void {
  const bytes = (<usize>(columns + 3) >> 2) << 4;
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const start = <usize>(row * stride) << 2;
    for (let at: usize = 0; at < bytes; at += 16) {
      const m = v128.load(mask + at);
      v128.store(y + start + at, v128.and(f32x4.mul(v128.load(x + start + at), m), f32x4.ne(m, f32x4.splat(0))));
    }
  }
}

/** y = factor * x: what standard scaling asks of prediction. */
export function scale(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, factor: f32, thread: i32, threads: i32,
): void {
  const by = f32x4.splat(factor);
  const bytes = (<usize>(columns + 3) >> 2) << 4;
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const start = <usize>(row * stride) << 2;
    for (let at = start; at < start + bytes; at += 16) v128.store(y + at, f32x4.mul(v128.load(x + at), by));
  }
}
