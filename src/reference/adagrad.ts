import type { Numbers } from "./numbers.ts";

export interface AdagradOptions {
  readonly learningRate: number;
  /** Factor of the penalty l2 / 2 ||w||^2. */
  readonly l2: number;
  readonly epsilon: number;
}

/**
 * Adagrad (Duchi et al. 2011, diagonal), with g + l2 w for g:
 *
 *   s <- s + g^2      w <- w - learningRate g / (sqrt(s) + epsilon)
 */
export function adagrad(
  weights: Numbers,
  state: { readonly squares: Numbers },
  gradients: Numbers,
  { learningRate, l2, epsilon }: AdagradOptions,
): { weights: Float64Array; squares: Float64Array } {
  const g = Float64Array.from(gradients, (gradient, i) => gradient + l2 * weights[i]);
  const squares = g.map((gradient, i) => state.squares[i] + gradient ** 2);
  const moved = Float64Array.from(weights, (weight, i) => weight - (learningRate * g[i]) / (Math.sqrt(squares[i]) + epsilon));
  return { weights: moved, squares };
}
