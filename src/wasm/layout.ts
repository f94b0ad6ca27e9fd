import { sizeOf } from "../tensor/shape.ts";

/** Columns of a weight panel; see `kernels/layout.ts`, which these three numbers repeat (a test compares them). */
export const PANEL = 28;
/** Rows of a product's inner dimension that are walked together. */
export const BLOCK = 192;
/** Scratch memory of one thread, in bytes. */
export const SCRATCH_BYTES = 36352;

/** Bytes of the word before the panels of a factor; see `kernels/factors.ts`. */
export const FACTOR_HEAD = 16;

/** An activation matrix [rows, columns] in memory: row-major f32, the stride in floats. */
export interface Matrix {
  readonly pointer: number;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
}

/**
 * The stride of an activation matrix: the columns rounded up to whole vectors, and away from multiples of
 * 1024 bytes, which would put the rows of a column into few cache sets.
 */
export function strideOf(columns: number): number {
  const vectors = Math.ceil(columns / 4) * 4;
  return vectors % 256 === 0 ? vectors + 16 : vectors;
}

/** Bytes of a [K, N] weight matrix in panels. */
export function panelBytes(K: number, N: number): number {
  return Math.ceil(N / PANEL) * PANEL * K * 4;
}

/** Bytes of a vector of N numbers, padded to whole panels. */
export function vectorBytes(N: number): number {
  return Math.ceil(N / PANEL) * PANEL * 4;
}

/** Bytes of a matrix [rows, inner] as products take it, in groups of four rows, and of the lengths of its lists: see `kernels/compress.ts`. */
export function listBytes(rows: number, inner: number): { lists: number; counts: number } {
  const groups = Math.ceil(rows / 4);
  return { lists: sizeOf([groups, inner]) * 32, counts: groups * Math.ceil(inner / BLOCK) * 16 };
}

/** Weights [out, in] (PyTorch's layout, the one users see) into panels [panel][in][PANEL]. */
export function toPanels(weight: Float32Array, N: number, K: number): Float32Array {
  const panels = new Float32Array(panelBytes(K, N) / 4);
  for (let n = 0; n < N; n++) {
    let to = Math.floor(n / PANEL) * K * PANEL + (n % PANEL);
    for (let k = 0; k < K; k++, to += PANEL) panels[to] = weight[n * K + k];
  }
  return panels;
}

/** The inverse of {@link toPanels}. */
export function fromPanels(panels: Float32Array, N: number, K: number): Float32Array {
  const weight = new Float32Array(N * K);
  for (let n = 0; n < N; n++) {
    let from = Math.floor(n / PANEL) * K * PANEL + (n % PANEL);
    for (let k = 0; k < K; k++, from += PANEL) weight[n * K + k] = panels[from];
  }
  return weight;
}
