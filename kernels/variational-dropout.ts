// Variational dropout (Kingma, Salimans and Welling 2015): Gaussian noise whose variance alpha is learned, one for the layer or
// one for each unit,
//
//     y = x (1 + sqrt(alpha) e)      e ~ N(0, 1)      alpha = exp(logAlpha) <= 1
//
// and which the penalty below keeps from going out. Computed in f64 and rounded once. A unit has one word, as in a mask, and the
// noise is never stored: backward makes it again.
import { shareStart } from "./layout";
import { exp64 } from "./math";
import { normalOfWord } from "./normal";
import { MASK_UNITS, maskWordsFrom } from "./philox";

// The paper's equation 12, fitted to the KL divergence for alpha <= 1.
@inline const C1: f64 = 1.16145124;
@inline const C2: f64 = -1.50204118;
@inline const C3: f64 = 0.58629921;

/** sqrt(alpha) of a unit; perUnit 0: one alpha for all. */
@inline function deviationOf(logAlpha: usize, unit: i32, perUnit: i32): f64 {
  return exp64(0.5 * <f64>load<f32>(logAlpha + (perUnit ? <usize>unit << 2 : 0)));
}

/** y = x (1 + sqrt(alpha) e) on rows [B, N]; x and y may be the same. */
export function variationalDropout(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, logAlpha: usize, perUnit: i32, indices: usize,
  pass: i32, stream: i32, key0: i32, key1: i32, scratch: usize, scratchBytes: i32, thread: i32, threads: i32,
): void {
  const words = scratch + <usize>thread * <usize>scratchBytes;
  const one = deviationOf(logAlpha, 0, 0);
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const index = load<i32>(indices + (<usize>row << 2));
    for (let unit: i32 = 0; unit < columns; unit += MASK_UNITS) {
      maskWordsFrom(unit, index, pass, stream, key0, key1, words);
      const last = min(unit + MASK_UNITS, columns);
      for (let column = unit; column < last; ++column) {
        const at = <usize>(row * stride + column) << 2;
        const value = load<f32>(x + at);
        const deviation = perUnit ? deviationOf(logAlpha, column, perUnit) : one;
        const noise = deviation * normalOfWord(load<u32>(words + (<usize>(column - unit) << 2)));
        // 0 stays 0 whatever its noise
        store<f32>(y + at, value == 0 ? value : <f32>(<f64>value * (1.0 + noise)));
      }
    }
    for (let column = columns; (column & 3) != 0; ++column) store<f32>(y + (<usize>(row * stride + column) << 2), 0);
  }
}

/**
 * In the forward pass this was y = x (1 + sqrt(alpha) e), so
 *
 *     dx = dy (1 + sqrt(alpha) e)      dlogAlpha = sum over rows of dy x e sqrt(alpha) / 2
 *
 * sums[u] is that of unit u, rows in order, f64. dy and dx may be the same; `dx` 0: nobody asks for it. Each thread has some
 * stretches of 32 units, for all rows.
 */
export function variationalDropoutGradient(
  x: usize, dy: usize, dx: usize, stride: i32, rows: i32, columns: i32, logAlpha: usize, perUnit: i32, sums: usize, indices: usize,
  pass: i32, stream: i32, key0: i32, key1: i32, scratch: usize, scratchBytes: i32, thread: i32, threads: i32,
): void {
  const words = scratch + <usize>thread * <usize>scratchBytes;
  const one = deviationOf(logAlpha, 0, 0);
  const stretches = (columns + MASK_UNITS - 1) / MASK_UNITS;
  const end = shareStart(stretches, thread + 1, threads);
  for (let stretch = shareStart(stretches, thread, threads); stretch < end; ++stretch) {
    const unit = stretch * MASK_UNITS;
    const last = min(unit + MASK_UNITS, columns);
    for (let column = unit; column < last; ++column) store<f64>(sums + (<usize>column << 3), 0);
    for (let row: i32 = 0; row < rows; ++row) {
      maskWordsFrom(unit, load<i32>(indices + (<usize>row << 2)), pass, stream, key0, key1, words);
      for (let column = unit; column < last; ++column) {
        const at = <usize>(row * stride + column) << 2;
        const above = <f64>load<f32>(dy + at);
        const deviation = perUnit ? deviationOf(logAlpha, column, perUnit) : one;
        const noise = deviation * normalOfWord(load<u32>(words + (<usize>(column - unit) << 2)));
        const place = sums + (<usize>column << 3);
        store<f64>(place, load<f64>(place) + 0.5 * above * <f64>load<f32>(x + at) * noise);
        if (dx) store<f32>(dx + at, <f32>(above * (1.0 + noise)));
      }
      if (!dx) continue;
      for (let column = last; (column & 3) != 0; ++column) store<f32>(dx + (<usize>(row * stride + column) << 2), 0);
    }
  }
}

/** KL(q || p) of a unit but for a constant, which is chosen so that it is 0 at alpha = 1 (equation 12, and c1 + c2 + c3). */
@inline function divergenceOf(logAlpha: f64): f64 {
  const alpha = exp64(logAlpha);
  return C1 + C2 + C3 - (0.5 * logAlpha + alpha * (C1 + alpha * (C2 + alpha * C3)));
}

/** Its derivative by log alpha. */
@inline function divergenceSlope(logAlpha: f64): f64 {
  const alpha = exp64(logAlpha);
  return -(0.5 + alpha * (C1 + alpha * (2.0 * C2 + alpha * 3.0 * C3)));
}

/** penalty = factor times the sum of the units' divergences; gradient = sums + the penalty's, for each alpha that there is. */
export function variationalPenalty(
  logAlpha: usize, gradient: usize, sums: usize, units: i32, perUnit: i32, factor: f64, penalty: usize, thread: i32, threads: i32,
): void {
  if (thread != 0) return;
  let divergence: f64 = 0;
  let total: f64 = 0;
  for (let unit: i32 = 0; unit < units; ++unit) {
    const l = <f64>load<f32>(logAlpha + (perUnit ? <usize>unit << 2 : 0));
    const slope = load<f64>(sums + (<usize>unit << 3)) + factor * divergenceSlope(l);
    divergence += divergenceOf(l);
    total += slope;
    if (perUnit) store<f32>(gradient + (<usize>unit << 2), <f32>slope);
  }
  if (!perUnit) store<f32>(gradient, <f32>total);
  store<f64>(penalty, factor * divergence);
}

/** numbers <- min(numbers, most): alphas go back to where the divergence is known, after their update. A NaN stays one. */
export function limitNumbers(numbers: usize, count: i32, most: f32, thread: i32, threads: i32): void {
  if (thread != 0) return;
  for (let at = numbers; at < numbers + (<usize>count << 2); at += 4) {
    if (load<f32>(at) > most) store<f32>(at, most);
  }
}
