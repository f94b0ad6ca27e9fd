import type { LossResult } from "./loss.ts";
import type { Numbers } from "./numbers.ts";

/**
 * loss_b = mean over n of (z - t)^2;   dz = 2 (z - t) / (B N). No row counts as correct.
 *
 * @param z outputs [B, N], N >= 1
 * @param targets numbers [B, N]
 */
export function meanSquaredError(z: Numbers, targets: Numbers, B: number, N: number): LossResult {
  const losses = new Float64Array(B);
  const gradient = new Float64Array(B * N);
  for (let b = 0; b < B; b++) {
    for (let n = 0; n < N; n++) {
      const difference = z[b * N + n] - targets[b * N + n];
      losses[b] += difference ** 2 / N;
      gradient[b * N + n] = (2 * difference) / (B * N);
    }
  }
  return { losses, gradient, correct: new Float64Array(B) };
}
