import type { Numbers } from "./numbers.ts";

/** log sum exp(z), with the largest z taken out so that nothing overflows. */
export function logSumExp(z: Numbers): number {
  let most = z[0];
  for (let n = 1; n < z.length; n++) most = Math.max(most, z[n]);
  let sum = 0;
  for (let n = 0; n < z.length; n++) sum += Math.exp(z[n] - most);
  return most + Math.log(sum);
}

/** softmax(z)_n = exp(z_n) / sum exp(z), for each row of z [B, N]. */
export function softmax(z: Numbers, B: number, N: number): Float64Array {
  const probabilities = new Float64Array(B * N);
  for (let b = 0; b < B; b++) {
    const row = Array.from({ length: N }, (_, n) => z[b * N + n]);
    const normaliser = logSumExp(row);
    for (let n = 0; n < N; n++) probabilities[b * N + n] = Math.exp(row[n] - normaliser);
  }
  return probabilities;
}
