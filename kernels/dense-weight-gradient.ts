// Gradient of a dense layer's weights, dW = Ht D, as rows of A = Ht times panels of D, which are packed block by block, and of
// its bias, db = column sums of D. B rows, K inputs, N outputs; Ht [K, B] in groups (compress.ts), D [B, N], W [K, N] in panels.
// Where D is the factor that is listed (factors.ts): transposes of rows of A = Dt times panels of H.
import { computedColumns, findAwake, moveApart, moveTogether } from "./awake";
import { packPanel, transpose4 } from "./compress";
import { FACTOR_HEAD } from "./factors";
import {
  BLOCK, BLOCK_BYTES, PANEL, PANEL_BYTES, SCRATCH_BYTES, SUMS_BYTES, TILE_BYTES, ceilDivide, shareStart, vectorsOf,
} from "./layout";
import { addSquares, limitPanel } from "./max-norm";
import { CLIP, MAX_NORM } from "./rules";
import { addProduct } from "./tiles";
import { areFinite, clipGradients, updateWeights } from "./update";
import { countTerms } from "./work";

/** Inputs whose gradients are finished together: whole panels of H, and no more than a tile holds. */
const CHUNK: i32 = 112;

@inline function chunksOf(K: i32): i32 {
  // one even where K is 0: the bias has its gradient all the same
  return max(1, ceilDivide(K, CHUNK));
}

/**
 * With hyper-parameters the update follows at once, by the rule of that number, while a tile of the gradient is in L1, and
 * the whole gradient never exists; without them (0) it is stored in panels to `gradient` and `biasGradient`. A panel that
 * is shared by two threads is left for `finishPanels`. factor: what compressFactor left there.
 */
export function denseWeightGradient(
  lists: usize, counts: usize, factor: usize, B: i32, K: i32, d: usize, dStride: i32, N: i32,
  weights: usize, state: usize, gradient: usize, bias: usize, biasState: usize, biasGradient: usize,
  rule: i32, hyper: usize, status: usize, work: usize, scratch: usize, thread: i32, threads: i32,
): void {
  const tile = scratch + <usize>thread * SCRATCH_BYTES;
  const packed = tile + TILE_BYTES;
  const sums = packed + BLOCK_BYTES;
  const norms = sums + SUMS_BYTES;
  const table = norms + SUMS_BYTES;
  const dBytes = <usize>dStride << 2;
  const panels = ceilDivide(N, PANEL);
  const chunks = chunksOf(K);
  const listsD = load<i32>(factor);
  const clip = hyper ? load<f32>(hyper, CLIP) : 0;
  const biasStateBytes = <usize>panels * PANEL_BYTES;
  const stateBytes = <usize>K * biasStateBytes;
  let unit = shareStart(panels * chunks, thread, threads);
  const end = shareStart(panels * chunks, thread + 1, threads);
  while (unit < end) {
    const panel = unit / chunks;
    const firstChunk = unit % chunks;
    const lastChunk = min(chunks, firstChunk + end - unit);
    const vectors = vectorsOf(panel, N);
    const column = <usize>(panel * PANEL) << 2;
    const awake = listsD ? vectors : ceilDivide(findAwake(d + column, dBytes, B, vectors, table), 4);
    let finite = true;
    let packedBlock: i32 = -1;
    memory.fill(sums, 0, 2 * SUMS_BYTES);
    for (let chunk = firstChunk; chunk < lastChunk; ++chunk) {
      const first = chunk * CHUNK;
      const rows = min(CHUNK, K - first);
      const groups = ceilDivide(rows, 4);
      const start = (<usize>panel * <usize>K + <usize>first) * PANEL_BYTES;
      const bytes = <usize>rows * PANEL_BYTES;
      memory.fill(tile, 0, <usize>(groups << 2) * PANEL_BYTES);
      // where D is listed, its panels are needed for the bias alone
      for (let inner: i32 = 0; inner < B && !(listsD && chunk); inner += BLOCK) {
        const count = min(BLOCK, B - inner);
        if (inner != packedBlock) {
          packPanel(d, dStride, inner, count, panel, vectors, packed);
          packedBlock = inner;
          if (chunk == 0) addRows(packed, count, sums);
          if (awake < vectors) moveTogether(packed, packed, count, table);
        }
        if (!listsD) addProduct(lists, counts, B, first >> 2, groups, inner / BLOCK, count, packed, awake, tile);
      }
      if (listsD) {
        const h = factor + FACTOR_HEAD + (<usize>first * <usize>B << 2);
        transposedProduct(lists, counts, B, panel, vectors, h, rows, tile, packed);
      }
      if (awake < vectors) moveApart(tile, rows, table);
      if (hyper) {
        if (clip != 0) clipGradients(tile, bytes, clip);
        finite = updateWeights(rule, weights + start, state + start, stateBytes, tile, bytes, hyper, true) && finite;
        addSquares(weights + start, rows, norms);
      } else {
        memory.copy(gradient + start, tile, bytes);
      }
    }
    if (firstChunk == 0) {
      const bytes = <usize>vectors << 4;
      if (hyper) {
        if (bias) {
          if (clip != 0) clipGradients(sums, bytes, clip);
          finite = updateWeights(rule, bias + column, biasState + column, biasStateBytes, sums, bytes, hyper, false) && finite;
          finite = areFinite(bias + column, bytes) && finite;
        }
      } else if (biasGradient) {
        memory.copy(biasGradient + column, sums, bytes);
      }
    }
    if (hyper) {
      if (lastChunk - firstChunk == chunks) finite = finishPanel(weights, K, panel, norms, load<f32>(hyper, MAX_NORM)) && finite;
      if (!finite) atomic.store<i32>(status, 1);
    }
    unit += lastChunk - firstChunk;
  }
  if (thread != 0) return;
  if (listsD) countTerms(counts, N, B, K, work);
  else countTerms(counts, K, B, computedColumns(d, dBytes, B, N), work);
}

/** tile[k, :] = (Dt H)[panel's outputs, k] for `rows` inputs k, from the panels of H on that begin at h; `square` is scratch. */
function transposedProduct(
  lists: usize, counts: usize, B: i32, panel: i32, vectors: i32, h: usize, rows: i32, tile: usize, square: usize,
): void {
  for (let first: i32 = 0; first < rows; first += PANEL) {
    const across = vectorsOf(0, rows - first);
    memory.fill(square, 0, <usize>PANEL * PANEL_BYTES);
    for (let inner: i32 = 0; inner < B; inner += BLOCK) {
      const count = min(BLOCK, B - inner);
      addProduct(lists, counts, B, panel * (PANEL / 4), vectors, inner / BLOCK, count, h, across, square);
      h += <usize>count * PANEL_BYTES;
    }
    for (let k: usize = 0; k < <usize>PANEL; k += 4) {
      for (let n: usize = 0; n < <usize>PANEL; n += 4) {
        transpose4(square + n * PANEL_BYTES + (k << 2), PANEL_BYTES, tile + k * PANEL_BYTES + (n << 2), PANEL_BYTES);
      }
    }
    tile += <usize>PANEL * PANEL_BYTES;
  }
}

/** Finishes the panels that two or more threads have updated together. */
export function finishPanels(
  weights: usize, K: i32, N: i32, hyper: usize, status: usize, scratch: usize, thread: i32, threads: i32,
): void {
  const norms = scratch + <usize>thread * SCRATCH_BYTES;
  const chunks = chunksOf(K);
  const units = ceilDivide(N, PANEL) * chunks;
  let previous: i32 = -1;
  for (let other = 1; other < threads; ++other) {
    const boundary = shareStart(units, other, threads);
    const panel = boundary / chunks;
    if (boundary % chunks == 0 || panel == previous) continue;
    previous = panel;
    if (panel % threads != thread) continue;
    memory.fill(norms, 0, SUMS_BYTES);
    addSquares(weights + <usize>panel * <usize>K * PANEL_BYTES, K, norms);
    if (!finishPanel(weights, K, panel, norms, load<f32>(hyper, MAX_NORM))) atomic.store<i32>(status, 1);
  }
}

/** Max-norm on a panel whose update is complete and whose squared norms these are; returns whether they are finite. */
function finishPanel(weights: usize, K: i32, panel: i32, norms: usize, limit: f32): bool {
  const finite = areFinite(norms, PANEL_BYTES);
  if (limit != 0) limitPanel(weights + <usize>panel * <usize>K * PANEL_BYTES, K, norms, limit);
  return finite;
}

/** sums[n] += sum over b ascending of packed[b, n]: the gradient of the bias. */
function addRows(packed: usize, count: i32, sums: usize): void {
  for (let at: usize = 0; at < PANEL_BYTES; at += 16) {
    let sum = v128.load(sums + at);
    let from = packed + at;
    for (let i: i32 = 0; i < count; ++i) {
      sum = f32x4.add(sum, v128.load(from));
      from += PANEL_BYTES;
    }
    v128.store(sums + at, sum);
  }
}
