import type { Numbers } from "./numbers.ts";

export interface RmspropOptions {
  readonly learningRate: number;
  /** Factor of the penalty l2 / 2 ||w||^2. */
  readonly l2: number;
  /** How much of the mean square stays. */
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
}

/**
 * RMSprop (Tieleman & Hinton 2012), with momentum behind the division:
 *
 *   s <- rho s + (1 - rho) g^2      v <- momentum v + g / (sqrt(s) + epsilon)      w <- w - learningRate v
 *
 * with g + l2 w for g.
 */
export function rmsprop(
  weights: Numbers,
  state: { readonly squares: Numbers; readonly velocities: Numbers },
  gradients: Numbers,
  { learningRate, l2, rho, momentum, epsilon }: RmspropOptions,
): { weights: Float64Array; squares: Float64Array; velocities: Float64Array } {
  const g = Float64Array.from(gradients, (gradient, i) => gradient + l2 * weights[i]);
  const squares = g.map((gradient, i) => rho * state.squares[i] + (1 - rho) * gradient ** 2);
  const velocities = g.map((gradient, i) => momentum * state.velocities[i] + gradient / (Math.sqrt(squares[i]) + epsilon));
  return { weights: Float64Array.from(weights, (weight, i) => weight - learningRate * velocities[i]), squares, velocities };
}
