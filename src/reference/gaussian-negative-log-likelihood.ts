import type { LossResult } from "./loss.ts";
import type { Numbers } from "./numbers.ts";

/**
 * loss_b = -mean over t of log N(t; m, exp s) = mean of ((m - t)^2 exp(-s) + s + log(2 pi)) / 2;
 * dm = (m - t) exp(-s) / (B T),   ds = (1 - (m - t)^2 exp(-s)) / (2 B T). No row counts as correct.
 *
 * @param z outputs [B, N], N = 2 T: T means m, then T log-variances s
 * @param targets numbers [B, T], T >= 1
 */
export function gaussianNegativeLogLikelihood(z: Numbers, targets: Numbers, B: number, N: number): LossResult {
  const T = N / 2;
  const losses = new Float64Array(B);
  const gradient = new Float64Array(B * N);
  for (let b = 0; b < B; b++) {
    for (let n = 0; n < T; n++) {
      const s = z[b * N + T + n];
      const e = z[b * N + n] - targets[b * T + n];
      losses[b] += (e ** 2 * Math.exp(-s) + s + Math.log(2 * Math.PI)) / (2 * T);
      gradient[b * N + n] = (e * Math.exp(-s)) / (B * T);
      gradient[b * N + T + n] = (1 - e ** 2 * Math.exp(-s)) / (2 * B * T);
    }
  }
  return { losses, gradient, correct: new Float64Array(B) };
}
