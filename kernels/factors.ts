// Which factor of a weight gradient is listed. dW = Ht D and its transpose Dt H have the same terms in the same order, so the
// factor with fewer numbers that are not zero is listed and the other one packed, and no bit tells which: H of dense inputs has
// no zeros, while three quarters of D sleep.
// B rows, K inputs, N outputs; H [B, K], D [B, N].
import { compressColumns, nonZeros, packPanel } from "./compress";
import { PANEL, PANEL_BYTES, ceilDivide, shareStart, vectorsOf } from "./layout";

/** Where the panels of H begin, behind the word that says whether D is listed. */
@inline export const FACTOR_HEAD: usize = 16;

/** Numbers that are not zero in every fourth row. */
function sampled(from: usize, stride: i32, B: i32, columns: i32): f64 {
  return <f64>nonZeros(from, <usize>stride << 4, 16, ceilDivide(columns, 4), ceilDivide(B, 4));
}

/**
 * Lists of the columns of H, or of those of D and H in panels [panel][B][PANEL] behind the word at `factor`, which is then 1.
 * path 0: by the numbers; 1 and 2 list H, 3 and 4 list D (see compress.ts).
 */
export function compressFactor(
  h: usize, hStride: i32, K: i32, d: usize, dStride: i32, N: i32, B: i32, lists: usize, counts: usize, factor: usize, path: i32,
  thread: i32, threads: i32,
): void {
  // Terms of a sampled row of all products. A tile that is to be transposed costs as much as three or four terms of each of its
  // numbers, and rows that are packed are faster than rows that are listed.
  const sample = <f64>ceilDivide(B, 4);
  const ofH = sampled(h, hStride, B, K) * <f64>(ceilDivide(N, PANEL) * PANEL);
  const ofD = sampled(d, dStride, B, N) * <f64>K + 4 * sample / <f64>B * <f64>K * <f64>N;
  const listsD = path ? path > 2 : ofD < ofH * 0.8;
  store<i32>(factor, listsD);
  if (!listsD) return compressColumns(h, hStride, B, K, lists, counts, path, thread, threads);
  compressColumns(d, dStride, B, N, lists, counts, path, thread, threads);
  const panels = ceilDivide(K, PANEL);
  const end = shareStart(panels, thread + 1, threads);
  for (let panel = shareStart(panels, thread, threads); panel < end; ++panel) {
    packPanel(h, hStride, 0, B, panel, vectorsOf(panel, K), factor + FACTOR_HEAD + <usize>panel * <usize>B * PANEL_BYTES);
  }
}
