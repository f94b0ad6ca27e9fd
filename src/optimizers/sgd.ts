import { DrowseError, show } from "../tensor/errors.ts";
import type { Optimizer, Schedule } from "./optimizer.ts";
import { type CommonOptions, fractionAt, makeOptimizer } from "./settings.ts";

/** Options of {@link sgd}, beside those of every optimizer. */
export interface SgdOptions extends CommonOptions {
  /** Share of the velocity that stays from step to step, in [0, 1); default 0. A number or a function of the step. */
  momentum?: Schedule;
  /** Look ahead along the velocity (Nesterov's momentum, in the form of Sutskever et al. 2013); default false. */
  nesterov?: boolean;
}

/**
 * Stochastic gradient descent with momentum (Polyak 1964), L2 and max-norm (Srivastava et al. 2014, section 5.1).
 *
 *     v <- momentum v + gradient + l2 w
 *     w <- w - learningRate v                                     classical
 *     w <- w - learningRate (gradient + l2 w + momentum v)        nesterov
 *     w <- w maxNorm / ||w||    for the incoming weights w of a unit with ||w|| > maxNorm
 *
 * Remembers the velocity v, unless there is no momentum.
 *
 * @throws {DrowseError} on values out of range, unknown options, and while training when a schedule leaves its range.
 * @example
 * sgd({ learningRate: 0.1, momentum: 0.95, maxNorm: 3 })
 * // the recipe of Srivastava et al. 2014, over a million steps of 100 rows
 * const learningRate = inverseTime({ initial: 1, steps: 10_000 });
 * const momentum = exponentialDecay({ initial: 0.5, end: 0.99, steps: 1e5 });
 * sgd({ learningRate, momentum, maxNorm: 3 })
 */
export function sgd(options: SgdOptions): Optimizer {
  const { momentum = 0, nesterov = false } = options ?? {};
  const rule = momentum === 0 ? "gradientDescent" : nesterov ? "nesterov" : "momentum";
  const optimizer = makeOptimizer(
    "sgd",
    options,
    {},
    {
      rule,
      slots: momentum === 0 ? [] : ["velocity"],
      own: (step) => (momentum === 0 ? [] : [fractionAt("sgd", "momentum", momentum, step)]),
    },
  );
  if (typeof nesterov !== "boolean") throw new DrowseError("sgd", `nesterov is ${show(nesterov)}`, "give true or false");
  if (nesterov && momentum === 0)
    throw new DrowseError("sgd", "nesterov is true without momentum", "give a momentum, such as 0.9");
  return optimizer;
}
