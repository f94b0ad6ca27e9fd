import { type MaskKeys, maskWords } from "./mask-words.ts";
import { normalQuantile } from "./normal.ts";
import type { Numbers } from "./numbers.ts";

/** e ~ N(0, 1) for rows [B, K]: the quantiles of the middles of the intervals of their words. */
export function normalNoise(indices: Numbers, K: number, keys: MaskKeys): Float64Array {
  const e = new Float64Array(indices.length * K);
  for (let b = 0; b < indices.length; b++) {
    e.set(
      Float64Array.from(maskWords(K, indices[b], keys), (word) => normalQuantile((word + 0.5) / 2 ** 32)),
      b * K,
    );
  }
  return e;
}

/** y = x (1 + sqrt(alpha) e) for rows [B, K], alpha = exp(logAlpha): one for all units, or K (Kingma et al. 2015). */
export function variationalDropout(x: Numbers, e: Numbers, logAlpha: Numbers, K: number): Float64Array {
  return Float64Array.from(x, (value, i) => value * (1 + Math.exp(logAlpha[logAlpha.length > 1 ? i % K : 0] / 2) * e[i]));
}

/** In the forward pass this was y = x (1 + sqrt(alpha) e), so dx = d (1 + sqrt(alpha) e), dlogAlpha = sum of d x e sqrt(alpha) / 2. */
export function variationalDropoutGradients(
  x: Numbers,
  d: Numbers,
  e: Numbers,
  logAlpha: Numbers,
  K: number,
): { input: Float64Array; logAlpha: Float64Array } {
  const gradient = new Float64Array(logAlpha.length);
  for (let i = 0; i < x.length; i++) {
    const unit = logAlpha.length > 1 ? i % K : 0;
    gradient[unit] += (d[i] * x[i] * e[i] * Math.exp(logAlpha[unit] / 2)) / 2;
  }
  return { input: variationalDropout(d, e, logAlpha, K), logAlpha: gradient };
}

const [C1, C2, C3] = [1.16145124, -1.50204118, 0.58629921];

/**
 * factor times the sum over K units of KL(q || p), by the paper's equation 12, for alpha <= 1:
 *
 *     -KL = constant + log(alpha) / 2 + c1 alpha + c2 alpha^2 + c3 alpha^3
 *
 * with the constant at which a unit of alpha 1 costs nothing; and its derivatives by log alpha.
 */
export function variationalPenalty(logAlpha: Numbers, K: number, factor: number): { value: number; logAlpha: Float64Array } {
  const times = (factor * K) / logAlpha.length;
  let value = 0;
  const gradient = Float64Array.from(logAlpha, (l) => {
    const alpha = Math.exp(l);
    value += times * (C1 + C2 + C3 - (l / 2 + C1 * alpha + C2 * alpha ** 2 + C3 * alpha ** 3));
    return -times * (1 / 2 + C1 * alpha + 2 * C2 * alpha ** 2 + 3 * C3 * alpha ** 3);
  });
  return { value, logAlpha: gradient };
}
