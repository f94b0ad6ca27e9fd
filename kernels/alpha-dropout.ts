// Alpha dropout (Klambauer, Unterthiner, Mayr and Hochreiter 2017): a dropped unit becomes what selu is at -infinity, and an affine
// map keeps mean 0 and variance 1.
//
//     y = a x + b where awake, a ALPHA' + b where asleep     a = (keep (1 + rate ALPHA'^2))^(-1/2)     b = -a rate ALPHA'
//
// The layer's numbers in a step's record are dropout's, with a for the scale: so backward, dx = a m dy, is dropout's kernel.
import { shareStart } from "./layout";
import { MASK_UNITS, maskWordsFrom } from "./philox";

/** -SELU_SCALE * SELU_ALPHA. */
@inline const ASLEEP: f64 = -1.7580993408473766;

/** Rows [B, N]; x and y may be the same. `indices` are the rows' indices in the data set. */
export function alphaDropout(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, indices: usize, parameters: usize,
  pass: i32, stream: i32, key0: i32, key1: i32, scratch: usize, scratchBytes: i32, thread: i32, threads: i32,
): void {
  const words = scratch + <usize>thread * <usize>scratchBytes;
  const threshold = i32x4.splat(load<i32>(parameters));
  const a = load<f32>(parameters, 8);
  const rate = <f64>load<u32>(parameters) / 4294967296.0;
  const factor = f32x4.splat(a);
  const shift = f32x4.splat(<f32>(-<f64>a * rate * ASLEEP));
  const asleep = f32x4.splat(<f32>(<f64>a * (1.0 - rate) * ASLEEP));
  const rowBytes = (<usize>(columns + 3) >> 2) << 4;
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const index = load<i32>(indices + (<usize>row << 2));
    const start = <usize>(row * stride) << 2;
    for (let unit: i32 = 0; unit < columns; unit += MASK_UNITS) {
      const at = start + (<usize>unit << 2);
      const bytes = min<usize>(MASK_UNITS << 2, rowBytes - (<usize>unit << 2));
      maskWordsFrom(unit, index, pass, stream, key0, key1, words);
      for (let i: usize = 0; i < bytes; i += 16) {
        const awake = f32x4.add(f32x4.mul(v128.load(x + at + i), factor), shift);
        v128.store(y + at + i, v128.bitselect(awake, asleep, i32x4.ge_u(v128.load(words + i), threshold)));
      }
    }
    for (let column = columns; (column & 3) != 0; ++column) store<f32>(y + start + (<usize>column << 2), 0);
  }
}
