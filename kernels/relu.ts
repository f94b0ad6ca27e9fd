// Rectified linear unit: y = max(0, x). NaN stays NaN, so that divergence is seen.
import { shareStart } from "./layout";

export function relu(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, thread: i32, threads: i32,
): void {
  const end = shareStart(rows, thread + 1, threads);
  const zero = f32x4.splat(0);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const start = <usize>(row * stride) << 2;
    const bytes = (<usize>(columns + 3) >> 2) << 4;
    for (let at = start; at < start + bytes; at += 16) v128.store(y + at, f32x4.max(v128.load(x + at), zero));
  }
}

/** dx = dy where y > 0, else 0. In the forward pass this was y = max(0, x). dx and dy may be the same. */
export function reluGradient(
  y: usize, dy: usize, dx: usize, stride: i32, rows: i32, columns: i32, thread: i32, threads: i32,
): void {
  const end = shareStart(rows, thread + 1, threads);
  const zero = f32x4.splat(0);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const start = <usize>(row * stride) << 2;
    const bytes = (<usize>(columns + 3) >> 2) << 4;
    for (let at = start; at < start + bytes; at += 16) {
      v128.store(dx + at, v128.and(v128.load(dy + at), f32x4.gt(v128.load(y + at), zero)));
    }
  }
}
