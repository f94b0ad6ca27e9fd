/**
 * Numbers as the twin reads them. A matrix [B, N] is row-major: entry (b, n) at b N + n. Every function
 * states its shapes in letters (B rows of the batch, K inputs, N outputs) and returns new f64 arrays.
 */
export type Numbers = ArrayLike<number>;
