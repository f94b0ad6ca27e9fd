import type { Optimizer } from "../optimizers/optimizer.ts";
import { learningRateOf, type ScheduleSettings } from "../study/learning-rate.ts";
import { makeOptimizer, type OptimizerChoice } from "../study/optimizer.ts";
import { UsageError } from "./usage-error.ts";

/** The optimizer of a run, and what its steps depend on. */
export interface OptimizerSettings extends ScheduleSettings, OptimizerChoice {
  readonly epochs: number;
  readonly batchSize: number;
}

/**
 * The optimizer of a run over `rows` rows, whose learning rate follows its schedule over the run's steps.
 * @throws {UsageError} when the run ends before its warm-up does.
 */
export function optimizerOf(settings: OptimizerSettings, rows: number): Optimizer {
  const { epochs, batchSize, warmup } = settings;
  const steps = epochs * Math.ceil(rows / batchSize);
  if (warmup >= steps)
    throw new UsageError("drowse", `--warmup is ${warmup}, and the run has ${steps} steps`, "give fewer, or more --epochs");
  return makeOptimizer(settings, learningRateOf(settings, steps));
}
