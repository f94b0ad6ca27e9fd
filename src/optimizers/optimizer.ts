import { DrowseError, show } from "../tensor/errors.ts";
import { type UpdateRule, updateRules } from "../wasm/kernels.ts";

/** A number, or a function of the training step (counted from 0 over the life of a trainer) that gives one. */
export type Schedule = number | ((step: number) => number);

/**
 * Hyper-parameters of one step as the kernels read them (`kernels/rules.ts`): learning rate, l2, max-norm (0: none), clip
 * (0: none), weight decay, then up to seven of the rule's own. Only the first depends on the learning rate.
 */
export type Hyper = readonly number[];

/** Most hyper-parameters that a step has. */
export const MOST_HYPER = 12;

/**
 * An optimizer: a description that never changes, so that one may serve several trainings. What it remembers from step to
 * step is the trainer's. Made by {@link sgd}, {@link adam}, {@link adamW}, {@link rmsprop} or {@link adagrad}.
 */
export interface Optimizer {
  /** Which one it is: the name of its function. */
  readonly kind: "sgd" | "adam" | "adamW" | "rmsprop" | "adagrad";
  /**
   * What the kernels do with it.
   * @internal
   */
  readonly rule: UpdateRule;
  /** Names of the numbers that it remembers for every parameter. */
  readonly slots: readonly string[];
  /** Longest norm of the whole gradient. It needs all of the gradient before the first weight changes. */
  readonly clipNorm: number | undefined;
  /**
   * Hyper-parameters of a step. Throws a DrowseError when a schedule leaves its range.
   * @internal
   */
  hyper(step: number): Hyper;
}

/** @throws {DrowseError} on anything that is not an optimizer. */
export function checkOptimizer(operation: string, optimizer: Optimizer): Optimizer {
  if (typeof optimizer?.hyper !== "function" || !Array.isArray(optimizer.slots) || !updateRules.includes(optimizer.rule)) {
    throw new DrowseError(operation, `the optimizer is ${show(optimizer)}`, "give one, such as sgd({ learningRate: 0.1 })");
  }
  return optimizer;
}
