import { checkNumber, checkOptions } from "../layers/options.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import type { Optimizer, Schedule } from "./optimizer.ts";

/** Options that every optimizer has. */
export interface CommonOptions {
  /** Step size, above 0 (a schedule may reach 0); a number or a function of the step. */
  learningRate: Schedule;
  /** Adds l2 / 2 ||W||^2 to the loss for every weight matrix, not for biases; at least 0, default 0. */
  l2?: number;
  /** Longest allowed norm of a unit's incoming weights, above 0; default none. Srivastava et al. use 2 to 4. */
  maxNorm?: number;
  /** Largest allowed size of each number of the gradient, before L2; above 0, default none. */
  clipValue?: number;
  /** Longest allowed norm of the gradient of all parameters together, before L2 (Pascanu et al. 2013); above 0, default none. */
  clipNorm?: number;
}

const COMMON = ["learningRate", "l2", "maxNorm", "clipValue", "clipNorm"];

/** The options of each optimizer, so that one given to another can be named. */
const OPTIONS: Record<Optimizer["kind"], readonly string[]> = {
  sgd: [...COMMON, "momentum", "nesterov"],
  adam: [...COMMON, "beta1", "beta2", "epsilon"],
  adamW: [...COMMON.filter((name) => name !== "l2"), "weightDecay", "beta1", "beta2", "epsilon"],
  rmsprop: [...COMMON, "rho", "momentum", "epsilon"],
  adagrad: [...COMMON, "epsilon"],
};

/** Refuses options that an optimizer does not have, saying whose they are. */
function checkOptimizerOptions(kind: Optimizer["kind"], options: object): void {
  const known = OPTIONS[kind];
  const owners = (name: string) => Object.entries(OPTIONS).flatMap(([other, names]) => (names.includes(name) ? [other] : []));
  const strange = typeof options === "object" && options !== null ? Object.keys(options) : [];
  const foreign = strange.find((name) => !known.includes(name) && owners(name).length > 0);
  if (foreign !== undefined) {
    throw new DrowseError(
      kind,
      `unknown option ${show(foreign)}`,
      `it is an option of ${owners(foreign).join(", ")}; those of ${kind} are ${known.join(", ")}`,
    );
  }
  checkOptions(kind, options, known);
}

/** An option's value at a step; what a schedule gives is checked at every step. */
export function atStep(
  kind: string,
  name: string,
  schedule: Schedule | undefined,
  step: number,
  accepts: (value: number) => boolean,
  remedy: string,
): number {
  const scheduled = typeof schedule === "function";
  const what = scheduled ? `${name} at step ${step}` : name;
  return checkNumber(kind, what, scheduled ? schedule(step) : schedule, accepts, remedy);
}

/** A momentum, or a rate at which a mean forgets, at a step: in [0, 1). */
export function fractionAt(kind: string, name: string, schedule: Schedule, step: number): number {
  return atStep(kind, name, schedule, step, (value) => value >= 0 && value < 1, "give a number from 0 to below 1");
}

/** Checks what keeps a divisor from 0: a number that single precision holds. */
export function checkEpsilon(kind: string, epsilon: number): void {
  checkNumber(kind, "epsilon", epsilon, (value) => value >= 1e-37 && value <= 1, "give a number from 1e-37 to 1");
}

/** What an optimizer has of its own; `own` are the rule's hyper-parameters in the order of `kernels/rules.ts`. */
type Own = Pick<Optimizer, "rule" | "slots"> & { readonly own: (step: number) => readonly number[] };

type Common = Partial<CommonOptions> & { weightDecay?: Schedule };

/** An optimizer from its options, checked as far as step 0 shows, and from what stands where they are silent. */
export function makeOptimizer(
  kind: Optimizer["kind"],
  options: Common,
  defaults: Pick<Common, "learningRate" | "weightDecay">,
  { rule, slots, own }: Own,
): Optimizer {
  checkOptimizerOptions(kind, options);
  const { learningRate = defaults.learningRate, weightDecay = defaults.weightDecay ?? 0 } = options;
  const { l2 = 0, maxNorm, clipValue, clipNorm } = options;
  const notNegative = (value: number) => value >= 0;
  checkNumber(kind, "l2", l2, notNegative, "give a number of at least 0");
  for (const [name, limit] of Object.entries({ maxNorm, clipValue, clipNorm })) {
    if (limit !== undefined) checkNumber(kind, name, limit, (value) => value > 0, "give a number above 0, or leave it out");
  }
  if (clipValue !== undefined && clipNorm !== undefined)
    throw new DrowseError(kind, `both clipValue ${clipValue} and clipNorm ${clipNorm} are given`, "give one of them");
  const mayBe0 = typeof learningRate === "function";
  const positive = (value: number) => value > 0 || (value === 0 && mayBe0);
  const optimizer: Optimizer = Object.freeze({
    kind,
    rule,
    slots,
    clipNorm,
    hyper: (step: number) => [
      atStep(kind, "learningRate", learningRate, step, positive, "give a number above 0"),
      l2,
      maxNorm ?? 0,
      clipValue ?? 0,
      atStep(kind, "weightDecay", weightDecay, step, notNegative, "give a number of at least 0"),
      ...own(step),
    ],
  });
  optimizer.hyper(0);
  return optimizer;
}
