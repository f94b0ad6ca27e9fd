import type { Numbers } from "./numbers.ts";

export interface SgdOptions {
  /** Length of a step. */
  readonly learningRate: number;
  /** How much of the last velocity stays, in [0, 1). */
  readonly momentum: number;
  /** Factor of the penalty l2 / 2 ||w||^2. */
  readonly l2: number;
  /** Look ahead along the velocity. */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent with momentum and L2, as in Srivastava et al. 2014:
 *
 *   v <- momentum v + g + l2 w        w <- w - learningRate v
 *
 * With Nesterov's momentum, in the form of Sutskever et al. 2013:
 *
 *   w <- w - learningRate (g + l2 w + momentum v)
 */
export function sgd(
  weights: Numbers,
  velocities: Numbers,
  gradients: Numbers,
  { learningRate, momentum, l2, nesterov = false }: SgdOptions,
): { weights: Float64Array; velocities: Float64Array } {
  const v = Float64Array.from(velocities, (velocity, i) => momentum * velocity + gradients[i] + l2 * weights[i]);
  const step = (i: number) => (nesterov ? gradients[i] + l2 * weights[i] + momentum * v[i] : v[i]);
  const w = Float64Array.from(weights, (weight, i) => weight - learningRate * step(i));
  return { weights: w, velocities: v };
}
