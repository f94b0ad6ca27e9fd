// Gaussian dropout: y = x e, e = 1 + sigma z, z ~ N(0, 1), sigma = sqrt(rate / (1 - rate)). The noise is never stored: the
// backward pass, dx = dy e, makes it again from its keys, so the same kernel serves both directions.
//
// Of the layer's numbers in a step's record only the last is read, sigma (f32). A unit has one word, as in a mask.
import { areZero } from "./dropout";
import { shareStart } from "./layout";
import { normalsOfWords } from "./normal";
import { MASK_UNITS, maskWordsFrom } from "./philox";

/** 1 + sigma z of two units. */
@inline function noise(words: usize, sigma: v128): v128 {
  return f64x2.add(f64x2.splat(1.0), f64x2.mul(sigma, normalsOfWords(words)));
}

/** y = e x on rows [B, N]; x and y may be the same. `indices` are the rows' indices in the data set. */
export function gaussianDropout(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, indices: usize, parameters: usize,
  pass: i32, stream: i32, key0: i32, key1: i32, scratch: usize, scratchBytes: i32, thread: i32, threads: i32,
): void {
  const words = scratch + <usize>thread * <usize>scratchBytes;
  const sigma = f64x2.splat(<f64>load<f32>(parameters, 8));
  const zero = f32x4.splat(0);
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
      for (let i: usize = 0; i < bytes; i += 16) {
        const values = v128.load(x + at + i);
        // 0 stays 0 whatever its noise: spared where it is that of four
        const isZero = f32x4.eq(values, zero);
        if (i32x4.all_true(isZero)) {
          v128.store(y + at + i, values);
          continue;
        }
        const low = f32x4.demote_f64x2_zero(noise(words + i, sigma));
        const high = f32x4.demote_f64x2_zero(noise(words + i + 8, sigma));
        const noisy = f32x4.mul(values, v128.shuffle<i32>(low, high, 0, 1, 4, 5));
        v128.store(y + at + i, v128.bitselect(values, noisy, isZero));
      }
    }
  }
}
