// The loss of a network that tells how sure it is of a number, computed in f64 and rounded once. Of 2 T outputs z the first T are
// means m, the others log-variances s.
import { shareStart } from "./layout";
import { weightOf } from "./losses";
import { exp64 } from "./math";

@inline const LOG_2_PI: f64 = 1.8378770664093453;

/**
 * loss_b = mean over the T targets of ((m - t)^2 exp(-s) + s + log(2 pi)) / 2;
 * dm = (m - t) exp(-s) / (B T),  ds = (1 - (m - t)^2 exp(-s)) / (2 B T). N = 2 T; targets: f32 [B, T].
 */
export function gaussianNegativeLogLikelihood(
  z: usize, stride: i32, B: i32, N: i32, targets: usize, weights: usize, d: usize, losses: usize, correct: usize,
  thread: i32, threads: i32,
): void {
  const T = N >> 1;
  const logVariance = <usize>T << 2;
  const end = shareStart(B, thread + 1, threads);
  for (let row = shareStart(B, thread, threads); row < end; ++row) {
    const start = <usize>(row * stride) << 2;
    const weight = <f64>weightOf(weights, row);
    const factor = weight / (<f64>B * <f64>T);
    let sum: f64 = 0;
    for (let n: i32 = 0; n < T; ++n) {
      const at = start + (<usize>n << 2);
      const e = <f64>load<f32>(z + at) - <f64>load<f32>(targets + (<usize>(row * T + n) << 2));
      const s = <f64>load<f32>(z + at + logVariance);
      const slope = e * exp64(-s);
      const square = e * slope;
      sum += square + s + LOG_2_PI;
      if (!d) continue;
      store<f32>(d + at, <f32>(slope * factor));
      store<f32>(d + at + logVariance, <f32>((1.0 - square) * (0.5 * factor)));
    }
    if (d) for (let n = N; (n & 3) != 0; ++n) store<f32>(d + start + (<usize>n << 2), 0);
    store<f32>(losses + (<usize>row << 2), <f32>((0.5 * sum / <f64>T) * weight));
    store<i32>(correct + (<usize>row << 2), 0);
  }
}
