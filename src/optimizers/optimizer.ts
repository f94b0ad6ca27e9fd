import { DrowseError, show } from "../tensor/errors.ts";

/** A number, or a function of the training step (counted from 0 over the life of a trainer) that gives one. */
export type Schedule = number | ((step: number) => number);

/** Hyper-parameters of one step, in the order of the kernels: learning rate, momentum, l2, max-norm (0: none). */
export type Hyper = readonly [learningRate: number, momentum: number, l2: number, maxNorm: number];

/** An optimizer: what it is called and its hyper-parameters at a step. */
export interface Optimizer {
  readonly kind: "sgd";
  /** Throws a DrowseError when a schedule leaves its range. */
  hyper(step: number): Hyper;
}

/** @throws {DrowseError} on anything that is not an optimizer. */
export function checkOptimizer(operation: string, optimizer: Optimizer): Optimizer {
  if (typeof optimizer?.hyper !== "function") {
    throw new DrowseError(operation, `the optimizer is ${show(optimizer)}`, "give one, such as sgd({ learningRate: 0.1 })");
  }
  return optimizer;
}
