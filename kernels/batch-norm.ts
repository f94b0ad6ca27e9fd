// Batch normalisation of the columns of x [B, N]: y = (x - mean) r weight + bias with r = 1 / sqrt(variance + epsilon), in f64 and
// rounded once. A thread takes four columns at a time through all rows, which are in its first cache by then. Each column is a
// lane of its own, and its sums go from the first row to the last.
import { highDoubles, lowDoubles, toSingles } from "./doubles";
import { ceilDivide, shareStart } from "./layout";
import { normalized, standardized } from "./standardized";

// What forward leaves for backward, of four columns: their means and their r, in f64.
@inline const KEPT_BYTES: usize = 64;
@inline const R: usize = 32;

@inline function square(a: v128): v128 { return f64x2.mul(a, a); }

@inline function reciprocalRoot(variance: v128, epsilon: f64): v128 {
  return f64x2.div(f64x2.splat(1), f64x2.sqrt(f64x2.add(variance, f64x2.splat(epsilon))));
}

/** Four columns of y; x and y may be the same. */
@inline function normalizeColumns(
  x: usize, y: usize, step: usize, B: i32, weight: v128, bias: v128,
  meanLow: v128, meanHigh: v128, rLow: v128, rHigh: v128,
): void {
  const weightLow = lowDoubles(weight);
  const weightHigh = highDoubles(weight);
  const biasLow = lowDoubles(bias);
  const biasHigh = highDoubles(bias);
  for (let b: i32 = 0; b < B; ++b) {
    const value = v128.load(x);
    const low = normalized(lowDoubles(value), meanLow, rLow, weightLow, biasLow);
    const high = normalized(highDoubles(value), meanHigh, rHigh, weightHigh, biasHigh);
    v128.store(y, toSingles(low, high));
    x += step;
    y += step;
  }
}

/** running <- (1 - momentum) running + momentum batch; returns whether that is finite. */
@inline function moveRunning(running: usize, low: v128, high: v128, momentum: f64): bool {
  const old = v128.load(running);
  const stays = f64x2.splat(1 - momentum);
  const comes = f64x2.splat(momentum);
  const moved = toSingles(
    f64x2.add(f64x2.mul(stays, lowDoubles(old)), f64x2.mul(comes, low)),
    f64x2.add(f64x2.mul(stays, highDoubles(old)), f64x2.mul(comes, high)),
  );
  v128.store(running, moved);
  return !v128.any_true(f32x4.sub(moved, moved));
}

/**
 * In training: mean and variance are the batch's, sum / B and sum of (x - mean)^2 / B. The running ones move towards the mean and
 * the unbiased variance, sum of (x - mean)^2 / (B - 1), so B is at least 2; a column of them that is not finite is flagged.
 */
export function batchNormForward(
  x: usize, y: usize, stride: i32, B: i32, N: i32, weights: usize, biases: usize, runningMean: usize, runningVar: usize,
  kept: usize, momentum: f64, epsilon: f64, status: usize, thread: i32, threads: i32,
): void {
  const step = <usize>stride << 2;
  const groups = ceilDivide(N, 4);
  const rows = f64x2.splat(<f64>B);
  let finite = true;
  const end = shareStart(groups, thread + 1, threads);
  for (let group = shareStart(groups, thread, threads); group < end; ++group) {
    const at = <usize>group << 4;
    let meanLow = f64x2.splat(0);
    let meanHigh = meanLow;
    for (let b: i32 = 0, from = x + at; b < B; ++b, from += step) {
      const value = v128.load(from);
      meanLow = f64x2.add(meanLow, lowDoubles(value));
      meanHigh = f64x2.add(meanHigh, highDoubles(value));
    }
    meanLow = f64x2.div(meanLow, rows);
    meanHigh = f64x2.div(meanHigh, rows);

    let squaresLow = f64x2.splat(0);
    let squaresHigh = squaresLow;
    for (let b: i32 = 0, from = x + at; b < B; ++b, from += step) {
      const value = v128.load(from);
      squaresLow = f64x2.add(squaresLow, square(f64x2.sub(lowDoubles(value), meanLow)));
      squaresHigh = f64x2.add(squaresHigh, square(f64x2.sub(highDoubles(value), meanHigh)));
    }
    const rLow = reciprocalRoot(f64x2.div(squaresLow, rows), epsilon);
    const rHigh = reciprocalRoot(f64x2.div(squaresHigh, rows), epsilon);
    const others = f64x2.splat(<f64>(B - 1));
    finite = moveRunning(runningMean + at, meanLow, meanHigh, momentum) && finite;
    finite = moveRunning(runningVar + at, f64x2.div(squaresLow, others), f64x2.div(squaresHigh, others), momentum) && finite;

    const place = kept + <usize>group * KEPT_BYTES;
    v128.store(place, meanLow);
    v128.store(place, meanHigh, 16);
    v128.store(place, rLow, R);
    v128.store(place, rHigh, R + 16);
    const weight = v128.load(weights + at);
    normalizeColumns(x + at, y + at, step, B, weight, v128.load(biases + at), meanLow, meanHigh, rLow, rHigh);
  }
  if (!finite) atomic.store<i32>(status, 1);
}

/** In prediction: mean and variance are the running ones, whatever the batch. */
export function batchNormFrozen(
  x: usize, y: usize, stride: i32, B: i32, N: i32, weights: usize, biases: usize, runningMean: usize, runningVar: usize,
  epsilon: f64, thread: i32, threads: i32,
): void {
  const groups = ceilDivide(N, 4);
  const end = shareStart(groups, thread + 1, threads);
  for (let group = shareStart(groups, thread, threads); group < end; ++group) {
    const at = <usize>group << 4;
    const mean = v128.load(runningMean + at);
    const variance = v128.load(runningVar + at);
    normalizeColumns(
      x + at, y + at, <usize>stride << 2, B, v128.load(weights + at), v128.load(biases + at),
      lowDoubles(mean), highDoubles(mean),
      reciprocalRoot(lowDoubles(variance), epsilon), reciprocalRoot(highDoubles(variance), epsilon),
    );
  }
}

/**
 * In the forward pass this was y = h weight + bias with h = (x - mean) r, so dbias = sum of dy, dweight = sum of dy h, and, as mean
 * and r depend on every row, dx = weight r (dy - dbias / B - h dweight / B). dx: 0 where nobody needs it; it may be dy.
 */
export function batchNormGradient(
  x: usize, dy: usize, dx: usize, stride: i32, B: i32, N: i32, weights: usize, kept: usize,
  weightGradient: usize, biasGradient: usize, thread: i32, threads: i32,
): void {
  const step = <usize>stride << 2;
  const groups = ceilDivide(N, 4);
  const rows = f64x2.splat(<f64>B);
  const end = shareStart(groups, thread + 1, threads);
  for (let group = shareStart(groups, thread, threads); group < end; ++group) {
    const at = <usize>group << 4;
    const place = kept + <usize>group * KEPT_BYTES;
    const meanLow = v128.load(place);
    const meanHigh = v128.load(place, 16);
    const rLow = v128.load(place, R);
    const rHigh = v128.load(place, R + 16);
    let biasLow = f64x2.splat(0);
    let biasHigh = biasLow;
    let weightLow = biasLow;
    let weightHigh = biasLow;
    for (let b: i32 = 0, from = at; b < B; ++b, from += step) {
      const value = v128.load(x + from);
      const d = v128.load(dy + from);
      const hLow = standardized(lowDoubles(value), meanLow, rLow);
      const hHigh = standardized(highDoubles(value), meanHigh, rHigh);
      biasLow = f64x2.add(biasLow, lowDoubles(d));
      biasHigh = f64x2.add(biasHigh, highDoubles(d));
      weightLow = f64x2.add(weightLow, f64x2.mul(lowDoubles(d), hLow));
      weightHigh = f64x2.add(weightHigh, f64x2.mul(highDoubles(d), hHigh));
    }
    v128.store(biasGradient + at, toSingles(biasLow, biasHigh));
    v128.store(weightGradient + at, toSingles(weightLow, weightHigh));
    if (!dx) continue;

    biasLow = f64x2.div(biasLow, rows);
    biasHigh = f64x2.div(biasHigh, rows);
    weightLow = f64x2.div(weightLow, rows);
    weightHigh = f64x2.div(weightHigh, rows);
    const weight = v128.load(weights + at);
    const factorLow = f64x2.mul(lowDoubles(weight), rLow);
    const factorHigh = f64x2.mul(highDoubles(weight), rHigh);
    for (let b: i32 = 0, from = at; b < B; ++b, from += step) {
      const value = v128.load(x + from);
      const d = v128.load(dy + from);
      const hLow = standardized(lowDoubles(value), meanLow, rLow);
      const hHigh = standardized(highDoubles(value), meanHigh, rHigh);
      const low = f64x2.sub(f64x2.sub(lowDoubles(d), biasLow), f64x2.mul(hLow, weightLow));
      const high = f64x2.sub(f64x2.sub(highDoubles(d), biasHigh), f64x2.mul(hHigh, weightHigh));
      v128.store(dx + from, toSingles(f64x2.mul(factorLow, low), f64x2.mul(factorHigh, high)));
    }
  }
}
