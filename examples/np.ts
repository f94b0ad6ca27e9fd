// The few functions of numpy that the seed's programs call, on plain arrays of rows.

export type Matrix = readonly (readonly number[])[];

export const zip = (A: Matrix, B: Matrix, f: (a: number, b: number) => number): Matrix =>
  A.map((row, i) => row.map((a, j) => f(a, B[i][j])));

export const map = (A: Matrix, f: (a: number) => number): Matrix => A.map((row) => row.map(f));

/** A B. */
export const dot = (A: Matrix, B: Matrix): Matrix =>
  A.map((row) => B[0].map((_, n) => row.reduce((sum, a, k) => sum + a * B[k][n], 0)));

/** A + b, the column b added to every column of A. */
export const addColumn = (A: Matrix, b: Matrix): Matrix => A.map((row, i) => row.map((a) => a + b[i][0]));

/** The sum of the columns of A, a column. */
export const sumColumns = (A: Matrix): Matrix => A.map((row) => [row.reduce((sum, a) => sum + a, 0)]);

/** max(0, A). */
export const maximum0 = (A: Matrix): Matrix => map(A, (a) => Math.max(0, a));

/** A times B, entry by entry. */
export const times = (A: Matrix, B: Matrix): Matrix => zip(A, B, (a, b) => a * b);

export const scale = (A: Matrix, factor: number): Matrix => map(A, (a) => a * factor);

export const transpose = (A: Matrix): Matrix => A[0].map((_, j) => A.map((row) => row[j]));

/** Numbers that lie row after row, as a matrix. */
export const reshape = (data: ArrayLike<number>, rows: number, columns: number): Matrix =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => data[i * columns + j]));

/** The largest difference of two matrices, beside the largest number of the second. */
export function difference(A: Matrix, B: Matrix): number {
  const largest = (C: Matrix) => Math.max(...C.flat().map(Math.abs));
  return largest(zip(A, B, (a, b) => a - b)) / largest(B);
}
