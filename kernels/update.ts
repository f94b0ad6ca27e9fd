// The update of weights from their gradient, by the optimizer's rule (rules.ts). The product of a gradient calls it on
// each tile, while that is in the first cache (dense-weight-gradient.ts); `update` does it from stored gradients, with the same bits.
import { SCRATCH_BYTES, TILE_BYTES, shareStart } from "./layout";
import { CLIP, DECAY, L2, adagrad, adam, gradientDescent, momentum, rmsprop } from "./rules";

// In the order of `updateRules` in src/wasm/kernels.ts.
const enum Rule { gradientDescent, momentum, nesterov, adam, rmsprop, rmspropMomentum, adagrad }

/** Cuts gradients to [-clip, clip] (Pascanu et al. 2013); a NaN stays one. */
export function clipGradients(gradients: usize, bytes: usize, clip: f32): void {
  const most = f32x4.splat(clip);
  const least = f32x4.neg(most);
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(gradients + at, f32x4.max(f32x4.min(v128.load(gradients + at), most), least));
  }
}

/**
 * One stretch of weights, their state (its second part `stateBytes` after the first) and gradients; biases do not decay.
 * Returns whether the squares in the state are finite.
 */
export function updateWeights(
  rule: i32, weights: usize, state: usize, stateBytes: usize, gradients: usize, bytes: usize, hyper: usize, decays: bool,
): bool {
  const l2: f32 = decays ? load<f32>(hyper, L2) : 0;
  const decay: f32 = decays ? load<f32>(hyper, DECAY) : 0;
  const second = state + stateBytes;
  switch (rule) {
    case Rule.gradientDescent: return gradientDescent(weights, gradients, bytes, hyper, l2);
    case Rule.momentum:
    case Rule.nesterov: return momentum(rule == Rule.nesterov, weights, state, gradients, bytes, hyper, l2);
    case Rule.adam: return adam(weights, state, second, gradients, bytes, hyper, l2, decay);
    case Rule.rmsprop:
    case Rule.rmspropMomentum: return rmsprop(rule == Rule.rmspropMomentum, weights, state, second, gradients, bytes, hyper, l2);
    default: return adagrad(weights, state, gradients, bytes, hyper, l2);
  }
}

/** Whether all of these numbers are finite. */
export function areFinite(numbers: usize, bytes: usize): bool {
  let bad = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const value = v128.load(numbers + at);
    bad = v128.or(bad, f32x4.sub(value, value));
  }
  return !v128.any_true(bad);
}

/**
 * The update of count numbers (a multiple of 4) from stored gradients, which stay as they are: `factor` points to what
 * they are multiplied by, or is 0. Flags a layer whose weights or state are no longer finite.
 */
export function update(
  rule: i32, weights: usize, state: usize, gradients: usize, count: i32, factor: usize, hyper: usize, decays: i32,
  status: usize, scratch: usize, thread: i32, threads: i32,
): void {
  const tile = scratch + <usize>thread * SCRATCH_BYTES;
  const clip = load<f32>(hyper, CLIP);
  const end = <usize>shareStart(count >> 2, thread + 1, threads) << 4;
  let fine = true;
  for (let at = <usize>shareStart(count >> 2, thread, threads) << 4; at < end; at += TILE_BYTES) {
    const bytes = min(TILE_BYTES, end - at);
    memory.copy(tile, gradients + at, bytes);
    if (factor) scaleGradients(tile, bytes, v128.load_splat<f32>(factor));
    if (clip != 0) clipGradients(tile, bytes, clip);
    const finite = updateWeights(rule, weights + at, state + at, <usize>count << 2, tile, bytes, hyper, decays != 0);
    fine = fine && finite && areFinite(weights + at, bytes);
  }
  if (!fine) atomic.store<i32>(status, 1);
}

/** sums[i] = the squared norm of piece i of a gradient, in double precision: of four sums, one per lane, in order. */
export function squaredNorms(gradients: usize, pieces: i32, pieceBytes: i32, sums: usize, thread: i32, threads: i32): void {
  const end = shareStart(pieces, thread + 1, threads);
  for (let piece = shareStart(pieces, thread, threads); piece < end; ++piece) {
    const start = gradients + <usize>piece * <usize>pieceBytes;
    let low = f64x2.splat(0);
    let high = low;
    for (let at: usize = 0; at < <usize>pieceBytes; at += 16) {
      const g = v128.load(start + at);
      const first = f64x2.promote_low_f32x4(g);
      const second = f64x2.promote_low_f32x4(v128.shuffle<i32>(g, g, 2, 3, 0, 1));
      low = f64x2.add(low, f64x2.mul(first, first));
      high = f64x2.add(high, f64x2.mul(second, second));
    }
    const lanes = f64x2.add(low, high);
    store<f64>(sums + (<usize>piece << 3), f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1));
  }
}

/** factor = min(1, limit / ||g||) (Pascanu et al. 2013), ||g|| the root of the sum of count squared norms, in order. */
export function clipFactor(sums: usize, count: i32, limit: f64, factor: usize, thread: i32, threads: i32): void {
  if (thread != 0) return;
  let squared: f64 = 0;
  for (let i: i32 = 0; i < count; ++i) squared += load<f64>(sums + (<usize>i << 3));
  const norm = sqrt<f64>(squared);
  store<f32>(factor, norm > limit ? <f32>(limit / norm) : 1);
}

function scaleGradients(gradients: usize, bytes: usize, factor: v128): void {
  for (let at: usize = 0; at < bytes; at += 16) v128.store(gradients + at, f32x4.mul(v128.load(gradients + at), factor));
}
