import type { Numbers } from "./numbers.ts";

export interface AdamOptions {
  readonly learningRate: number;
  /** Factor of the penalty l2 / 2 ||w||^2, which passes through the moments. */
  readonly l2: number;
  /** Decoupled decay, which does not. */
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** t: this step and those before it. */
  readonly steps: number;
}

/**
 * Adam (Kingma & Ba 2015, algorithm 1), and with decoupled decay AdamW (Loshchilov & Hutter 2019, algorithm 2), t = 1, 2, ...
 *
 *   m <- beta1 m + (1 - beta1) g      v <- beta2 v + (1 - beta2) g^2      with g + l2 w for g
 *   w <- w - learningRate (m^ / (sqrt(v^) + epsilon) + weightDecay w)     m^ = m / (1 - beta1^t), v^ = v / (1 - beta2^t)
 */
export function adam(
  weights: Numbers,
  state: { readonly first: Numbers; readonly second: Numbers },
  gradients: Numbers,
  { learningRate, l2, weightDecay, beta1, beta2, epsilon, steps }: AdamOptions,
): { weights: Float64Array; first: Float64Array; second: Float64Array } {
  const g = Float64Array.from(gradients, (gradient, i) => gradient + l2 * weights[i]);
  const first = g.map((gradient, i) => beta1 * state.first[i] + (1 - beta1) * gradient);
  const second = g.map((gradient, i) => beta2 * state.second[i] + (1 - beta2) * gradient ** 2);
  const moved = Float64Array.from(weights, (weight, i) => {
    const mean = first[i] / (1 - beta1 ** steps);
    const meanSquare = second[i] / (1 - beta2 ** steps);
    return weight - learningRate * (mean / (Math.sqrt(meanSquare) + epsilon) + weightDecay * weight);
  });
  return { weights: moved, first, second };
}
