import type { LossResult } from "./loss.ts";
import { type LossName, lossOf } from "./loss-by-name.ts";
import type { Numbers } from "./numbers.ts";

/**
 * R-Drop (Liang et al. 2021) of outputs z [2 B, N], the rows 2 b and 2 b + 1 being those of one row under two masks:
 *
 *     loss_b = (CE(P, t) + CE(Q, t)) / 2 + alpha (KL(P || Q) + KL(Q || P)) / 2,
 *
 * of classes, or the mean over N outputs that are each true or not. The gradient of KL(P || Q) by P's logits is
 * p (log p - log q - KL(P || Q)), that of KL(Q || P) is p - q; for Bernoulli p and q p (1 - p) (u - v) and p - q.
 *
 * @param targets class indices [B], or numbers from 0 to 1 [B, N]
 */
export function rDrop(
  loss: LossName,
  z: Float64Array,
  targets: Numbers,
  B: number,
  alpha: number,
  smoothing?: number,
): LossResult {
  const N = z.length / (2 * B);
  const rows = (first: number) =>
    Float64Array.from({ length: B * N }, (_, i) => z[(2 * Math.floor(i / N) + first) * N + (i % N)]);
  const [u, v] = [rows(0), rows(1)];
  const plain = { loss, ...(smoothing === undefined ? {} : { lossSetting: smoothing }) };
  const [ofU, ofV] = [lossOf(plain, u, targets, B), lossOf(plain, v, targets, B)];
  const losses = new Float64Array(B);
  const gradient = new Float64Array(2 * B * N);
  for (let b = 0; b < B; b++) {
    const row = (numbers: Float64Array) => Array.from(numbers.subarray(b * N, (b + 1) * N));
    const [there, back] = [divergence(loss, row(u), row(v)), divergence(loss, row(v), row(u))];
    losses[b] = (ofU.losses[b] + ofV.losses[b] + alpha * (there.value + back.value)) / 2;
    for (let n = 0; n < N; n++) {
      const i = b * N + n;
      gradient[2 * b * N + n] = (ofU.gradient[i] + (alpha * (there.byP[n] + back.byQ[n])) / B) / 2;
      gradient[(2 * b + 1) * N + n] = (ofV.gradient[i] + (alpha * (there.byQ[n] + back.byP[n])) / B) / 2;
    }
  }
  return { losses, gradient, correct: ofU.correct.map((right, b) => right + ofV.correct[b]) };
}

/** KL(P || Q) of logits u and v, and its gradients by both. */
function divergence(loss: LossName, u: readonly number[], v: readonly number[]) {
  if (loss === "crossEntropy") return ofClasses(u, v);
  const each = u.map((value, n) => ofClasses([value, 0], [v[n], 0]));
  const N = u.length;
  return {
    value: each.reduce((sum, { value }) => sum + value, 0) / N,
    byP: each.map(({ byP }) => byP[0] / N),
    byQ: each.map(({ byQ }) => byQ[0] / N),
  };
}

function ofClasses(u: readonly number[], v: readonly number[]) {
  const [logP, logQ] = [logSoftmax(u), logSoftmax(v)];
  const [p, q] = [logP.map(Math.exp), logQ.map(Math.exp)];
  const value = p.reduce((sum, probability, n) => sum + (probability > 0 ? probability * (logP[n] - logQ[n]) : 0), 0);
  return { value, byP: p.map((probability, n) => probability * (logP[n] - logQ[n] - value)), byQ: q.map((at, n) => at - p[n]) };
}

function logSoftmax(z: readonly number[]): number[] {
  const most = Math.max(...z);
  const sum = z.reduce((total, value) => total + Math.exp(value - most), 0);
  return z.map((value) => value - most - Math.log(sum));
}
