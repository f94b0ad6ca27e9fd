import type { ClassMetricName } from "../metrics/metric.ts";
import type { ScheduleName } from "../study/learning-rate.ts";
import { type OptimizerName, optimizerDefaults } from "../study/optimizer.ts";
import { checkDropoutKind } from "./check-dropout-kind.ts";
import { checkDropoutSchedule } from "./dropout-schedule.ts";
import type { NetworkSettings } from "./image-network.ts";
import type { OptimizerSettings } from "./optimizer-settings.ts";
import { UsageError } from "./usage-error.ts";

/** All that decides the result of a training, and the threads, which do not. Undefined: there is no such thing in the run. */
export interface TrainSettings extends NetworkSettings, OptimizerSettings {
  /** How the rates of dropout move, `early:0.3`; undefined: not at all. */
  readonly dropoutSchedule?: string | undefined;
  /** Share of the training images that are held out. */
  readonly validation?: number | undefined;
  /** Epochs without a better one after which the run ends, or the learning rate is lowered. */
  readonly earlyStopping?: number | undefined;
  readonly reduceOnPlateau?: number | undefined;
  /** Factors of the loss by class: of training alone. */
  readonly classWeights?: "balanced" | readonly number[] | undefined;
  readonly labelSmoothing?: number | undefined;
  readonly metrics?: readonly ClassMetricName[] | undefined;
  readonly threads?: number | undefined;
}

/** Settings whose values differ from optimizer to optimizer may be left open. */
type Open = "learningRate" | "weightDecay";

/** What was asked for. */
export type TrainRequest = Omit<TrainSettings, Open> & { readonly [name in Open]?: number | undefined };

/** Options that only some optimizers or schedules have: which option chooses, and whose they are. */
const OWNERS = {
  momentum: { option: "optimizer", names: ["sgd", "rmsprop"] },
  nesterov: { option: "optimizer", names: ["sgd"] },
  decaySteps: { option: "schedule", names: ["step", "exponential", "inverse-time"] },
  decayFactor: { option: "schedule", names: ["step", "exponential"] },
} as const satisfies Partial<Record<keyof TrainSettings, Owned<"optimizer", OptimizerName> | Owned<"schedule", ScheduleName>>>;

interface Owned<Option, Name> {
  readonly option: Option;
  readonly names: readonly Name[];
}

/** `--decay-steps` of `decaySteps`. */
export const flagOf = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The flag that gives an option this value: `refit` and false are `--no-refit`. */
export const givenFlag = (name: string, value: unknown) => (value === false ? flagOf(name).replace("--", "--no-") : flagOf(name));

/** `a`, `a or b`, `a, b or c`. */
const eitherOf = (names: readonly string[]) =>
  names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;

/**
 * Settings as they are asked for, the rest as the optimizer has it by default.
 * @throws {UsageError} on an option that has no meaning beside the others.
 */
export function trainSettings(request: TrainRequest): TrainSettings {
  for (const [name, { option, names }] of Object.entries(OWNERS)) {
    const chosen = request[option];
    if (request[name as keyof typeof OWNERS] === undefined || (names as readonly string[]).includes(chosen)) continue;
    const received = `${flagOf(name)} is given with --${option} ${chosen}`;
    throw new UsageError("drowse", received, `leave it out, or give --${option} ${eitherOf(names)}`);
  }
  checkDropoutKind(request);
  checkDropoutSchedule(request);
  const standard = optimizerDefaults[request.optimizer];
  const { learningRate = standard.learningRate, weightDecay = standard.weightDecay, momentum = standard.momentum } = request;
  if (request.nesterov && momentum === 0)
    throw new UsageError("drowse", "--nesterov is given with --momentum 0", "leave it out, or give a momentum above 0");
  for (const name of ["earlyStopping", "reduceOnPlateau"] as const) {
    if (request[name] === undefined || request.validation !== undefined) continue;
    const remedy = "give --validation 0.1 too: a run that the test images steer has no test any more";
    throw new UsageError("drowse", `${flagOf(name)} is given without --validation`, remedy);
  }
  return { ...request, learningRate, weightDecay, momentum };
}
