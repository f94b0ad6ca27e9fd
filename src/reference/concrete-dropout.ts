import { type MaskKeys, maskWords } from "./mask-words.ts";
import type { Numbers } from "./numbers.ts";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** u in (0, 1) for rows [B, K]: the middles of the intervals of their words. */
export function uniforms(indices: Numbers, K: number, keys: MaskKeys): Float64Array {
  const u = new Float64Array(indices.length * K);
  for (let b = 0; b < indices.length; b++) {
    u.set(
      Float64Array.from(maskWords(K, indices[b], keys), (word) => (word + 0.5) / 2 ** 32),
      b * K,
    );
  }
  return u;
}

/** z = sigmoid((log p - log(1 - p) + log u - log(1 - u)) / t), near 1 where a unit sleeps, and 1 - z in all its digits. */
function relaxedMask(u: number, logit: number, temperature: number): { asleep: number; awake: number } {
  const a = (logit + Math.log(u) - Math.log(1 - u)) / temperature;
  return { asleep: sigmoid(a), awake: sigmoid(-a) };
}

/** y = x (1 - z) / (1 - p) for rows [B, K] (Gal, Hron and Kendall 2017). */
export function concreteDropout(x: Numbers, u: Numbers, logit: number, temperature: number): Float64Array {
  const p = sigmoid(logit);
  return Float64Array.from(x, (value, i) => (value * relaxedMask(u[i], logit, temperature).awake) / (1 - p));
}

/** In the forward pass this was y = x (1 - z) / (1 - p), so dx = d (1 - z) / (1 - p), dlogit = sum of d y (p - z / t). */
export function concreteDropoutGradients(
  x: Numbers,
  d: Numbers,
  u: Numbers,
  logit: number,
  temperature: number,
): { input: Float64Array; logit: number } {
  const p = sigmoid(logit);
  const input = concreteDropout(d, u, logit, temperature);
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * input[i] * (p - relaxedMask(u[i], logit, temperature).asleep / temperature);
  return { input, logit: sum };
}

/**
 * What the prior costs, for K units that feed weights:
 *
 *     weightFactor ||W||^2 / (1 - p) + dropoutFactor K (p log p + (1 - p) log(1 - p))
 *
 * with its derivatives by the logit and, as the factor of W, by W.
 */
export function concretePenalty(
  logit: number,
  weights: readonly Numbers[],
  { K, weightFactor, dropoutFactor }: { K: number; weightFactor: number; dropoutFactor: number },
): { value: number; logit: number; weight: number } {
  const p = sigmoid(logit);
  const squared = weights.reduce((sum, weight) => sum + Array.from(weight).reduce((own, value) => own + value ** 2, 0), 0);
  const entropy = p * Math.log(p) + (1 - p) * Math.log(1 - p);
  // dp/dlogit = p (1 - p)
  const byRate = (weightFactor * squared) / (1 - p) ** 2 + dropoutFactor * K * (Math.log(p) - Math.log(1 - p));
  return {
    value: (weightFactor * squared) / (1 - p) + dropoutFactor * K * entropy,
    logit: byRate * p * (1 - p),
    weight: (2 * weightFactor) / (1 - p),
  };
}
