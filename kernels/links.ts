// Output links: what predictions are made of logits z. out [B, N] lies without stride.
import { shareStart } from "./layout";
import { argmax } from "./losses";
import { exp32, sigmoid64 } from "./math";

/** out = softmax(z). */
export function softmax(z: usize, stride: i32, B: i32, N: i32, out: usize, thread: i32, threads: i32): void {
  const end = shareStart(B, thread + 1, threads);
  for (let row = shareStart(B, thread, threads); row < end; ++row) {
    const start = z + (<usize>(row * stride) << 2);
    const to = out + (<usize>(row * N) << 2);
    const most = load<f32>(start + (<usize>argmax(start, N) << 2));
    let sum: f32 = 0;
    for (let n: i32 = 0; n < N; ++n) sum += exp32(load<f32>(start + (<usize>n << 2)) - most);
    for (let n: i32 = 0; n < N; ++n) store<f32>(to + (<usize>n << 2), exp32(load<f32>(start + (<usize>n << 2)) - most) / sum);
  }
}

/** out = z. */
export function identity(z: usize, stride: i32, B: i32, N: i32, out: usize, thread: i32, threads: i32): void {
  const end = shareStart(B, thread + 1, threads);
  for (let row = shareStart(B, thread, threads); row < end; ++row) {
    memory.copy(out + (<usize>(row * N) << 2), z + (<usize>(row * stride) << 2), <usize>N << 2);
  }
}

/** Of N = 2 T outputs the first T are means and stay, the others are log-variances and become variances: out = exp(z). */
export function gaussian(z: usize, stride: i32, B: i32, N: i32, out: usize, thread: i32, threads: i32): void {
  const T = N >> 1;
  const end = shareStart(B, thread + 1, threads);
  for (let row = shareStart(B, thread, threads); row < end; ++row) {
    const start = z + (<usize>(row * stride) << 2);
    const to = out + (<usize>(row * N) << 2);
    memory.copy(to, start, <usize>T << 2);
    for (let n = T; n < N; ++n) store<f32>(to + (<usize>n << 2), exp32(load<f32>(start + (<usize>n << 2))));
  }
}

/** out = 1 / (1 + exp(-z)). */
export function sigmoid(z: usize, stride: i32, B: i32, N: i32, out: usize, thread: i32, threads: i32): void {
  const end = shareStart(B, thread + 1, threads);
  for (let row = shareStart(B, thread, threads); row < end; ++row) {
    const start = z + (<usize>(row * stride) << 2);
    const to = out + (<usize>(row * N) << 2);
    for (let n: i32 = 0; n < N; ++n) store<f32>(to + (<usize>n << 2), <f32>sigmoid64(<f64>load<f32>(start + (<usize>n << 2))));
  }
}
