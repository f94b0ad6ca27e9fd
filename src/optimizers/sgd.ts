import { checkNumber, checkOptions } from "../layers/options.ts";
import type { Optimizer, Schedule } from "./optimizer.ts";

export interface SgdOptions {
  /** Step size, above 0 (a schedule may reach 0); a number or a function of the step. */
  learningRate: Schedule;
  /** In [0, 1); default 0. A number or a function of the step. */
  momentum?: Schedule;
  /** Adds l2 / 2 ||W||^2 to the loss for every weight matrix, not for biases; at least 0, default 0. */
  l2?: number;
  /** Longest allowed norm of a unit's incoming weights, above 0; default none. Srivastava et al. use 2 to 4. */
  maxNorm?: number;
}

/**
 * Stochastic gradient descent with momentum (Polyak 1964), L2 and max-norm (Srivastava et al. 2014, section 5.1).
 *
 *     v <- momentum v + gradient + l2 w
 *     w <- w - learningRate v
 *     w <- w maxNorm / ||w||    for the incoming weights w of a unit with ||w|| > maxNorm
 *
 * @throws {DrowseError} on values out of range, unknown options, and while training when a schedule leaves its range.
 * @example
 * sgd({ learningRate: (step) => 0.1 * 0.9999 ** step, momentum: 0.95, maxNorm: 3 })
 */
export function sgd(options: SgdOptions): Optimizer {
  checkOptions("sgd", options, ["learningRate", "momentum", "l2", "maxNorm"]);
  const { learningRate, momentum = 0, l2 = 0, maxNorm } = options;
  const atStep = (name: string, schedule: Schedule, step: number, accepts: (value: number) => boolean, remedy: string) => {
    const scheduled = typeof schedule === "function";
    const what = scheduled ? `${name} at step ${step}` : name;
    return checkNumber("sgd", what, scheduled ? schedule(step) : schedule, accepts, remedy);
  };
  checkNumber("sgd", "l2", l2, (value) => value >= 0, "give a number of at least 0");
  if (maxNorm !== undefined)
    checkNumber("sgd", "maxNorm", maxNorm, (value) => value > 0, "give a number above 0, or leave it out");
  const optimizer: Optimizer = {
    kind: "sgd",
    hyper: (step) => [
      atStep(
        "learningRate",
        learningRate,
        step,
        (value) => value > 0 || (value === 0 && typeof learningRate === "function"),
        "give a number above 0",
      ),
      atStep("momentum", momentum, step, (value) => value >= 0 && value < 1, "give a number from 0 to below 1"),
      l2,
      maxNorm ?? 0,
    ],
  };
  optimizer.hyper(0);
  return optimizer;
}
