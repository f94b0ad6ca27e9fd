// Layer normalisation of the rows of x [B, N]: y = h weight + bias with h = (x - mean) r, r = 1 / sqrt(variance + epsilon), in f64
// and rounded once. Mean and variance are the row's own, sum / N and sum of (x - mean)^2 / N. A row's sums are of four sums, one
// per lane, in order; sums over rows go from the first row to the last.
import { highDoubles, lowDoubles, sumOfLanes, toSingles } from "./doubles";
import { ceilDivide, shareStart } from "./layout";
import { normalized, standardized } from "./standardized";

// What forward leaves for backward, of a row: its mean and its r, in f64.
@inline const KEPT_BYTES: usize = 16;

/** Zeros from column N up to a whole vector. */
@inline function padRow(row: usize, N: i32): void {
  for (let n = N; (n & 3) != 0; ++n) store<f32>(row + (<usize>n << 2), 0);
}

/** Sum of the row's numbers; what lies beyond them is 0. */
@inline function rowSum(row: usize, bytes: usize): f64 {
  let low = f64x2.splat(0);
  let high = low;
  for (let at: usize = 0; at < bytes; at += 16) {
    const value = v128.load(row + at);
    low = f64x2.add(low, lowDoubles(value));
    high = f64x2.add(high, highDoubles(value));
  }
  return sumOfLanes(low, high);
}

/** Sum of (x - mean)^2 over the row: the last columns, where they fill no vector, one by one. */
@inline function squaredDeviations(row: usize, N: i32, mean: f64): f64 {
  const means = f64x2.splat(mean);
  let low = f64x2.splat(0);
  let high = low;
  const whole = <usize>(N >> 2) << 4;
  for (let at: usize = 0; at < whole; at += 16) {
    const value = v128.load(row + at);
    const a = f64x2.sub(lowDoubles(value), means);
    const b = f64x2.sub(highDoubles(value), means);
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  let sum = sumOfLanes(low, high);
  for (let at = whole; at < <usize>N << 2; at += 4) {
    const deviation = <f64>load<f32>(row + at) - mean;
    sum += deviation * deviation;
  }
  return sum;
}

/** y = h weight + bias. kept: 0 in prediction. x and y may be the same. */
export function layerNormForward(
  x: usize, y: usize, stride: i32, B: i32, N: i32, weights: usize, biases: usize, kept: usize, epsilon: f64,
  thread: i32, threads: i32,
): void {
  const bytes = <usize>ceilDivide(N, 4) << 4;
  const end = shareStart(B, thread + 1, threads);
  for (let b = shareStart(B, thread, threads); b < end; ++b) {
    const start = <usize>(b * stride) << 2;
    const mean = rowSum(x + start, bytes) / <f64>N;
    const r = 1.0 / sqrt<f64>(squaredDeviations(x + start, N, mean) / <f64>N + epsilon);
    if (kept) {
      store<f64>(kept + <usize>b * KEPT_BYTES, mean);
      store<f64>(kept + <usize>b * KEPT_BYTES, r, 8);
    }
    const means = f64x2.splat(mean);
    const rs = f64x2.splat(r);
    for (let at: usize = 0; at < bytes; at += 16) {
      const value = v128.load(x + start + at);
      const weight = v128.load(weights + at);
      const bias = v128.load(biases + at);
      v128.store(y + start + at, toSingles(
        normalized(lowDoubles(value), means, rs, lowDoubles(weight), lowDoubles(bias)),
        normalized(highDoubles(value), means, rs, highDoubles(weight), highDoubles(bias)),
      ));
    }
    padRow(y + start, N);
  }
}

/** In the forward pass this was y = h weight + bias, so dbias = sum over rows of dy, dweight = sum over rows of dy h. */
export function layerNormParameterGradient(
  x: usize, dy: usize, stride: i32, B: i32, N: i32, kept: usize, weightGradient: usize, biasGradient: usize,
  thread: i32, threads: i32,
): void {
  const groups = ceilDivide(N, 4);
  const end = shareStart(groups, thread + 1, threads);
  for (let group = shareStart(groups, thread, threads); group < end; ++group) {
    const at = <usize>group << 4;
    let biasLow = f64x2.splat(0);
    let biasHigh = biasLow;
    let weightLow = biasLow;
    let weightHigh = biasLow;
    for (let b: i32 = 0, from = at, place = kept; b < B; ++b, from += <usize>stride << 2, place += KEPT_BYTES) {
      const mean = v128.load64_splat(place);
      const r = v128.load64_splat(place, 8);
      const value = v128.load(x + from);
      const d = v128.load(dy + from);
      const hLow = standardized(lowDoubles(value), mean, r);
      const hHigh = standardized(highDoubles(value), mean, r);
      biasLow = f64x2.add(biasLow, lowDoubles(d));
      biasHigh = f64x2.add(biasHigh, highDoubles(d));
      weightLow = f64x2.add(weightLow, f64x2.mul(lowDoubles(d), hLow));
      weightHigh = f64x2.add(weightHigh, f64x2.mul(highDoubles(d), hHigh));
    }
    v128.store(biasGradient + at, toSingles(biasLow, biasHigh));
    v128.store(weightGradient + at, toSingles(weightLow, weightHigh));
  }
}

/**
 * In the forward pass this was y = h weight + bias, so with g = weight dy, as mean and r depend on the whole row,
 * dx = r (g - mean of g - h mean of (g h)). dx may be dy.
 */
export function layerNormGradient(
  x: usize, dy: usize, dx: usize, stride: i32, B: i32, N: i32, weights: usize, kept: usize, thread: i32, threads: i32,
): void {
  const bytes = <usize>ceilDivide(N, 4) << 4;
  const end = shareStart(B, thread + 1, threads);
  for (let b = shareStart(B, thread, threads); b < end; ++b) {
    const start = <usize>(b * stride) << 2;
    const mean = v128.load64_splat(kept + <usize>b * KEPT_BYTES);
    const r = v128.load64_splat(kept + <usize>b * KEPT_BYTES, 8);
    let sumLow = f64x2.splat(0);
    let sumHigh = sumLow;
    let productLow = sumLow;
    let productHigh = sumLow;
    // beyond column N both dy and the weight are 0, and so is g
    for (let at: usize = 0; at < bytes; at += 16) {
      const value = v128.load(x + start + at);
      const d = v128.load(dy + start + at);
      const weight = v128.load(weights + at);
      const gLow = f64x2.mul(lowDoubles(d), lowDoubles(weight));
      const gHigh = f64x2.mul(highDoubles(d), highDoubles(weight));
      sumLow = f64x2.add(sumLow, gLow);
      sumHigh = f64x2.add(sumHigh, gHigh);
      productLow = f64x2.add(productLow, f64x2.mul(gLow, standardized(lowDoubles(value), mean, r)));
      productHigh = f64x2.add(productHigh, f64x2.mul(gHigh, standardized(highDoubles(value), mean, r)));
    }
    const meanOfG = f64x2.splat(sumOfLanes(sumLow, sumHigh) / <f64>N);
    const meanOfGH = f64x2.splat(sumOfLanes(productLow, productHigh) / <f64>N);
    for (let at: usize = 0; at < bytes; at += 16) {
      const value = v128.load(x + start + at);
      const d = v128.load(dy + start + at);
      const weight = v128.load(weights + at);
      const gLow = f64x2.mul(lowDoubles(d), lowDoubles(weight));
      const gHigh = f64x2.mul(highDoubles(d), highDoubles(weight));
      const hLow = standardized(lowDoubles(value), mean, r);
      const hHigh = standardized(highDoubles(value), mean, r);
      const low = f64x2.sub(f64x2.sub(gLow, meanOfG), f64x2.mul(hLow, meanOfGH));
      const high = f64x2.sub(f64x2.sub(gHigh, meanOfG), f64x2.mul(hHigh, meanOfGH));
      v128.store(dx + start + at, toSingles(f64x2.mul(r, low), f64x2.mul(r, high)));
    }
    padRow(dx + start, N);
  }
}
