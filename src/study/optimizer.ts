import { adagrad } from "../optimizers/adagrad.ts";
import { adam, adamW } from "../optimizers/adam.ts";
import type { Optimizer, Schedule } from "../optimizers/optimizer.ts";
import { rmsprop } from "../optimizers/rmsprop.ts";
import { sgd } from "../optimizers/sgd.ts";

/** Optimizers, by name. */
export type OptimizerName = Optimizer["kind"];

/** What each optimizer takes where its user says nothing; one without a momentum here has none. */
export const optimizerDefaults: Readonly<Record<OptimizerName, OptimizerDefaults>> = {
  sgd: { learningRate: 0.1, momentum: 0.5, weightDecay: 0 },
  // Less than the 0.001 of its paper: on MNIST with dropout it ends with a tenth fewer mistakes.
  adam: { learningRate: 0.0006, weightDecay: 0 },
  adamW: { learningRate: 0.001, weightDecay: 0.01 },
  rmsprop: { learningRate: 0.001, momentum: 0, weightDecay: 0 },
  adagrad: { learningRate: 0.01, weightDecay: 0 },
};

interface OptimizerDefaults {
  readonly learningRate: number;
  readonly momentum?: number;
  readonly weightDecay: number;
}

/** An optimizer by its name, with all it has but the learning rate. */
export interface OptimizerChoice {
  readonly optimizer: OptimizerName;
  /** Undefined for optimizers that have none. */
  readonly momentum?: number | undefined;
  readonly nesterov?: true | undefined;
  /** Decoupled from the gradient by adamW, an L2 penalty with the others. */
  readonly weightDecay: number;
  readonly maxNorm: number | "none";
  readonly clipNorm?: number | undefined;
  readonly clipValue?: number | undefined;
}

/** The optimizer of a choice. */
export function makeOptimizer(choice: OptimizerChoice, learningRate: Schedule): Optimizer {
  const { momentum = 0, nesterov = false, weightDecay, maxNorm, clipNorm, clipValue } = choice;
  const common = {
    learningRate,
    ...(maxNorm === "none" ? {} : { maxNorm }),
    ...(clipNorm === undefined ? {} : { clipNorm }),
    ...(clipValue === undefined ? {} : { clipValue }),
  };
  const penalized = { ...common, l2: weightDecay };
  switch (choice.optimizer) {
    case "sgd":
      return sgd({ ...penalized, momentum, nesterov });
    case "adam":
      return adam(penalized);
    case "adamW":
      return adamW({ ...common, weightDecay });
    case "rmsprop":
      return rmsprop({ ...penalized, momentum });
    case "adagrad":
      return adagrad(penalized);
  }
}
