import type { LossResult } from "./loss.ts";
import type { Numbers } from "./numbers.ts";
import { logSumExp, softmax } from "./softmax.ts";

/**
 * loss_b = -log softmax(z_b)[t_b] = log sum exp(z_b) - z_b[t_b];   dz = (softmax(z) - onehot(t)) / B.
 *
 * @param z logits [B, N], N >= 1
 * @param targets class indices [B]
 */
export function softmaxCrossEntropy(z: Numbers, targets: Numbers, N: number): LossResult {
  const B = targets.length;
  const losses = new Float64Array(B);
  const correct = new Float64Array(B);
  const gradient = softmax(z, B, N);
  for (let b = 0; b < B; b++) {
    const row = Array.from({ length: N }, (_, n) => z[b * N + n]);
    losses[b] = logSumExp(row) - row[targets[b]];
    correct[b] = row.indexOf(Math.max(...row)) === targets[b] ? 1 : 0;
    gradient[b * N + targets[b]] -= 1;
  }
  return { losses, correct, gradient: gradient.map((d) => d / B) };
}
