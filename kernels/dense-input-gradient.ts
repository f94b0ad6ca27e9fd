// Gradient of a dense layer's input: G = D Wt, as rows of A = D times panels of Wt, which are transposed block by block.
// B rows, K inputs, N outputs; D [B, N] in groups (compress.ts), W [K, N] in panels, G [B, K].
import { computedColumns, findAwake, moveApart, moveTogether } from "./awake";
import { transpose4 } from "./compress";
import {
  BLOCK, BLOCK_BYTES, CHUNK_GROUPS, PANEL, PANEL_BYTES, SCRATCH_BYTES, SUMS_BYTES, TILE_BYTES, ceilDivide, shareStart,
  vectorsOf,
} from "./layout";
import { addProduct } from "./tiles";
import { countTerms } from "./work";

/**
 * G = D Wt. With a gate (the activations h = max(0, z) * m * scale that the layer received) it goes straight on
 * through rectifier and dropout: G <- G * scale where h > 0, else 0. `scale` points to the dropout's factor or is 0.
 * Units that slept for the whole batch are not computed.
 */
export function denseInputGradient(
  lists: usize, counts: usize, B: i32, N: i32, weights: usize, K: i32, gate: usize, scale: usize, out: usize, outStride: i32,
  work: usize, scratch: usize, thread: i32, threads: i32,
): void {
  const tile = scratch + <usize>thread * SCRATCH_BYTES;
  const packed = tile + TILE_BYTES;
  const table = packed + BLOCK_BYTES + 2 * SUMS_BYTES;
  const groups = ceilDivide(B, 4);
  const panels = ceilDivide(K, PANEL);
  const factor = scale ? v128.load_splat<f32>(scale) : f32x4.splat(1);
  const outBytes = <usize>outStride << 2;
  let unit = shareStart(panels * groups, thread, threads);
  const end = shareStart(panels * groups, thread + 1, threads);
  while (unit < end) {
    const panel = unit / groups;
    const group = unit % groups;
    const together = min(min(groups - group, CHUNK_GROUPS), end - unit);
    const vectors = vectorsOf(panel, K);
    const column = <usize>(panel * PANEL) << 2;
    const awake = gate ? ceilDivide(findAwake(gate + column, outBytes, B, vectors, table), 4) : vectors;
    memory.fill(tile, 0, <usize>(together << 2) * PANEL_BYTES);
    for (let inner: i32 = 0; inner < N; inner += BLOCK) {
      const count = min(BLOCK, N - inner);
      packTransposed(weights, K, panel * PANEL, min(PANEL, K - panel * PANEL), inner, count, packed);
      if (awake < vectors) moveTogether(packed, packed, count, table);
      addProduct(lists, counts, N, group, together, inner / BLOCK, count, packed, awake, tile);
    }
    if (awake < vectors) moveApart(tile, together << 2, table);
    let start = <usize>(group << 2) * outBytes + column;
    const rows = min(together << 2, B - (group << 2));
    for (let row: i32 = 0; row < rows; ++row) {
      const from = tile + <usize>row * PANEL_BYTES;
      for (let at: usize = 0; at < <usize>vectors << 4; at += 16) {
        let g = v128.load(from + at);
        // in the forward pass this was h = max(0, z) * m * scale
        if (gate) g = v128.and(f32x4.mul(g, factor), f32x4.gt(v128.load(gate + start + at), f32x4.splat(0)));
        v128.store(out + start + at, g);
      }
      start += outBytes;
    }
    unit += together;
  }
  if (thread == 0) countTerms(counts, B, N, gate ? computedColumns(gate, outBytes, B, K) : K, work);
}

/** Transposes W[kFirst.., nFirst..nFirst+count] into packed [count][PANEL]: rows are outputs, columns inputs. */
function packTransposed(weights: usize, K: i32, kFirst: i32, width: i32, nFirst: i32, count: i32, packed: usize): void {
  // columns beyond the last input must be zero
  if (width < PANEL) memory.fill(packed, 0, <usize>count * PANEL_BYTES);
  // Four outputs at a time: PANEL and BLOCK are multiples of four, so they are of one panel.
  for (let i: i32 = 0; i < count; i += 4) {
    const n = nFirst + i;
    let from = weights + (<usize>(n / PANEL) * <usize>K + <usize>kFirst) * PANEL_BYTES + (<usize>(n % PANEL) << 2);
    let to = packed + <usize>i * PANEL_BYTES;
    let k: i32 = 0;
    for (; k + 4 <= width; k += 4) {
      transpose4(from, PANEL_BYTES, to, PANEL_BYTES);
      from += 4 * PANEL_BYTES;
      to += 16;
    }
    for (; k < width; ++k) {
      for (let j: usize = 0; j < 4; ++j) store<f32>(to + j * PANEL_BYTES, load<f32>(from + (j << 2)));
      from += PANEL_BYTES;
      to += 4;
    }
  }
}
