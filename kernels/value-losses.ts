// Losses whose targets t are f32 [B, N], computed in f64 and rounded once: each is a mean over the N outputs.
import { shareStart } from "./layout";
import { weightOf } from "./losses";
import { exp64, log1p64, sigmoid64 } from "./math";

/** Zeros from column N up to a whole vector. */
@inline function padRow(d: usize, N: i32): void {
  for (let n = N; (n & 3) != 0; ++n) store<f32>(d + (<usize>n << 2), 0);
}

/**
 * loss_b = mean over n of -t log p - (1 - t) log(1 - p), p = sigmoid(z), which is log(1 + exp(-|z|)) + (z > 0 ? (1 - t) z : -t z);
 * d = (p - t) / (B N) = ((1 - t) sigmoid(z) - t sigmoid(-z)) / (B N), which does not cancel.
 * With smoothing s, t is replaced by (1 - s) t + s / 2. correct_b: outputs on the right side of 0.5.
 */
export function binaryCrossEntropy(
  z: usize, stride: i32, B: i32, N: i32, targets: usize, weights: usize, d: usize, losses: usize, correct: usize,
  smoothing: f64, thread: i32, threads: i32,
): void {
  const end = shareStart(B, thread + 1, threads);
  for (let row = shareStart(B, thread, threads); row < end; ++row) {
    const start = <usize>(row * stride) << 2;
    const weight = <f64>weightOf(weights, row);
    const factor = weight / (<f64>B * <f64>N);
    let sum: f64 = 0;
    let right: i32 = 0;
    for (let n: i32 = 0; n < N; ++n) {
      const x = <f64>load<f32>(z + start + (<usize>n << 2));
      const target = <f64>load<f32>(targets + (<usize>(row * N + n) << 2));
      const t = (1.0 - smoothing) * target + 0.5 * smoothing;
      sum += log1p64(exp64(-abs(x))) + (x > 0 ? (1.0 - t) * x : -t * x);
      right += <i32>((x > 0) == (target > 0.5));
      if (d) store<f32>(d + start + (<usize>n << 2), <f32>(((1.0 - t) * sigmoid64(x) - t * sigmoid64(-x)) * factor));
    }
    if (d) padRow(d + start, N);
    store<f32>(losses + (<usize>row << 2), <f32>((sum / <f64>N) * weight));
    store<i32>(correct + (<usize>row << 2), right);
  }
}

/** loss_b = mean over n of |z - t|;  d = sign(z - t) / (B N), 0 where they are equal. */
export function meanAbsoluteError(
  z: usize, stride: i32, B: i32, N: i32, targets: usize, weights: usize, d: usize, losses: usize, correct: usize,
  thread: i32, threads: i32,
): void {
  const end = shareStart(B, thread + 1, threads);
  for (let row = shareStart(B, thread, threads); row < end; ++row) {
    const start = <usize>(row * stride) << 2;
    const weight = <f64>weightOf(weights, row);
    const factor = weight / (<f64>B * <f64>N);
    let sum: f64 = 0;
    for (let n: i32 = 0; n < N; ++n) {
      const difference = <f64>load<f32>(z + start + (<usize>n << 2)) - <f64>load<f32>(targets + (<usize>(row * N + n) << 2));
      sum += abs(difference);
      const sign = difference > 0 ? 1.0 : difference < 0 ? -1.0 : difference;
      if (d) store<f32>(d + start + (<usize>n << 2), <f32>(sign * factor));
    }
    if (d) padRow(d + start, N);
    store<f32>(losses + (<usize>row << 2), <f32>((sum / <f64>N) * weight));
    store<i32>(correct + (<usize>row << 2), 0);
  }
}

/**
 * loss_b = mean over n of e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2), e = z - t;
 * d = max(-delta, min(delta, e)) / (B N).
 */
export function huber(
  z: usize, stride: i32, B: i32, N: i32, targets: usize, weights: usize, d: usize, losses: usize, correct: usize,
  delta: f64, thread: i32, threads: i32,
): void {
  const end = shareStart(B, thread + 1, threads);
  for (let row = shareStart(B, thread, threads); row < end; ++row) {
    const start = <usize>(row * stride) << 2;
    const weight = <f64>weightOf(weights, row);
    const factor = weight / (<f64>B * <f64>N);
    let sum: f64 = 0;
    for (let n: i32 = 0; n < N; ++n) {
      const e = <f64>load<f32>(z + start + (<usize>n << 2)) - <f64>load<f32>(targets + (<usize>(row * N + n) << 2));
      sum += abs(e) > delta ? delta * (abs(e) - 0.5 * delta) : 0.5 * e * e;
      const slope = e > delta ? delta : e < -delta ? -delta : e;
      if (d) store<f32>(d + start + (<usize>n << 2), <f32>(slope * factor));
    }
    if (d) padRow(d + start, N);
    store<f32>(losses + (<usize>row << 2), <f32>((sum / <f64>N) * weight));
    store<i32>(correct + (<usize>row << 2), 0);
  }
}
