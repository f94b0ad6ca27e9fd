import type { LossResult } from "./loss.ts";
import type { Numbers } from "./numbers.ts";

/**
 * loss_b = mean over n of e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2), e = z - t;
 * dz = e / (B N), limited to delta / (B N) on both sides. No row counts as correct.
 *
 * @param z outputs [B, N], N >= 1
 * @param targets numbers [B, N]
 */
export function huber(z: Numbers, targets: Numbers, B: number, N: number, delta: number): LossResult {
  const losses = new Float64Array(B);
  const gradient = new Float64Array(B * N);
  for (let i = 0; i < B * N; i++) {
    const e = z[i] - targets[i];
    losses[Math.floor(i / N)] += (Math.abs(e) <= delta ? e ** 2 / 2 : delta * (Math.abs(e) - delta / 2)) / N;
    gradient[i] = Math.max(-delta, Math.min(delta, e)) / (B * N);
  }
  return { losses, gradient, correct: new Float64Array(B) };
}
