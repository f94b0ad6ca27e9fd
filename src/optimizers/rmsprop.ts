import type { Optimizer, Schedule } from "./optimizer.ts";
import { type CommonOptions, checkEpsilon, fractionAt, makeOptimizer } from "./settings.ts";

/** Options of {@link rmsprop}, beside those of every optimizer. */
export interface RmspropOptions extends CommonOptions {
  /** How much of the mean of the squared gradients stays, in [0, 1); default 0.99. */
  rho?: number;
  /** Share of the velocity that stays from step to step, in [0, 1); default 0. A number or a function of the step. */
  momentum?: Schedule;
  /** Keeps the divisor from 0, from 1e-37 to 1; default 1e-8. */
  epsilon?: number;
}

/**
 * RMSprop (Tieleman & Hinton 2012, lecture 6.5), not centred, the momentum behind the division as in PyTorch:
 *
 *     s <- rho s + (1 - rho) g^2              g = gradient + l2 w
 *     v <- momentum v + g / (sqrt(s) + epsilon)
 *     w <- w - learningRate v
 *
 * Remembers s, `meanSquare`, and with momentum v, `velocity`. Max-norm and clipping as in `sgd`.
 *
 * @throws {DrowseError} on values out of range, unknown options, and while training when a schedule leaves its range.
 * @example
 * rmsprop({ learningRate: 0.001, momentum: 0.9 })
 */
export function rmsprop(options: RmspropOptions): Optimizer {
  const { rho = 0.99, momentum = 0, epsilon = 1e-8 } = options ?? {};
  const optimizer = makeOptimizer(
    "rmsprop",
    options,
    {},
    {
      rule: momentum === 0 ? "rmsprop" : "rmspropMomentum",
      slots: momentum === 0 ? ["meanSquare"] : ["meanSquare", "velocity"],
      own(step) {
        const share = fractionAt("rmsprop", "rho", rho, step);
        return [share, 1 - share, epsilon, fractionAt("rmsprop", "momentum", momentum, step)];
      },
    },
  );
  checkEpsilon("rmsprop", epsilon);
  return optimizer;
}
