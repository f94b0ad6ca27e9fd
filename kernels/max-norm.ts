// Max-norm (Srivastava et al. 2014, section 5.1): a unit whose incoming weights have ||w|| > c gets w <- w c / ||w||.
import { MAX_NORM } from "./rules";
import { PANEL, PANEL_BYTES, ceilDivide, shareStart } from "./layout";

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
  const limit = load<f32>(hyper, MAX_NORM);
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
