// The three products of a dense layer's training step, each as rows of A times panels of P.
// B batch, K inputs, N outputs; H [B, K] input, W [K, N] weights in panels, D [B, N] gradient of the output.
//
//   forward          Z  = H W + b      A = H,   P = W as it lies
//   input gradient   G  = D Wt         A = D,   P = Wt, transposed block by block
//   weight gradient  dW = Ht D         A = Ht,  P = D, packed block by block
//
// A is given both as it lies and as lists of its non-zero entries; path 0 chooses by their number,
// 1 takes the lists, 2 the matrix. Each output is summed by one thread in one order: see tiles.ts.
import {
  BLOCK, BLOCK_BYTES, CHUNK, PANEL, PANEL_BYTES, SCRATCH_BYTES, SUMS_BYTES, TILE_BYTES, ceilDivide, shareStart,
} from "./layout";
import { limitPanel, panelNorms } from "./max-norm";
import { CLIP, MAX_NORM } from "./rules";
import { denseTile, isDense, sparseTile } from "./tiles";
import { areFinite, clipGradients, updateWeights } from "./update";

@inline function vectorsOf(panel: i32, columns: i32): i32 {
  return ceilDivide(min(PANEL, columns - panel * PANEL), 4);
}

/** Rows finished together: fewer than CHUNK only where there are fewer panels than threads. */
@inline function chunkRows(rows: i32, panels: i32, threads: i32): i32 {
  return panels >= threads ? CHUNK : max(1, min(CHUNK, ceilDivide(rows, threads)));
}

@inline function takesDense(path: i32, counts: usize, rows: i32, inner: i32): bool {
  return path == 2 || (path == 0 && isDense(counts, rows * ceilDivide(inner, BLOCK), <i64>rows * <i64>inner));
}

/** out = H W + b, or max(0, H W + b) with rectify. bias 0: none. */
export function denseForward(
  a: usize, aStride: i32, lists: usize, counts: usize, B: i32, K: i32, weights: usize, bias: usize, N: i32,
  out: usize, outStride: i32, rectify: i32, path: i32, scratch: usize, thread: i32, threads: i32,
): void {
  const tile = scratch + <usize>thread * SCRATCH_BYTES;
  const panels = ceilDivide(N, PANEL);
  const blocks = ceilDivide(K, BLOCK);
  const dense = takesDense(path, counts, B, K);
  const step = chunkRows(B, panels, threads);
  const chunks = ceilDivide(B, step);
  const floor = rectify ? f32x4.splat(0) : f32x4.splat(-Infinity);
  const end = shareStart(panels * chunks, thread + 1, threads);
  for (let item = shareStart(panels * chunks, thread, threads); item < end; ++item) {
    const panel = item / chunks;
    const first = (item % chunks) * step;
    const rows = min(step, B - first);
    const vectors = vectorsOf(panel, N);
    const panelStart = weights + <usize>panel * <usize>K * PANEL_BYTES;
    memory.fill(tile, 0, <usize>rows * PANEL_BYTES);
    for (let block: i32 = 0; block < blocks; ++block) {
      const inner = block * BLOCK;
      const packed = panelStart + <usize>inner * PANEL_BYTES;
      if (dense) {
        denseTile(
          a + (<usize>(first * aStride + inner) << 2), <usize>aStride << 2, 4, rows, min(BLOCK, K - inner), packed, vectors, tile,
        );
      } else {
        sparseTile(
          lists + (<usize>first * <usize>K + <usize>inner << 3), <usize>K << 3,
          counts + (<usize>(first * blocks + block) << 2), <usize>blocks << 2, rows, packed, tile,
        );
      }
    }
    // z = sum + b, h = max(0, z)
    const column = <usize>(panel * PANEL) << 2;
    for (let row: i32 = 0; row < rows; ++row) {
      const to = out + (<usize>((first + row) * outStride) << 2) + column;
      const from = tile + <usize>row * PANEL_BYTES;
      for (let at: usize = 0; at < <usize>vectors << 4; at += 16) {
        let z = v128.load(from + at);
        if (bias) z = f32x4.add(z, v128.load(bias + column + at));
        v128.store(to + at, f32x4.max(z, floor));
      }
    }
  }
}

/** Transposes W[kFirst.., nFirst..nFirst+count] into packed [count][PANEL]: rows are outputs, columns inputs. */
function packTransposed(weights: usize, K: i32, kFirst: i32, width: i32, nFirst: i32, count: i32, packed: usize): void {
  if (width < PANEL) memory.fill(packed, 0, <usize>count * PANEL_BYTES);
  for (let i: i32 = 0; i < count; ++i) {
    const n = nFirst + i;
    let from = weights + (<usize>(n / PANEL) * <usize>K + <usize>kFirst) * PANEL_BYTES + (<usize>(n % PANEL) << 2);
    let to = packed + <usize>i * PANEL_BYTES;
    for (let k: i32 = 0; k < width; ++k) {
      store<f32>(to, load<f32>(from));
      from += PANEL_BYTES;
      to += 4;
    }
  }
}

/**
 * G = D Wt. With a gate (the activations h = max(0, z) * m * scale that the layer received) it goes straight on
 * through rectifier and dropout: G <- G * scale where h > 0, else 0. `scale` points to the dropout's factor or is 0.
 */
export function denseInputGradient(
  d: usize, dStride: i32, lists: usize, counts: usize, B: i32, N: i32, weights: usize, K: i32,
  gate: usize, scale: usize, out: usize, outStride: i32, path: i32, scratch: usize, thread: i32, threads: i32,
): void {
  const tile = scratch + <usize>thread * SCRATCH_BYTES;
  const packed = tile + TILE_BYTES;
  const panels = ceilDivide(K, PANEL);
  const blocks = ceilDivide(N, BLOCK);
  const dense = takesDense(path, counts, B, N);
  const step = chunkRows(B, panels, threads);
  const chunks = ceilDivide(B, step);
  const factor = scale ? v128.load_splat<f32>(scale) : f32x4.splat(1);
  const end = shareStart(panels * chunks, thread + 1, threads);
  for (let item = shareStart(panels * chunks, thread, threads); item < end; ++item) {
    const panel = item / chunks;
    const first = (item % chunks) * step;
    const rows = min(step, B - first);
    const vectors = vectorsOf(panel, K);
    memory.fill(tile, 0, <usize>rows * PANEL_BYTES);
    for (let block: i32 = 0; block < blocks; ++block) {
      const inner = block * BLOCK;
      const count = min(BLOCK, N - inner);
      packTransposed(weights, K, panel * PANEL, min(PANEL, K - panel * PANEL), inner, count, packed);
      if (dense) {
        denseTile(d + (<usize>(first * dStride + inner) << 2), <usize>dStride << 2, 4, rows, count, packed, vectors, tile);
      } else {
        sparseTile(
          lists + (<usize>first * <usize>N + <usize>inner << 3), <usize>N << 3,
          counts + (<usize>(first * blocks + block) << 2), <usize>blocks << 2, rows, packed, tile,
        );
      }
    }
    const column = <usize>(panel * PANEL) << 2;
    for (let row: i32 = 0; row < rows; ++row) {
      const start = (<usize>((first + row) * outStride) << 2) + column;
      const from = tile + <usize>row * PANEL_BYTES;
      for (let at: usize = 0; at < <usize>vectors << 4; at += 16) {
        let g = v128.load(from + at);
        // in the forward pass this was h = max(0, z) * m * scale
        if (gate) g = v128.and(f32x4.mul(g, factor), f32x4.gt(v128.load(gate + start + at), f32x4.splat(0)));
        v128.store(out + start + at, g);
      }
    }
  }
}

/** Packs D[first..first+count, panel's columns] into [count][PANEL], the columns beyond N zero. */
function packRows(d: usize, stride: i32, first: i32, count: i32, panel: i32, vectors: i32, packed: usize): void {
  if (vectors < 7) memory.fill(packed, 0, <usize>count * PANEL_BYTES);
  for (let i: i32 = 0; i < count; ++i) {
    memory.copy(
      packed + <usize>i * PANEL_BYTES, d + (<usize>((first + i) * stride + panel * PANEL) << 2), <usize>vectors << 4,
    );
  }
}

/** sums[n] += sum over b ascending of packed[b, n]: the gradient of the bias. */
function addRows(packed: usize, count: i32, sums: usize): void {
  for (let i: i32 = 0; i < count; ++i) {
    for (let at: usize = 0; at < PANEL_BYTES; at += 16) v128.store(sums + at, f32x4.add(v128.load(sums + at), v128.load(packed + at)));
    packed += PANEL_BYTES;
  }
}

/**
 * dW = Ht D and db = column sums of D. With hyper-parameters the update follows at once, by the rule of that number, while
 * a tile of the gradient is in L1, and the whole gradient never exists; without them (0) it is stored in panels to
 * `gradient` and `biasGradient`.
 */
export function denseWeightGradient(
  a: usize, aStride: i32, lists: usize, counts: usize, B: i32, K: i32, d: usize, dStride: i32, N: i32,
  weights: usize, state: usize, gradient: usize, bias: usize, biasState: usize, biasGradient: usize,
  rule: i32, hyper: usize, status: usize, path: i32, scratch: usize, thread: i32, threads: i32,
): void {
  const tile = scratch + <usize>thread * SCRATCH_BYTES;
  const packed = tile + TILE_BYTES;
  const sums = packed + BLOCK_BYTES;
  const panels = ceilDivide(N, PANEL);
  const blocks = ceilDivide(B, BLOCK);
  const dense = takesDense(path, counts, K, B);
  const clip = hyper ? load<f32>(hyper, CLIP) : 0;
  const biasStateBytes = <usize>panels * PANEL_BYTES;
  const stateBytes = <usize>K * biasStateBytes;
  const end = shareStart(panels, thread + 1, threads);
  for (let panel = shareStart(panels, thread, threads); panel < end; ++panel) {
    const vectors = vectorsOf(panel, N);
    const panelOffset = <usize>panel * <usize>K * PANEL_BYTES;
    let packedBlock: i32 = -1;
    let finite = true;
    memory.fill(sums, 0, PANEL_BYTES);
    // once even where K is 0: the bias has its gradient all the same
    for (let first: i32 = 0; first == 0 || first < K; first += CHUNK) {
      const rows = min(CHUNK, K - first);
      memory.fill(tile, 0, <usize>rows * PANEL_BYTES);
      for (let block: i32 = 0; block < blocks; ++block) {
        const inner = block * BLOCK;
        const count = min(BLOCK, B - inner);
        if (block != packedBlock) {
          packRows(d, dStride, inner, count, panel, vectors, packed);
          packedBlock = block;
          if (first == 0) addRows(packed, count, sums);
        }
        if (dense) {
          denseTile(a + (<usize>(inner * aStride + first) << 2), 4, <usize>aStride << 2, rows, count, packed, vectors, tile);
        } else {
          sparseTile(
            lists + (<usize>first * <usize>B + <usize>inner << 3), <usize>B << 3,
            counts + (<usize>(first * blocks + block) << 2), <usize>blocks << 2, rows, packed, tile,
          );
        }
      }
      const start = panelOffset + <usize>first * PANEL_BYTES;
      const bytes = <usize>rows * PANEL_BYTES;
      if (hyper) {
        if (clip != 0) clipGradients(tile, bytes, clip);
        finite = updateWeights(rule, weights + start, state + start, stateBytes, tile, bytes, hyper, true) && finite;
      } else {
        memory.copy(gradient + start, tile, bytes);
      }
    }
    const column = <usize>(panel * PANEL) << 2;
    const biasBytes = <usize>vectors << 4;
    if (hyper) {
      if (bias) {
        if (clip != 0) clipGradients(sums, biasBytes, clip);
        finite = updateWeights(rule, bias + column, biasState + column, biasStateBytes, sums, biasBytes, hyper, false) && finite;
        finite = areFinite(bias + column, biasBytes) && finite;
      }
      finite = finishPanel(weights + panelOffset, K, sums, load<f32>(hyper, MAX_NORM)) && finite;
      if (!finite) atomic.store<i32>(status, 1);
    } else if (biasGradient) {
      memory.copy(biasGradient + column, sums, biasBytes);
    }
  }
}

/** Max-norm on a panel whose update is complete; returns whether its squared norms are finite. */
function finishPanel(panel: usize, K: i32, sums: usize, limit: f32): bool {
  panelNorms(panel, K, sums);
  const finite = areFinite(sums, PANEL_BYTES);
  if (limit != 0) limitPanel(panel, K, sums, limit);
  return finite;
}
