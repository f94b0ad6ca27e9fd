// Stochastic gradient descent with momentum, L2 and max-norm (Srivastava et al. 2014, section 5.1).
//
//   v <- momentum v + g + l2 w        w <- w - learningRate v
//   max-norm: a unit whose incoming weights have ||w|| > c gets w <- w c / ||w||
//
// Hyper-parameters in a step's record, four floats: learning rate, momentum, l2, c (0: no max-norm).
import { PANEL, PANEL_BYTES, ceilDivide, shareStart } from "./layout";

/** One vector of weights; returns the new weights. */
@inline export function updateVector(
  weight: usize, velocity: usize, gradient: v128, learningRate: v128, momentum: v128, l2: v128,
): v128 {
  const w = v128.load(weight);
  const v = f32x4.add(f32x4.mul(momentum, v128.load(velocity)), f32x4.add(gradient, f32x4.mul(l2, w)));
  const updated = f32x4.sub(w, f32x4.mul(learningRate, v));
  v128.store(velocity, v);
  v128.store(weight, updated);
  return updated;
}

/** The update of count numbers (a multiple of 4); flags a layer whose weights are no longer finite. Biases have no l2. */
export function sgd(
  weights: usize, velocities: usize, gradients: usize, count: i32, hyper: usize, decay: i32, status: usize,
  thread: i32, threads: i32,
): void {
  const learningRate = v128.load_splat<f32>(hyper);
  const momentum = v128.load_splat<f32>(hyper, 4);
  const l2 = decay ? v128.load_splat<f32>(hyper, 8) : f32x4.splat(0);
  const end = <usize>shareStart(count >> 2, thread + 1, threads) << 4;
  let bad = f32x4.splat(0);
  for (let at = <usize>shareStart(count >> 2, thread, threads) << 4; at < end; at += 16) {
    const w = updateVector(weights + at, velocities + at, v128.load(gradients + at), learningRate, momentum, l2);
    bad = v128.or(bad, f32x4.ne(f32x4.sub(w, w), f32x4.splat(0)));
  }
  if (v128.any_true(bad)) atomic.store<i32>(status, 1);
}

/** Squared norms of a panel's columns, k ascending, into sums [PANEL]. */
export function panelNorms(panel: usize, rows: i32, sums: usize): void {
  memory.fill(sums, 0, PANEL_BYTES);
  for (let row: i32 = 0; row < rows; ++row) {
    for (let at: usize = 0; at < PANEL_BYTES; at += 16) {
      const w = v128.load(panel + at);
      v128.store(sums + at, f32x4.add(v128.load(sums + at), f32x4.mul(w, w)));
    }
    panel += PANEL_BYTES;
  }
}

/** Shrinks the columns of a panel whose squared norm exceeds limit^2; most steps touch none. */
export function limitPanel(panel: usize, rows: i32, sums: usize, limit: f32): void {
  const bound = f32x4.splat(limit * limit);
  let any = f32x4.splat(0);
  for (let at: usize = 0; at < PANEL_BYTES; at += 16) {
    const squared = v128.load(sums + at);
    const over = f32x4.gt(squared, bound);
    any = v128.or(any, over);
    const factor = f32x4.div(f32x4.splat(limit), f32x4.sqrt(squared));
    v128.store(sums + at, v128.bitselect(factor, f32x4.splat(1), over));
  }
  if (!v128.any_true(any)) return;
  for (let row: i32 = 0; row < rows; ++row) {
    for (let at: usize = 0; at < PANEL_BYTES; at += 16) {
      v128.store(panel + at, f32x4.mul(v128.load(panel + at), v128.load(sums + at)));
    }
    panel += PANEL_BYTES;
  }
}

/** Max-norm on weights [panel][K][PANEL] of N units. */
export function maxNorm(
  weights: usize, K: i32, N: i32, hyper: usize, scratch: usize, scratchBytes: i32, thread: i32, threads: i32,
): void {
  const limit = load<f32>(hyper, 12);
  if (limit == 0) return;
  const sums = scratch + <usize>thread * <usize>scratchBytes;
  const panels = ceilDivide(N, PANEL);
  const end = shareStart(panels, thread + 1, threads);
  for (let index = shareStart(panels, thread, threads); index < end; ++index) {
    const panel = weights + <usize>index * <usize>K * PANEL_BYTES;
    panelNorms(panel, K, sums);
    limitPanel(panel, K, sums, limit);
  }
}
