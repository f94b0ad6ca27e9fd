// From the rows of a batch, as they lie in the data set, to the first activation matrix.
import { shareStart } from "./layout";

/** target[b, k] = source[b, k] * scale, for bytes such as pixels. */
export function inputBytes(
  source: usize, target: usize, stride: i32, rows: i32, columns: i32, scale: f32, thread: i32, threads: i32,
): void {
  const end = shareStart(rows, thread + 1, threads);
  const factor = f32x4.splat(scale);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const from = source + <usize>row * <usize>columns;
    const to = target + (<usize>(row * stride) << 2);
    let column: i32 = 0;
    for (; column + 8 <= columns; column += 8) {
      const halves = v128.load_ext<u8>(from + <usize>column);
      const at = to + (<usize>column << 2);
      v128.store(at, f32x4.mul(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(halves)), factor));
      v128.store(at, f32x4.mul(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(halves)), factor), 16);
    }
    for (; column < columns; ++column) store<f32>(to + (<usize>column << 2), <f32>load<u8>(from + <usize>column) * scale);
    for (; (column & 3) != 0; ++column) store<f32>(to + (<usize>column << 2), 0);
  }
}

/** target[b, k] = source[b, k] for floats; only the stride changes. */
export function inputFloats(
  source: usize, target: usize, stride: i32, rows: i32, columns: i32, thread: i32, threads: i32,
): void {
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const to = target + (<usize>(row * stride) << 2);
    memory.copy(to, source + (<usize>row * <usize>columns << 2), <usize>columns << 2);
    for (let column = columns; (column & 3) != 0; ++column) store<f32>(to + (<usize>column << 2), 0);
  }
}
