// Maxout (Goodfellow, Warde-Farley, Mirza, Courville and Bengio 2013): y_j = the largest of the `pieces` numbers x_(j pieces), ...
// Of equals the first wins. A NaN wins over everything, so that divergence is seen.
import { shareStart } from "./layout";

/** Where among `pieces` numbers the largest lies, in bytes. */
@inline function winner(x: usize, pieces: i32): usize {
  let best: usize = 0;
  let largest = load<f32>(x);
  for (let i: usize = 4; i < <usize>pieces << 2; i += 4) {
    const value = load<f32>(x + i);
    if (value > largest || (value != value && largest == largest)) {
      largest = value;
      best = i;
    }
  }
  return best;
}

/** From rows [B, columns * pieces] to rows [B, columns]. */
export function maxout(
  x: usize, y: usize, xStride: i32, yStride: i32, rows: i32, columns: i32, pieces: i32, thread: i32, threads: i32,
): void {
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    let from = x + (<usize>(row * xStride) << 2);
    const to = y + (<usize>(row * yStride) << 2);
    for (let column: i32 = 0; column < columns; ++column) {
      store<f32>(to + (<usize>column << 2), load<f32>(from + winner(from, pieces)));
      from += <usize>pieces << 2;
    }
    for (let column = columns; (column & 3) != 0; ++column) store<f32>(to + (<usize>column << 2), 0);
  }
}

/** dx = dy at the winner, else 0. In the forward pass this was y = max x. */
export function maxoutGradient(
  x: usize, dy: usize, dx: usize, xStride: i32, yStride: i32, rows: i32, columns: i32, pieces: i32, thread: i32, threads: i32,
): void {
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const start = <usize>(row * xStride) << 2;
    const from = dy + (<usize>(row * yStride) << 2);
    for (let column: i32 = 0; column < columns; ++column) {
      const at = start + (<usize>(column * pieces) << 2);
      const best = winner(x + at, pieces);
      const gradient = load<f32>(from + (<usize>column << 2));
      for (let i: usize = 0; i < <usize>pieces << 2; i += 4) store<f32>(dx + at + i, i == best ? gradient : 0);
    }
    for (let column = columns * pieces; (column & 3) != 0; ++column) store<f32>(dx + start + (<usize>column << 2), 0);
  }
}
