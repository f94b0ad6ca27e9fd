// Residual connections: y = x + f, and stochastic depth (Huang, Sun, Liu, Sedra and Weinberger 2016): y = x + m f / keep in
// training (inverted), y = x + m f (standard), with one m ~ Bernoulli(keep) for a whole row. A row's branch is dropped where its
// word < threshold = round(rate 2^32); the word is that of the first unit of a mask. The mask is never stored.
//
// Of a row in a step's record: threshold (u32), awake (all ones, or 0 at rate 1), scale (f32), as in `kernels/dropout.ts`.
import { shareStart } from "./layout";
import { philoxGroup } from "./philox";

/** y = x + factor f on rows [B, N]; y may be x or f. */
export function add(
  x: usize, f: usize, y: usize, stride: i32, rows: i32, columns: i32, factor: f32, thread: i32, threads: i32,
): void {
  const by = f32x4.splat(factor);
  const rowBytes = (<usize>(columns + 3) >> 2) << 4;
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const start = <usize>(row * stride) << 2;
    for (let at = start; at < start + rowBytes; at += 16) {
      v128.store(y + at, f32x4.add(v128.load(x + at), f32x4.mul(v128.load(f + at), by)));
    }
  }
}

/** y = x + m scale f on rows [B, N], or without x (0) y = m scale f; y may be x or f. `indices` are the rows' in the data set. */
export function dropPath(
  x: usize, f: usize, y: usize, stride: i32, rows: i32, columns: i32, indices: usize, parameters: usize,
  pass: i32, stream: i32, key0: i32, key1: i32, scratch: usize, scratchBytes: i32, thread: i32, threads: i32,
): void {
  const words = scratch + <usize>thread * <usize>scratchBytes;
  const threshold = load<u32>(parameters);
  const awake = load<i32>(parameters, 4);
  const scale = f32x4.splat(load<f32>(parameters, 8));
  const rowBytes = (<usize>(columns + 3) >> 2) << 4;
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const start = <usize>(row * stride) << 2;
    const index = i32x4.splat(load<i32>(indices + (<usize>row << 2)));
    philoxGroup(i32x4.splat(0), index, i32x4.splat(pass), i32x4.splat(stream), key0, key1, words);
    // What a branch makes that sleeps does not count, NaN and infinity included.
    if (!awake || load<u32>(words) < threshold) {
      if (x) memory.copy(y + start, x + start, rowBytes);
      else memory.fill(y + start, 0, rowBytes);
    } else if (x) {
      for (let at = start; at < start + rowBytes; at += 16) {
        v128.store(y + at, f32x4.add(v128.load(x + at), f32x4.mul(v128.load(f + at), scale)));
      }
    } else {
      for (let at = start; at < start + rowBytes; at += 16) v128.store(y + at, f32x4.mul(v128.load(f + at), scale));
    }
  }
}
