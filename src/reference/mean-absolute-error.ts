import type { LossResult } from "./loss.ts";
import type { Numbers } from "./numbers.ts";

/**
 * loss_b = mean over n of |z - t|;   dz = sign(z - t) / (B N). No row counts as correct.
 *
 * @param z outputs [B, N], N >= 1
 * @param targets numbers [B, N]
 */
export function meanAbsoluteError(z: Numbers, targets: Numbers, B: number, N: number): LossResult {
  const losses = new Float64Array(B);
  const gradient = new Float64Array(B * N);
  for (let i = 0; i < B * N; i++) {
    losses[Math.floor(i / N)] += Math.abs(z[i] - targets[i]) / N;
    gradient[i] = Math.sign(z[i] - targets[i]) / (B * N);
  }
  return { losses, gradient, correct: new Float64Array(B) };
}
