import { crossEntropy } from "../losses/cross-entropy.ts";
import type { EpochControl } from "../model/epoch-control.ts";
import type { EpochEvent } from "../model/fit-events.ts";
import type { FitOptions } from "../model/fit-options.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Configuration } from "./configuration.ts";
import { rateScheduleOf } from "./dropout-schedules.ts";
import { learningRateOf } from "./learning-rate.ts";
import { makeOptimizer } from "./optimizer.ts";

/** What is trained on, and for how long. */
export interface FitCircumstances {
  /** Rows to train on. */
  readonly rows: number;
  /** Whether there are rows to watch the training by. */
  readonly isWatched: boolean;
  readonly isClassification: boolean;
  /** Epochs to train. Schedules go over all that the configuration allows, also where these are fewer. */
  readonly epochs: number;
  /** What the learning rates of another training were multiplied by, epoch by epoch: they are again. */
  readonly factors?: readonly number[] | undefined;
}

/** How `fit` trains a configuration, but for the data. */
export function fitConfiguration(configuration: Configuration, circumstances: FitCircumstances): FitOptions {
  const { batchSize, patience, labelSmoothing, classWeights, reduceOnPlateau } = configuration;
  const { rows, isWatched, isClassification, epochs, factors } = circumstances;
  const steps = configuration.epochs * Math.ceil(rows / batchSize);
  const schedule = configuration.dropoutSchedule === undefined ? undefined : rateScheduleOf(configuration.dropoutSchedule);
  return {
    loss: isClassification ? crossEntropy({ labelSmoothing }) : "meanSquaredError",
    optimizer: optimizerOf(configuration, rows),
    ...{ batchSize, epochs },
    ...(isWatched && patience !== "none" ? { earlyStopping: { patience } } : {}),
    ...(isWatched && reduceOnPlateau !== undefined ? { reduceLearningRateOnPlateau: { patience: reduceOnPlateau } } : {}),
    ...(classWeights === undefined ? {} : { classWeights }),
    ...(schedule
      ? { dropoutSchedule: (step: number, { rate }: { readonly rate: number }) => schedule(step, { steps, rate }) }
      : {}),
    ...(factors ? { onEpoch: followFactors(factors) } : {}),
  };
}

/** The optimizer of a configuration on so many rows, whose learning rate follows its schedule over all epochs there may be. */
export function optimizerOf(configuration: Configuration, rows: number): Optimizer {
  const { schedule = "constant", warmup = 0, epochs, batchSize } = configuration;
  const steps = epochs * Math.ceil(rows / batchSize);
  return makeOptimizer(configuration, learningRateOf({ ...configuration, schedule, warmup }, steps));
}

/**
 * What the schedule's learning rate was multiplied by in each epoch of a training: a plateau had lowered it.
 * @param batches - steps of an epoch.
 */
export function learningRateFactors(
  epochs: readonly Pick<EpochEvent, "learningRate">[],
  optimizer: Optimizer,
  batches: number,
): number[] {
  return epochs.map(({ learningRate }, index) => {
    const [scheduled] = optimizer.hyper((index + 1) * batches - 1);
    return scheduled > 0 ? learningRate / scheduled : 1;
  });
}

/** Lowers the learning rate after the epochs after which it was lowered in another training. */
export function followFactors(factors: readonly number[]) {
  return ({ epoch }: EpochEvent, control: EpochControl): void => {
    const next = factors[epoch] ?? 1;
    if (next !== control.learningRateFactor) control.learningRateFactor = next;
  };
}
