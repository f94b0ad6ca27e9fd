import type { LossResult } from "./loss.ts";
import type { Numbers } from "./numbers.ts";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
/** -log sigmoid(x) = log(1 + exp(-x)), by the exponential that does not overflow. */
const minusLogSigmoid = (x: number) => Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/**
 * loss_b = mean over n of -t log p - (1 - t) log(1 - p), p = sigmoid(z), 1 - p = sigmoid(-z);   dz = (p - t) / (B N).
 * With smoothing s, t is replaced by (1 - s) t + s / 2. Correct are the outputs on the right side of 0.5.
 *
 * @param z logits [B, N], N >= 1
 * @param targets numbers from 0 to 1 [B, N]
 */
export function binaryCrossEntropy(z: Numbers, targets: Numbers, B: number, N: number, smoothing = 0): LossResult {
  const losses = new Float64Array(B);
  const correct = new Float64Array(B);
  const gradient = new Float64Array(B * N);
  for (let i = 0; i < B * N; i++) {
    const b = Math.floor(i / N);
    const t = (1 - smoothing) * targets[i] + smoothing / 2;
    // 0 times infinity: where t is 0 or 1 the other term is not there
    losses[b] += ((t > 0 ? t * minusLogSigmoid(z[i]) : 0) + (t < 1 ? (1 - t) * minusLogSigmoid(-z[i]) : 0)) / N;
    // p - t = (1 - t) p - t (1 - p), which does not cancel where p is near t = 1
    gradient[i] = ((1 - t) * sigmoid(z[i]) - t * sigmoid(-z[i])) / (B * N);
    correct[b] += z[i] > 0 === targets[i] > 0.5 ? 1 : 0;
  }
  return { losses, correct, gradient };
}
