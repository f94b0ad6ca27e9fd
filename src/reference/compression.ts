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

/** The transpose [columns, rows] of a matrix [rows, columns]. */
export function transpose(matrix: Numbers, rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]);
}
