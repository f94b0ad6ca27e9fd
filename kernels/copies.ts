// Rows that come several times, each time with masks of its own: K copies of row b are the rows b K to b K + K - 1 of a matrix.
import { shareStart } from "./layout";

/** y_{b K + c} = x_b: B `rows` to B K. */
export function repeatRows(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, K: i32, thread: i32, threads: i32,
): void {
  const rowBytes = (<usize>(columns + 3) >> 2) << 4;
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const from = x + (<usize>(row * stride) << 2);
    for (let copy: i32 = 0; copy < K; ++copy) memory.copy(y + (<usize>((row * K + copy) * stride) << 2), from, rowBytes);
  }
}

/** The way back, of gradients x and y: y_b = sum over c of x_{b K + c}, in ascending order: B K rows to B. */
export function sumCopies(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, K: i32, thread: i32, threads: i32,
): void {
  const rowBytes = (<usize>(columns + 3) >> 2) << 4;
  const copyBytes = <usize>stride << 2;
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const from = x + (<usize>(row * K * stride) << 2);
    const to = y + (<usize>(row * stride) << 2);
    for (let at: usize = 0; at < rowBytes; at += 16) {
      let sum = v128.load(from + at);
      for (let copy: usize = 1; copy < <usize>K; ++copy) sum = f32x4.add(sum, v128.load(from + at + copy * copyBytes));
      v128.store(to + at, sum);
    }
  }
}

/** losses_b = mean over c of losses_{c, b}, correct_b = sum over c of correct_{c, b}: K arrays of B, each `apart` after the other. */
export function meanOfCopies(
  losses: usize, correct: usize, B: i32, K: i32, apart: i32, thread: i32, threads: i32,
): void {
  const end = shareStart(B, thread + 1, threads);
  for (let row = shareStart(B, thread, threads); row < end; ++row) {
    let sum: f64 = 0;
    let right: i32 = 0;
    for (let copy: i32 = 0; copy < K; ++copy) {
      const at = <usize>(copy * apart + row) << 2;
      sum += <f64>load<f32>(losses + at);
      right += load<i32>(correct + at);
    }
    store<f32>(losses + (<usize>row << 2), <f32>(sum / <f64>K));
    store<i32>(correct + (<usize>row << 2), right);
  }
}
