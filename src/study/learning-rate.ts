import type { Schedule } from "../optimizers/optimizer.ts";
import {
  constant,
  cosine,
  exponentialDecay,
  inverseTime,
  linear,
  linearWarmup,
  type ScheduleFunction,
  stepDecay,
} from "../optimizers/schedules.ts";
import { DrowseError } from "../tensor/errors.ts";

/** How the learning rate goes from the first step of a run to the last. */
export interface ScheduleSettings {
  readonly schedule: ScheduleName;
  /** Of the first step, or of the first one after warming up. */
  readonly learningRate: number;
  /** Steps over which the learning rate rises from 0 before the schedule begins. */
  readonly warmup: number;
  /** Only some schedules have these; undefined: what stands in {@link schedules}. */
  readonly decaySteps?: number | undefined;
  readonly decayFactor?: number | undefined;
}

/** Schedules of the learning rate, by name. */
export type ScheduleName = "polynomial" | "constant" | "linear" | "cosine" | "step" | "exponential" | "inverse-time";

interface Run {
  readonly initial: number;
  /** Steps of the run without those of the warm-up. */
  readonly steps: number;
  readonly decaySteps: number | undefined;
  readonly decayFactor: number | undefined;
}

export const schedules = {
  polynomial: ({ initial, steps }: Run) => polynomial(initial, steps),
  constant: ({ initial }: Run) => constant(initial),
  linear: ({ initial, steps }: Run) => linear({ initial, steps }),
  cosine: ({ initial, steps }: Run) => cosine({ initial, steps }),
  /** By default a tenth after each third of the run. */
  step: ({ initial, steps, decaySteps = Math.ceil(steps / 3), decayFactor: factor = 0.1 }: Run) =>
    stepDecay({ initial, factor, steps: decaySteps }),
  /** By default a hundredth at the end of the run. */
  exponential: ({ initial, steps, decaySteps = steps, decayFactor: factor = 0.01 }: Run) =>
    exponentialDecay({ initial, factor, steps: decaySteps }),
  /** By default a half after a tenth of the run. */
  "inverse-time": ({ initial, steps, decaySteps = steps / 10 }: Run) => inverseTime({ initial, steps: decaySteps }),
} as const satisfies Record<ScheduleName, (run: Run) => ScheduleFunction>;

/**
 * learningRate * (1 - step / steps)^(3/4), a little above the straight line to 0. The power is made of square roots, which
 * have the same bits everywhere; Math.pow has not.
 */
export function polynomial(learningRate: number, steps: number): ScheduleFunction {
  return (step) => {
    const left = Math.max(0, 1 - step / steps);
    return learningRate * Math.sqrt(left * Math.sqrt(left));
  };
}

/**
 * The learning rate of a run of `steps` steps.
 * @throws {DrowseError} when the run ends before the warm-up does.
 */
export function learningRateOf(settings: ScheduleSettings, steps: number): Schedule {
  const { schedule, learningRate: initial, warmup, decaySteps, decayFactor } = settings;
  if (warmup >= steps)
    throw new DrowseError("training", `warmup is ${warmup}, and there are ${steps} steps`, "give fewer, or more epochs");
  const after = schedules[schedule]({ initial, steps: steps - warmup, decaySteps, decayFactor });
  return warmup === 0 ? after : linearWarmup({ steps: warmup, schedule: after });
}
