import type { Numbers } from "./numbers.ts";

/** What selu is at -infinity, -scale * alpha. */
export const ASLEEP = -1.7580993408473766;

/** The affine map that gives numbers of mean 0 and variance 1, some of which sleep, mean 0 and variance 1 again. */
export function alphaMap(rate: number): { a: number; b: number } {
  const keep = 1 - rate;
  const a = (keep + ASLEEP ** 2 * keep * rate) ** -0.5;
  return { a, b: -a * rate * ASLEEP };
}

/** Forward y = a (m x + (1 - m) ASLEEP) + b. */
export function alphaDropout(x: Numbers, mask: Numbers, rate: number): Float64Array {
  const { a, b } = alphaMap(rate);
  return Float64Array.from(x, (value, i) => a * (mask[i] === 0 ? ASLEEP : value) + b);
}

/** In the forward pass this was y = a (m x + (1 - m) ASLEEP) + b; so dx = a m dy. */
export function alphaDropoutGradient(dy: Numbers, mask: Numbers, rate: number): Float64Array {
  const { a } = alphaMap(rate);
  return Float64Array.from(dy, (gradient, i) => (mask[i] === 0 ? 0 : a * gradient));
}
