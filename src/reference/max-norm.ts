import type { Numbers } from "./numbers.ts";

/**
 * Max-norm (Srivastava et al. 2014, section 5.1): a unit n whose incoming weights w = W[:, n] have ||w|| > c
 * gets w <- w c / ||w||.
 *
 * @param weight W [K, N]
 * @param limit c > 0
 */
export function maxNorm(weight: Numbers, K: number, N: number, limit: number): Float64Array {
  const limited = Float64Array.from(weight);
  for (let n = 0; n < N; n++) {
    let squared = 0;
    for (let k = 0; k < K; k++) squared += weight[k * N + n] ** 2;
    const norm = Math.sqrt(squared);
    if (norm <= limit) continue;
    for (let k = 0; k < K; k++) limited[k * N + n] *= limit / norm;
  }
  return limited;
}
