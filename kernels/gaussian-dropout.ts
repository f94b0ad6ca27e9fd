// Gaussian dropout: y = x e, e = 1 + sigma z, z ~ N(0, 1), sigma = sqrt(rate / (1 - rate)). The noise is never stored: the
// backward pass, dx = dy e, makes it again from its keys, so the same kernel serves both directions.
//
// Of the layer's numbers in a step's record only the last is read, sigma (f32). A unit has one word, as in a mask.
import { areZero } from "./dropout";
import { shareStart } from "./layout";
import { normalOfWord } from "./normal";
import { MASK_UNITS, maskWordsFrom } from "./philox";

/** y = e x on rows [B, N]; x and y may be the same. `indices` are the rows' indices in the data set. */
export function gaussianDropout(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, indices: usize, parameters: usize,
  pass: i32, stream: i32, key0: i32, key1: i32, scratch: usize, scratchBytes: i32, thread: i32, threads: i32,
): void {
  const words = scratch + <usize>thread * <usize>scratchBytes;
  const sigma = <f64>load<f32>(parameters, 8);
  const rowBytes = (<usize>(columns + 3) >> 2) << 4;
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const index = load<i32>(indices + (<usize>row << 2));
    const start = <usize>(row * stride) << 2;
    for (let unit: i32 = 0; unit < columns; unit += MASK_UNITS) {
      const at = start + (<usize>unit << 2);
      const bytes = min<usize>(MASK_UNITS << 2, rowBytes - (<usize>unit << 2));
      if (areZero(x + at, bytes)) {
        memory.fill(y + at, 0, bytes);
        continue;
      }
      maskWordsFrom(unit, index, pass, stream, key0, key1, words);
      for (let i: usize = 0; i < bytes; i += 4) {
        const value = load<f32>(x + at + i);
        // 0 stays 0 whatever its noise, which is spared: half of what a rectifier leaves
        if (value == 0) store<f32>(y + at + i, value);
        else store<f32>(y + at + i, value * <f32>(1.0 + sigma * normalOfWord(load<u32>(words + i))));
      }
    }
  }
}
