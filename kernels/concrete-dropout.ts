// Concrete dropout (Gal, Hron and Kendall 2017): the rate p = sigmoid(logit) is learned, through masks that are relaxed,
//
//     z = sigmoid((logit + log u - log(1 - u)) / t)      y = x (1 - z) / (1 - p)      u uniform in (0, 1)
//
// and kept from running to 0 or 1 by what the prior costs: see concretePenalty. Computed in f64 and rounded once. u is the
// middle of its word's interval. A word serves both directions, so that noise is never stored.
import { PANEL, shareStart } from "./layout";
import { exp64, log64, sigmoid64, softplus64 } from "./math";
import { MASK_UNITS, maskWordsFrom } from "./philox";

/** (logit + log u - log(1 - u)) / t of a word; z is its sigmoid. */
@inline function relaxed(word: u32, logit: f64, temperature: f64): f64 {
  const u = (<f64>word + 0.5) / 4294967296.0;
  return (logit + log64(u / (1.0 - u))) / temperature;
}

/** y = x (1 - z) (1 + exp(logit)) on rows [B, N]; x and y may be the same. `logit` points to one number. */
export function concreteDropout(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, logit: usize, temperature: f64, indices: usize,
  pass: i32, stream: i32, key0: i32, key1: i32, scratch: usize, scratchBytes: i32, thread: i32, threads: i32,
): void {
  const words = scratch + <usize>thread * <usize>scratchBytes;
  const l = <f64>load<f32>(logit);
  const scale = 1.0 + exp64(l);
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const index = load<i32>(indices + (<usize>row << 2));
    for (let unit: i32 = 0; unit < columns; unit += MASK_UNITS) {
      maskWordsFrom(unit, index, pass, stream, key0, key1, words);
      const last = min(unit + MASK_UNITS, columns);
      for (let column = unit; column < last; ++column) {
        const at = <usize>(row * stride + column) << 2;
        const value = load<f32>(x + at);
        const word = load<u32>(words + (<usize>(column - unit) << 2));
        // 0 stays 0 whatever its noise, which is spared
        store<f32>(y + at, value == 0 ? value : <f32>(<f64>value * sigmoid64(-relaxed(word, l, temperature)) * scale));
      }
    }
    for (let column = columns; (column & 3) != 0; ++column) store<f32>(y + (<usize>(row * stride + column) << 2), 0);
  }
}

/**
 * In the forward pass this was y = x (1 - z) (1 + e^l), so
 *
 *     dx = dy (1 - z) (1 + e^l)      dl = sum of dy y (p - z / t)
 *
 * since dz/dl = z (1 - z) / t and p = e^l / (1 + e^l). sums[i]: the terms of dl of units 32 i to 32 i + 31, rows in order, f64.
 * dy and dx may be the same; `dx` 0: nobody asks for it. Each thread has some of these stretches of units, for all rows.
 */
export function concreteDropoutGradient(
  x: usize, dy: usize, dx: usize, stride: i32, rows: i32, columns: i32, logit: usize, temperature: f64, sums: usize, indices: usize,
  pass: i32, stream: i32, key0: i32, key1: i32, scratch: usize, scratchBytes: i32, thread: i32, threads: i32,
): void {
  const words = scratch + <usize>thread * <usize>scratchBytes;
  const l = <f64>load<f32>(logit);
  const p = sigmoid64(l);
  const scale = 1.0 + exp64(l);
  const stretches = (columns + MASK_UNITS - 1) / MASK_UNITS;
  const end = shareStart(stretches, thread + 1, threads);
  for (let stretch = shareStart(stretches, thread, threads); stretch < end; ++stretch) {
    const unit = stretch * MASK_UNITS;
    const last = min(unit + MASK_UNITS, columns);
    let sum: f64 = 0;
    for (let row: i32 = 0; row < rows; ++row) {
      maskWordsFrom(unit, load<i32>(indices + (<usize>row << 2)), pass, stream, key0, key1, words);
      for (let column = unit; column < last; ++column) {
        const at = <usize>(row * stride + column) << 2;
        const a = relaxed(load<u32>(words + (<usize>(column - unit) << 2)), l, temperature);
        const below = <f64>load<f32>(dy + at) * sigmoid64(-a) * scale;
        sum += <f64>load<f32>(x + at) * below * (p - sigmoid64(a) / temperature);
        if (dx) store<f32>(dx + at, <f32>below);
      }
      if (!dx) continue;
      for (let column = last; (column & 3) != 0; ++column) store<f32>(dx + (<usize>(row * stride + column) << 2), 0);
    }
    store<f64>(sums + (<usize>stretch << 3), sum);
  }
}

/**
 * The penalty of a layer whose K units feed weights W, and the gradient of its logit:
 *
 *     penalty = weightFactor ||W||^2 / (1 - p) + dropoutFactor K (p log p + (1 - p) log(1 - p))
 *     dl = sum of sums + weightFactor ||W||^2 e^l + dropoutFactor K l p (1 - p)
 *
 * since 1 / (1 - p) = 1 + e^l, log p = -log(1 + e^-l), log(1 - p) = -log(1 + e^l) and dp/dl = p (1 - p). `sums` are those of
 * concreteDropoutGradient, `norms` the squared norms of the pieces of W (f64, squaredNorms).
 */
export function concretePenalty(
  logit: usize, gradient: usize, sums: usize, K: i32, norms: usize, pieces: i32, weightFactor: f64, dropoutFactor: f64,
  penalty: usize, thread: i32, threads: i32,
): void {
  if (thread != 0) return;
  const l = <f64>load<f32>(logit);
  const p = sigmoid64(l);
  let squared: f64 = 0;
  for (let i: i32 = 0; i < pieces; ++i) squared += load<f64>(norms + (<usize>i << 3));
  let sum: f64 = 0;
  for (let i: i32 = 0; i < (K + MASK_UNITS - 1) / MASK_UNITS; ++i) sum += load<f64>(sums + (<usize>i << 3));
  const units = <f64>K * dropoutFactor;
  const entropy = p * softplus64(-l) + sigmoid64(-l) * softplus64(l);
  store<f64>(penalty, weightFactor * squared * (1.0 + exp64(l)) - units * entropy);
  store<f32>(gradient, <f32>(sum + weightFactor * squared * exp64(l) + units * l * p * sigmoid64(-l)));
}

/** The penalty's part in the gradient of W [K, N], in panels: gradient += 2 weightFactor / (1 - p) W. */
export function concreteWeightPenalty(
  weights: usize, gradients: usize, K: i32, N: i32, logit: usize, weightFactor: f64, thread: i32, threads: i32,
): void {
  const factor = f32x4.splat(<f32>(2.0 * weightFactor * (1.0 + exp64(<f64>load<f32>(logit)))));
  const vectors = ((N + PANEL - 1) / PANEL) * K * (PANEL >> 2);
  const end = <usize>shareStart(vectors, thread + 1, threads) << 4;
  for (let at = <usize>shareStart(vectors, thread, threads) << 4; at < end; at += 16) {
    v128.store(gradients + at, f32x4.add(v128.load(gradients + at), f32x4.mul(factor, v128.load(weights + at))));
  }
}
