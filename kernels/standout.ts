// Standout (Ba and Frey 2013): the probability to keep a unit follows its pre-activation a, P(keep) = sigmoid(alpha a + beta).
//
//     training   y = m f(a)              m ~ Bernoulli(P(keep)); backward dx = m f'(a) dy, the mask taken for a constant
//     prediction y = P(keep) f(a)
//
// The activation f is a kernel of its own; these come after it. Dropped where word < (1 - P(keep)) 2^32.
import { shareStart } from "./layout";
import { sigmoid64 } from "./math";
import { MASK_UNITS, maskWordsFrom } from "./philox";

/** y = m v, with the masks of pre-activations x; v and y may be the same. Of the record's numbers the last is read, beta (f32). */
export function standoutMask(
  x: usize, v: usize, y: usize, stride: i32, rows: i32, columns: i32, alpha: f64, indices: usize, parameters: usize,
  pass: i32, stream: i32, key0: i32, key1: i32, scratch: usize, scratchBytes: i32, thread: i32, threads: i32,
): void {
  const words = scratch + <usize>thread * <usize>scratchBytes;
  const beta = <f64>load<f32>(parameters, 8);
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const index = load<i32>(indices + (<usize>row << 2));
    const start = <usize>(row * stride) << 2;
    for (let unit: i32 = 0; unit < columns; unit += MASK_UNITS) {
      const at = start + (<usize>unit << 2);
      const bytes = <usize>min(MASK_UNITS, columns - unit) << 2;
      maskWordsFrom(unit, index, pass, stream, key0, key1, words);
      for (let i: usize = 0; i < bytes; i += 4) {
        const asleep = sigmoid64(-(alpha * <f64>load<f32>(x + at + i) + beta));
        const value = load<f32>(v + at + i);
        store<f32>(y + at + i, <f64>load<u32>(words + i) < asleep * 4294967296.0 ? 0 : value);
      }
    }
    for (let column = columns; (column & 3) != 0; ++column) store<f32>(y + start + (<usize>column << 2), 0);
  }
}

/** y = sigmoid(alpha x + beta) v: prediction. v and y may be the same. */
export function standoutKeep(
  x: usize, v: usize, y: usize, stride: i32, rows: i32, columns: i32, alpha: f64, beta: f64, thread: i32, threads: i32,
): void {
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const start = <usize>(row * stride) << 2;
    for (let at = start; at < start + (<usize>columns << 2); at += 4) {
      const keep = sigmoid64(alpha * <f64>load<f32>(x + at) + beta);
      store<f32>(y + at, <f32>(keep * <f64>load<f32>(v + at)));
    }
    for (let column = columns; (column & 3) != 0; ++column) store<f32>(y + start + (<usize>column << 2), 0);
  }
}
