// Max-norm (Srivastava et al. 2014, section 5.1): a unit whose incoming weights have ||w|| > c gets w <- w c / ||w||.
import { MAX_NORM } from "./rules";
import { PANEL, PANEL_BYTES, ceilDivide, shareStart } from "./layout";

/** sums[n] += w[k, n]^2 over the rows of a panel's columns, k ascending. */
export function addSquares(panel: usize, rows: i32, sums: usize): void {
  let s0 = v128.load(sums);
  let s1 = v128.load(sums, 16);
  let s2 = v128.load(sums, 32);
  let s3 = v128.load(sums, 48);
  let s4 = v128.load(sums, 64);
  let s5 = v128.load(sums, 80);
  let s6 = v128.load(sums, 96);
  for (let row: i32 = 0; row < rows; ++row) {
    s0 = f32x4.add(s0, square(panel));
    s1 = f32x4.add(s1, square(panel + 16));
    s2 = f32x4.add(s2, square(panel + 32));
    s3 = f32x4.add(s3, square(panel + 48));
    s4 = f32x4.add(s4, square(panel + 64));
    s5 = f32x4.add(s5, square(panel + 80));
    s6 = f32x4.add(s6, square(panel + 96));
    panel += PANEL_BYTES;
  }
  v128.store(sums, s0);
  v128.store(sums, s1, 16);
  v128.store(sums, s2, 32);
  v128.store(sums, s3, 48);
  v128.store(sums, s4, 64);
  v128.store(sums, s5, 80);
  v128.store(sums, s6, 96);
}

@inline function square(at: usize): v128 {
  const w = v128.load(at);
  return f32x4.mul(w, w);
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
    memory.fill(sums, 0, PANEL_BYTES);
    addSquares(panel, K, sums);
    limitPanel(panel, K, sums, limit);
  }
}
