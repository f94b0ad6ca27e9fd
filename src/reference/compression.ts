import type { Numbers } from "./numbers.ts";

/** A non-zero entry of a matrix: its place within its block, and its value. */
export interface Entry {
  readonly index: number;
  readonly value: number;
}

/**
 * The non-zero entries of each row of a matrix [rows, columns], the columns cut into blocks of `block`:
 * lists[row][floor(column / block)] holds { index: column mod block, value } in ascending order.
 */
export function compressRows(matrix: Numbers, rows: number, columns: number, block: number): Entry[][][] {
  return Array.from({ length: rows }, (_, row) => {
    const blocks: Entry[][] = Array.from({ length: Math.ceil(columns / block) }, () => []);
    for (let column = 0; column < columns; column++) {
      const value = matrix[row * columns + column];
      if (value !== 0) blocks[Math.floor(column / block)].push({ index: column % block, value });
    }
    return blocks;
  });
}

/** The lists of the columns of a matrix [rows, columns]: those of the rows of its transpose. */
export function compressColumns(matrix: Numbers, rows: number, columns: number, block: number): Entry[][][] {
  return compressRows(transpose(matrix, rows, columns), columns, rows, block);
}

/**
 * Whether the weight gradient of h [B, K] and d [B, N] takes d apart and not h: by the numbers that are not zero in every fourth
 * row, `width` being the columns of a panel. A choice of speed, which no result tells.
 */
export function listsGradient(
  h: Numbers,
  d: Numbers,
  { B, K, N, width }: { B: number; K: number; N: number; width: number },
): boolean {
  const sampled = (matrix: Numbers, columns: number) => {
    let count = 0;
    for (let row = 0; row < B; row += 4) for (let i = 0; i < columns; i++) if (matrix[row * columns + i] !== 0) count++;
    return count;
  };
  const sample = Math.ceil(B / 4);
  // a tile that is transposed costs as much as four terms of each of its numbers
  const ofD = sampled(d, N) * K + ((4 * sample) / B) * K * N;
  return ofD < 0.8 * sampled(h, K) * Math.ceil(N / width) * width;
}

/** The transpose [columns, rows] of a matrix [rows, columns]. */
export function transpose(matrix: Numbers, rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]);
}
