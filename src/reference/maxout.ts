import type { Numbers } from "./numbers.ts";

/** Where the largest of x[start], ..., x[start + pieces - 1] lies; of equals the first, and NaN before everything. */
function winner(x: Numbers, start: number, pieces: number): number {
  let best = start;
  for (let i = start; i < start + pieces; i++) {
    if (Number.isNaN(x[i])) return i;
    if (x[i] > x[best]) best = i;
  }
  return best;
}

/** Which of its group each largest is, by its index among all. */
export function winners(x: Numbers, pieces: number): number[] {
  return Array.from({ length: x.length / pieces }, (_, j) => winner(x, j * pieces, pieces));
}

/** y_j = max(x_(j pieces), ..., x_(j pieces + pieces - 1)), from rows [B, N pieces] to rows [B, N]. */
export function maxout(x: Numbers, pieces: number): Float64Array {
  return Float64Array.from(winners(x, pieces), (at) => x[at]);
}

/** In the forward pass this was y = max x; so dx = dy at the largest, else 0. */
export function maxoutGradient(x: Numbers, dy: Numbers, pieces: number): Float64Array {
  const dx = new Float64Array(x.length);
  for (const [j, at] of winners(x, pieces).entries()) dx[at] = dy[j];
  return dx;
}
