// DropConnect (Wan, Zeiler, Zhang, LeCun and Fergus 2013): y = (m * W) x + b, a mask on weights instead of units. Masks are never
// stored: each pass makes them again from their keys. The weight from input k to output n has the word of unit
// k ceil32(N) + n, ceil32(N) being N rounded up to a multiple of 32; the numbers in a step's record are those of dropout (dropout.ts).
import { PANEL, PANEL_BYTES, ceilDivide, shareStart } from "./layout";
import { MASK_UNITS, maskWordsFrom } from "./philox";

/** The weight's place among the words of its mask: the first of input k. */
@inline function firstUnit(k: i32, N: i32): i32 {
  return k * (ceilDivide(N, MASK_UNITS) * MASK_UNITS);
}

/** Where columns column to column + 3 (a multiple of 4) of row k lie in the panels of a matrix [K, N], in bytes. */
@inline function placeOf(k: i32, column: i32, K: i32): usize {
  const panel = column / PANEL;
  return <usize>(panel * K + k) * PANEL_BYTES + (<usize>(column - panel * PANEL) << 2);
}

/**
 * One mask for all rows of a batch: to = m * scale * from, both [K, N] in panels, perhaps the same. The words are those of row
 * `batch`, the batch's place in its pass. On weights it makes those of the step; on their gradient it is the step back.
 */
export function dropWeights(
  from: usize, to: usize, K: i32, N: i32, batch: i32, parameters: usize,
  pass: i32, stream: i32, key0: i32, key1: i32, scratch: usize, scratchBytes: i32, thread: i32, threads: i32,
): void {
  const words = scratch + <usize>thread * <usize>scratchBytes;
  const threshold = i32x4.splat(load<i32>(parameters));
  const awake = i32x4.splat(load<i32>(parameters, 4));
  const scale = f32x4.splat(load<f32>(parameters, 8));
  const padded = ceilDivide(N, PANEL) * PANEL;
  const end = shareStart(K, thread + 1, threads);
  for (let k = shareStart(K, thread, threads); k < end; ++k) {
    for (let column: i32 = 0; column < padded; column += 4) {
      const at = placeOf(k, column, K);
      if (column >= N) {
        v128.store(to + at, f32x4.splat(0));
        continue;
      }
      const within = column % MASK_UNITS;
      if (within == 0) maskWordsFrom(firstUnit(k, N) + column, batch, pass, stream, key0, key1, words);
      const keep = v128.and(i32x4.ge_u(v128.load(words + (<usize>within << 2)), threshold), awake);
      v128.store(to + at, v128.and(f32x4.mul(v128.load(from + at), scale), keep));
    }
  }
}

/** The masked weights of columns column to column + 3 of one input, their words beginning at `words`. */
@inline function maskedWeights(weights: usize, words: usize, threshold: v128, awake: v128, scale: v128): v128 {
  return v128.and(f32x4.mul(v128.load(weights), scale), v128.and(i32x4.ge_u(v128.load(words), threshold), awake));
}

/**
 * A mask for each row, as in the paper: y_n = sum over k of x_k m_kn scale W_kn, then + b_n. It takes as many words as
 * multiply-adds; inputs that are 0 take none.
 */
export function rowDropConnect(
  x: usize, xStride: i32, y: usize, yStride: i32, rows: i32, K: i32, N: i32, weights: usize, bias: usize, indices: usize,
  parameters: usize, pass: i32, stream: i32, key0: i32, key1: i32, scratch: usize, scratchBytes: i32, thread: i32, threads: i32,
): void {
  const words = scratch + <usize>thread * <usize>scratchBytes;
  const threshold = i32x4.splat(load<i32>(parameters));
  const awake = i32x4.splat(load<i32>(parameters, 4));
  const scale = f32x4.splat(load<f32>(parameters, 8));
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const index = load<i32>(indices + (<usize>row << 2));
    const input = x + (<usize>(row * xStride) << 2);
    const output = y + (<usize>(row * yStride) << 2);
    memory.fill(output, 0, <usize>ceilDivide(N, 4) << 4);
    for (let k: i32 = 0; k < K; ++k) {
      const value = load<f32>(input + (<usize>k << 2));
      if (value == 0) continue;
      const factor = f32x4.splat(value);
      for (let column: i32 = 0; column < N; column += 4) {
        const within = column % MASK_UNITS;
        if (within == 0) maskWordsFrom(firstUnit(k, N) + column, index, pass, stream, key0, key1, words);
        const weight = maskedWeights(weights + placeOf(k, column, K), words + (<usize>within << 2), threshold, awake, scale);
        const at = output + (<usize>column << 2);
        v128.store(at, f32x4.add(v128.load(at), f32x4.mul(factor, weight)));
      }
    }
    if (!bias) continue;
    for (let at: usize = 0; at < <usize>ceilDivide(N, 4) << 4; at += 16) {
      v128.store(output + at, f32x4.add(v128.load(output + at), v128.load(bias + at)));
    }
  }
}

/**
 * In the forward pass this was y_n = sum over k of x_k m_kn scale W_kn + b_n. So, with d the gradient of y and the same words,
 *
 *     dx_k = sum over n of d_n m_kn scale W_kn     dW_kn = sum over rows of x_k d_n m_kn scale     db_n = sum over rows of d_n
 *
 * `dx` 0: nobody asks for it. `bias` is the gradient of b, or 0. Each thread has some of the inputs k, for all rows.
 */
export function rowDropConnectGradient(
  x: usize, xStride: i32, d: usize, dStride: i32, dx: usize, dxStride: i32, rows: i32, K: i32, N: i32,
  weights: usize, gradient: usize, bias: usize, indices: usize,
  parameters: usize, pass: i32, stream: i32, key0: i32, key1: i32, scratch: usize, scratchBytes: i32, thread: i32, threads: i32,
): void {
  const words = scratch + <usize>thread * <usize>scratchBytes;
  const threshold = i32x4.splat(load<i32>(parameters));
  const awake = i32x4.splat(load<i32>(parameters, 4));
  const scale = f32x4.splat(load<f32>(parameters, 8));
  const padded = ceilDivide(N, PANEL) * PANEL;
  const end = shareStart(K, thread + 1, threads);
  for (let k = shareStart(K, thread, threads); k < end; ++k) {
    for (let column: i32 = 0; column < padded; column += 4) v128.store(gradient + placeOf(k, column, K), f32x4.splat(0));
    for (let row: i32 = 0; row < rows; ++row) {
      const index = load<i32>(indices + (<usize>row << 2));
      const value = load<f32>(x + (<usize>(row * xStride + k) << 2));
      // nothing is asked for and nothing is passed on
      if (value == 0 && !dx) continue;
      const factor = f32x4.mul(f32x4.splat(value), scale);
      let sums = f32x4.splat(0);
      for (let column: i32 = 0; column < N; column += 4) {
        const within = column % MASK_UNITS;
        if (within == 0) maskWordsFrom(firstUnit(k, N) + column, index, pass, stream, key0, key1, words);
        const at = placeOf(k, column, K);
        const slot = words + (<usize>within << 2);
        const above = v128.load(d + (<usize>(row * dStride + column) << 2));
        const keep = v128.and(i32x4.ge_u(v128.load(slot), threshold), awake);
        const term = v128.and(f32x4.mul(factor, above), keep);
        v128.store(gradient + at, f32x4.add(v128.load(gradient + at), term));
        if (dx) sums = f32x4.add(sums, f32x4.mul(above, maskedWeights(weights + at, slot, threshold, awake, scale)));
      }
      if (dx) store<f32>(dx + (<usize>(row * dxStride + k) << 2), sumOfLanes(sums));
    }
  }
  if (thread != 0) return;
  if (dx) clearPads(dx, dxStride, rows, K);
  if (bias) sumRows(d, dStride, rows, N, bias);
}

@inline function sumOfLanes(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3);
}

/** Zeros up to whole vectors. */
function clearPads(matrix: usize, stride: i32, rows: i32, columns: i32): void {
  for (let row: i32 = 0; row < rows; ++row) {
    for (let column = columns; (column & 3) != 0; ++column) store<f32>(matrix + (<usize>(row * stride + column) << 2), 0);
  }
}

/** sums_n = sum over rows of d_n, by vectors, rows in order. */
function sumRows(d: usize, stride: i32, rows: i32, N: i32, sums: usize): void {
  for (let column: i32 = 0; column < N; column += 4) {
    let sum = f32x4.splat(0);
    for (let row: i32 = 0; row < rows; ++row) sum = f32x4.add(sum, v128.load(d + (<usize>(row * stride + column) << 2)));
    v128.store(sums + (<usize>column << 2), sum);
  }
}
