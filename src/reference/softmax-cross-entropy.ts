import type { LossResult } from "./loss.ts";
import type { Numbers } from "./numbers.ts";
import { logSumExp, softmax } from "./softmax.ts";

/**
 * loss_b = -log softmax(z_b)[t_b] = log sum exp(z_b) - z_b[t_b];   dz = (softmax(z) - onehot(t)) / B.
 *
 * With smoothing s, the probabilities q = (1 - s) onehot(t) + s / N take the place of onehot(t):
 * loss_b = log sum exp(z_b) - sum of q z_b;   dz = (softmax(z) - q) / B.
 *
 * @param z logits [B, N], N >= 1
 * @param targets class indices [B]
 */
export function softmaxCrossEntropy(z: Numbers, targets: Numbers, N: number, smoothing = 0): LossResult {
  const B = targets.length;
  const losses = new Float64Array(B);
  const correct = new Float64Array(B);
  const gradient = softmax(z, B, N);
  for (let b = 0; b < B; b++) {
    const row = Array.from({ length: N }, (_, n) => z[b * N + n]);
    const q = row.map((_, n) => (1 - smoothing) * (n === targets[b] ? 1 : 0) + smoothing / N);
    losses[b] = logSumExp(row) - row.reduce((sum, value, n) => sum + (q[n] > 0 ? q[n] * value : 0), 0);
    correct[b] = row.indexOf(Math.max(...row)) === targets[b] ? 1 : 0;
    for (let n = 0; n < N; n++) gradient[b * N + n] -= q[n];
  }
  return { losses, correct, gradient: gradient.map((d) => d / B) };
}
