import type { Optimizer } from "./optimizer.ts";
import { type CommonOptions, checkEpsilon, makeOptimizer } from "./settings.ts";

/** Options of {@link adagrad}, beside those of every optimizer. */
export interface AdagradOptions extends CommonOptions {
  /** Keeps the divisor from 0, from 1e-37 to 1; default 1e-10. */
  epsilon?: number;
}

/**
 * Adagrad (Duchi, Hazan & Singer 2011): the more a weight has moved, the shorter its steps.
 *
 *     s <- s + g^2                            g = gradient + l2 w
 *     w <- w - learningRate g / (sqrt(s) + epsilon)
 *
 * Remembers s, `squareSum`. Max-norm and clipping as in `sgd`.
 *
 * @throws {DrowseError} on values out of range, unknown options, and while training when a schedule leaves its range.
 * @example
 * adagrad({ learningRate: 0.01 })
 */
export function adagrad(options: AdagradOptions): Optimizer {
  const { epsilon = 1e-10 } = options ?? {};
  const optimizer = makeOptimizer("adagrad", options, {}, { rule: "adagrad", slots: ["squareSum"], own: () => [epsilon] });
  checkEpsilon("adagrad", epsilon);
  return optimizer;
}
