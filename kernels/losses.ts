// Losses: each row's loss, and the gradient of the mean loss with respect to the network's output.
// B rows, N outputs. `weights` (f32 [B], or 0: all 1) multiply a row's loss and its gradient. Row sums are scalar and ascending: nothing is reduced across lanes.
import { shareStart } from "./layout";
import { exp32, log32 } from "./math";

/** Index of the first largest value. */
@inline export function argmax(z: usize, N: i32): i32 {
  let best: i32 = 0;
  for (let n: i32 = 1; n < N; ++n) if (load<f32>(z + (<usize>n << 2)) > load<f32>(z + (<usize>best << 2))) best = n;
  return best;
}

/** A row's weight. */
@inline export function weightOf(weights: usize, row: i32): f32 {
  return weights ? load<f32>(weights + (<usize>row << 2)) : 1;
}

/**
 * loss_b = -log softmax(z_b)[t_b] = log(sum exp(z - max)) - (z_t - max);  d = (softmax(z) - onehot(t)) / B.
 * With smoothing s the target has the probability 1 - s + s / N and each other class s / N; then
 * loss_b = log(sum exp(z - max)) - (1 - s) (z_t - max) - s / N sum(z - max), and d likewise.
 * targets: i32 class indices. correct_b: 1 where the largest logit is the target's. d 0: no gradient.
 */
export function softmaxCrossEntropy(
  z: usize, stride: i32, B: i32, N: i32, targets: usize, weights: usize, d: usize, losses: usize, correct: usize,
  smoothing: f32, thread: i32, threads: i32,
): void {
  const end = shareStart(B, thread + 1, threads);
  const perRow: f32 = <f32>1 / <f32>B;
  const other: f32 = smoothing / <f32>N;
  const own: f32 = <f32>1 - smoothing + other;
  for (let row = shareStart(B, thread, threads); row < end; ++row) {
    const start = <usize>(row * stride) << 2;
    const target = load<i32>(targets + (<usize>row << 2));
    const best = argmax(z + start, N);
    const most = load<f32>(z + start + (<usize>best << 2));
    let sum: f32 = 0;
    for (let n: i32 = 0; n < N; ++n) sum += exp32(load<f32>(z + start + (<usize>n << 2)) - most);
    const logSum = log32(sum);
    const weight = weightOf(weights, row);
    let expected: f32 = load<f32>(z + start + (<usize>target << 2)) - most;
    if (smoothing != 0) {
      let all: f32 = 0;
      for (let n: i32 = 0; n < N; ++n) all += load<f32>(z + start + (<usize>n << 2)) - most;
      expected = (<f32>1 - smoothing) * expected + other * all;
    }
    store<f32>(losses + (<usize>row << 2), (logSum - expected) * weight);
    store<i32>(correct + (<usize>row << 2), <i32>(best == target));
    if (!d) continue;
    for (let n: i32 = 0; n < N; ++n) {
      const probability = exp32(load<f32>(z + start + (<usize>n << 2)) - most - logSum);
      store<f32>(d + start + (<usize>n << 2), (probability - (n == target ? own : other)) * (perRow * weight));
    }
    for (let n = N; (n & 3) != 0; ++n) store<f32>(d + start + (<usize>n << 2), 0);
  }
}

/** loss_b = mean over n of (z - t)^2;  d = 2 (z - t) / (B N). targets: f32 [B, N]. */
export function meanSquaredError(
  z: usize, stride: i32, B: i32, N: i32, targets: usize, weights: usize, d: usize, losses: usize, correct: usize,
  thread: i32, threads: i32,
): void {
  const end = shareStart(B, thread + 1, threads);
  const perOutput: f32 = <f32>1 / <f32>N;
  const factor: f32 = <f32>2 / (<f32>B * <f32>N);
  for (let row = shareStart(B, thread, threads); row < end; ++row) {
    const start = <usize>(row * stride) << 2;
    const weight = weightOf(weights, row);
    let sum: f32 = 0;
    for (let n: i32 = 0; n < N; ++n) {
      const difference = load<f32>(z + start + (<usize>n << 2)) - load<f32>(targets + (<usize>(row * N + n) << 2));
      sum += difference * difference;
      if (d) store<f32>(d + start + (<usize>n << 2), difference * (factor * weight));
    }
    if (d) for (let n = N; (n & 3) != 0; ++n) store<f32>(d + start + (<usize>n << 2), 0);
    store<f32>(losses + (<usize>row << 2), sum * perOutput * weight);
    store<i32>(correct + (<usize>row << 2), 0);
  }
}

/** result: f64 sum of the row losses, i32 sum of the correct answers; flags a sum that is not finite. */
export function sumLosses(losses: usize, correct: usize, B: i32, result: usize, status: usize, thread: i32, threads: i32): void {
  if (thread != 0) return;
  let sum: f64 = 0;
  let right: i32 = 0;
  for (let row: usize = 0; row < <usize>B; ++row) {
    sum += <f64>load<f32>(losses + (row << 2));
    right += load<i32>(correct + (row << 2));
  }
  store<f64>(result, sum);
  store<i32>(result, right, 8);
  if (sum - sum != 0) atomic.store<i32>(status, 1);
}
