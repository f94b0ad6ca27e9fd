// R-Drop (Liang et al. 2021), computed in f64 and rounded once. Of 2 B rows z the rows 2 b and 2 b + 1 are the outputs u and v of one
// row of the batch under two masks; P and Q are what they predict.
//
//   loss_b = (CE(P, t) + CE(Q, t)) / 2 + alpha (KL(P || Q) + KL(Q || P)) / 2
//   du_b = ((p - t) / 2 + alpha (p - q + p (g - KL(P || Q))) / 2) / B,   g = log p - log q;   dv_b likewise, with P and Q exchanged
import { shareStart } from "./layout";
import { argmax, weightOf } from "./losses";
import { exp64, log64, sigmoid64, softplus64 } from "./math";

@inline function at(z: usize, n: i32): f64 {
  return <f64>load<f32>(z + (<usize>n << 2));
}

/** log sum exp of a row; NaN where a number of it is not finite. */
function logSum(z: usize, N: i32): f64 {
  const most = at(z, argmax(z, N));
  let sum: f64 = 0;
  for (let n: i32 = 0; n < N; ++n) sum += exp64(at(z, n) - most);
  return sum - sum == 0 ? most + log64(sum) : NaN;
}

/** KL(P || Q) = sum of p (log p - log q); logP and logQ are the two rows' log sums. */
function divergence(u: usize, v: usize, N: i32, logP: f64, logQ: f64): f64 {
  let sum: f64 = 0;
  for (let n: i32 = 0; n < N; ++n) sum += exp64(at(u, n) - logP) * (at(u, n) - logP - (at(v, n) - logQ));
  return sum;
}

/** -sum over n of t log p, where t is 1 - smoothing + smoothing / N for the target and smoothing / N for the others. */
function crossEntropy(u: usize, N: i32, target: i32, smoothing: f64, logP: f64): f64 {
  let all: f64 = 0;
  if (smoothing != 0) for (let n: i32 = 0; n < N; ++n) all += logP - at(u, n);
  return (1.0 - smoothing) * (logP - at(u, target)) + smoothing / <f64>N * all;
}

/** For classes; targets: i32 [B]. correct_b: how many of the two are right. */
export function rDropCrossEntropy(
  z: usize, stride: i32, B: i32, N: i32, targets: usize, weights: usize, d: usize, losses: usize, correct: usize,
  smoothing: f64, alpha: f64, thread: i32, threads: i32,
): void {
  const rowBytes = <usize>stride << 2;
  const end = shareStart(B, thread + 1, threads);
  for (let row = shareStart(B, thread, threads); row < end; ++row) {
    const start = <usize>row * 2 * rowBytes;
    const target = load<i32>(targets + (<usize>row << 2));
    const weight = <f64>weightOf(weights, row);
    const u = z + start;
    const v = u + rowBytes;
    const logP = logSum(u, N);
    const logQ = logSum(v, N);
    const toQ = divergence(u, v, N, logP, logQ);
    const toP = divergence(v, u, N, logQ, logP);
    const entropies = crossEntropy(u, N, target, smoothing, logP) + crossEntropy(v, N, target, smoothing, logQ);
    store<f32>(losses + (<usize>row << 2), <f32>(0.5 * (entropies + alpha * (toQ + toP)) * weight));
    store<i32>(correct + (<usize>row << 2), <i32>(argmax(u, N) == target) + <i32>(argmax(v, N) == target));
    const factor = 0.5 * weight / <f64>B;
    const other = smoothing / <f64>N;
    for (let n: i32 = 0; n < N; ++n) {
      const t = n == target ? 1.0 - smoothing + other : other;
      const p = exp64(at(u, n) - logP);
      const q = exp64(at(v, n) - logQ);
      const g = at(u, n) - logP - (at(v, n) - logQ);
      const to = d + start + (<usize>n << 2);
      store<f32>(to, <f32>((p - t + alpha * (p - q + p * (g - toQ))) * factor));
      store<f32>(to + rowBytes, <f32>((q - t + alpha * (q - p + q * (-g - toP))) * factor));
    }
    padRows(d + start, rowBytes, N);
  }
}

/**
 * For outputs that are each true or not, the mean over N of them: P and Q are Bernoulli, and KL(P || Q) + KL(Q || P) =
 * (p - q) (u - v). targets: f32 [B, N]. correct_b: how many outputs of the two are on the right side of 0.5.
 */
export function rDropBinaryCrossEntropy(
  z: usize, stride: i32, B: i32, N: i32, targets: usize, weights: usize, d: usize, losses: usize, correct: usize,
  smoothing: f64, alpha: f64, thread: i32, threads: i32,
): void {
  const rowBytes = <usize>stride << 2;
  const end = shareStart(B, thread + 1, threads);
  for (let row = shareStart(B, thread, threads); row < end; ++row) {
    const start = <usize>row * 2 * rowBytes;
    const weight = <f64>weightOf(weights, row);
    const factor = 0.5 * weight / (<f64>B * <f64>N);
    let sum: f64 = 0;
    let right: i32 = 0;
    for (let n: i32 = 0; n < N; ++n) {
      const u = at(z + start, n);
      const v = at(z + start + rowBytes, n);
      const target = at(targets, row * N + n);
      const t = (1.0 - smoothing) * target + 0.5 * smoothing;
      // p - q = (1 - q) - (1 - p), which does not cancel where both are near 1
      const difference = u > 0 && v > 0 ? sigmoid64(-v) - sigmoid64(-u) : sigmoid64(u) - sigmoid64(v);
      sum += binaryEntropy(u, t) + binaryEntropy(v, t) + alpha * difference * (u - v);
      right += <i32>((u > 0) == (target > 0.5)) + <i32>((v > 0) == (target > 0.5));
      const to = d + start + (<usize>n << 2);
      store<f32>(to, <f32>(slope(u, v, t, difference, alpha) * factor));
      store<f32>(to + rowBytes, <f32>(slope(v, u, t, -difference, alpha) * factor));
    }
    padRows(d + start, rowBytes, N);
    store<f32>(losses + (<usize>row << 2), <f32>((0.5 * sum / <f64>N) * weight));
    store<i32>(correct + (<usize>row << 2), right);
  }
}

/** -t log p - (1 - t) log(1 - p). */
@inline function binaryEntropy(u: f64, t: f64): f64 {
  return softplus64(-abs(u)) + (u > 0 ? (1.0 - t) * u : -t * u);
}

/** p - t + alpha (p - q + p (1 - p) (u - v)). */
@inline function slope(u: f64, v: f64, t: f64, difference: f64, alpha: f64): f64 {
  const p = sigmoid64(u);
  const rest = sigmoid64(-u);
  return (1.0 - t) * p - t * rest + alpha * (difference + p * rest * (u - v));
}

/** Zeros behind the N numbers of two rows, up to whole vectors. */
@inline function padRows(d: usize, rowBytes: usize, N: i32): void {
  for (let n = N; (n & 3) != 0; ++n) {
    store<f32>(d + (<usize>n << 2), 0);
    store<f32>(d + rowBytes + (<usize>n << 2), 0);
  }
}
