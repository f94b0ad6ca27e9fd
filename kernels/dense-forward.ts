// Forward product of a dense layer: Z = H W + b, as rows of A = H times the panels of W as they lie, without what sleeps.
// B rows, K inputs, N outputs; H [B, K] in groups (compress.ts), W [K, N] in panels.
import { computedColumns, findAwake, moveApart, moveTogether } from "./awake";
import {
  BLOCK, BLOCK_BYTES, CHUNK_GROUPS, PANEL, PANEL_BYTES, SCRATCH_BYTES, SUMS_BYTES, TILE_BYTES, ceilDivide, keep, shareStart,
  vectorsOf,
} from "./layout";
import { addProduct } from "./tiles";
import { countTerms } from "./work";

/** Groups of four rows between two looks ahead. */
const STRETCH: i32 = 8;

/**
 * Reads a byte of each cache line: the weights that the next block needs come from far memory while this block is computed,
 * in order and in time; its lists would ask for them at random and too late. Measured to be worth a tenth of the product.
 */
@inline function lookAhead(from: usize, bytes: usize): i32 {
  let seen: i32 = 0;
  for (let at: usize = 0; at < bytes; at += 64) seen += load<u8>(from + at);
  return seen;
}

/** out = H W + b, or max(0, H W + b) with rectify. bias 0: none. work: see work.ts. */
export function denseForward(
  lists: usize, counts: usize, B: i32, K: i32, weights: usize, bias: usize, N: i32, out: usize, outStride: i32, rectify: i32,
  work: usize, scratch: usize, thread: i32, threads: i32,
): void {
  forward(lists, counts, B, K, weights, bias, N, out, outStride, rectify, 0, work, scratch, thread, threads);
}

/**
 * The same times one mask for all rows, which has 0 for each unit that sleeps and its dropout's factor for the others:
 * columns of W that lead to sleeping units only are left out.
 */
export function maskedDenseForward(
  lists: usize, counts: usize, B: i32, K: i32, weights: usize, bias: usize, N: i32, out: usize, outStride: i32, rectify: i32,
  mask: usize, work: usize, scratch: usize, thread: i32, threads: i32,
): void {
  forward(lists, counts, B, K, weights, bias, N, out, outStride, rectify, mask, work, scratch, thread, threads);
}

/** With mask 0, a constant, nothing of it is in the code. */
@inline function forward(
  lists: usize, counts: usize, B: i32, K: i32, weights: usize, bias: usize, N: i32, out: usize, outStride: i32, rectify: i32,
  mask: usize, work: usize, scratch: usize, thread: i32, threads: i32,
): void {
  const tile = scratch + <usize>thread * SCRATCH_BYTES;
  const gathered = tile + TILE_BYTES;
  const table = gathered + BLOCK_BYTES + 2 * SUMS_BYTES;
  const groups = ceilDivide(B, 4);
  const panels = ceilDivide(N, PANEL);
  const weightsEnd = weights + <usize>panels * <usize>K * PANEL_BYTES;
  const floor = rectify ? f32x4.splat(0) : f32x4.splat(-Infinity);
  const outBytes = <usize>outStride << 2;
  let seen: i32 = 0;
  let unit = shareStart(panels * groups, thread, threads);
  const end = shareStart(panels * groups, thread + 1, threads);
  while (unit < end) {
    const panel = unit / groups;
    const group = unit % groups;
    const together = min(min(groups - group, CHUNK_GROUPS), end - unit);
    const vectors = vectorsOf(panel, N);
    const column = <usize>(panel * PANEL) << 2;
    const awake = mask ? ceilDivide(findAwake(mask + column, 0, 1, vectors, table), 4) : vectors;
    let packed = weights + <usize>panel * <usize>K * PANEL_BYTES;
    memory.fill(tile, 0, <usize>(together << 2) * PANEL_BYTES);
    for (let inner: i32 = 0; inner < K; inner += BLOCK) {
      const count = min(BLOCK, K - inner);
      const next = packed + <usize>count * PANEL_BYTES;
      const ahead = min<usize>(BLOCK_BYTES, weightsEnd - next) / <usize>max(1, together / STRETCH);
      let block = packed;
      if (mask && awake < vectors) {
        block = gathered;
        moveTogether(packed, gathered, count, table);
      }
      for (let done: i32 = 0; done < together; done += STRETCH) {
        const stretch = min(STRETCH, together - done);
        const rows = tile + <usize>(done << 2) * PANEL_BYTES;
        addProduct(lists, counts, K, group + done, stretch, inner / BLOCK, count, block, awake, rows);
        if (stretch == STRETCH) seen += lookAhead(next + <usize>(done / STRETCH) * ahead, ahead);
      }
      packed = next;
    }
    if (mask && awake < vectors) moveApart(tile, together << 2, table);
    // z = sum + b, h = max(0, z), times the mask
    let to = out + <usize>(group << 2) * outBytes + column;
    const rows = min(together << 2, B - (group << 2));
    for (let row: i32 = 0; row < rows; ++row) {
      const from = tile + <usize>row * PANEL_BYTES;
      for (let at: usize = 0; at < <usize>vectors << 4; at += 16) {
        let z = v128.load(from + at);
        if (bias) z = f32x4.add(z, v128.load(bias + column + at));
        let h = f32x4.max(z, floor);
        if (mask) {
          const m = v128.load(mask + column + at);
          h = v128.and(f32x4.mul(h, m), f32x4.ne(m, f32x4.splat(0)));
        }
        v128.store(to + at, h);
      }
      to += outBytes;
    }
    unit += together;
  }
  keep(tile, seen);
  if (thread == 0) countTerms(counts, B, K, mask ? computedColumns(mask, 0, 1, N) : N, work);
}
