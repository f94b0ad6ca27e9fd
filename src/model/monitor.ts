import { checkNumber } from "../layers/options.ts";
import type { Metric, MetricName } from "../metrics/metric.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import type { EpochEvent } from "./fit-events.ts";

/** A metric's name in events and history: `f1` is `validationF1`, measured on the validation data with nothing asleep. */
export type ValidationName = `validation${Capitalize<MetricName>}`;

/** A number of epochs that can be watched. `loss` and `accuracy` are those of training, with dropout. */
export type MonitorName = "loss" | "accuracy" | "validationLoss" | "validationAccuracy" | ValidationName;

/** What is watched, and what counts as better. */
export interface MonitorOptions {
  /** Default `"validationLoss"`. */
  monitor?: MonitorName;
  /** Whether less (`"min"`) or more (`"max"`) is better; default: less of losses, `rmse` and `mae`, more of the others. */
  mode?: "min" | "max";
  /** A change counts from more than this on; at least 0. */
  minDelta?: number;
}

/** The numbers that a run's epochs have, and whether more of them is better. */
export type Watchable = ReadonlyMap<string, { readonly larger: boolean }>;

export function validationName(metric: MetricName): ValidationName {
  return `validation${metric[0].toUpperCase()}${metric.slice(1)}` as ValidationName;
}

/** What can be watched in a run with these metrics. */
export function watchable(run: { answers: boolean; validation: boolean; metrics: readonly Metric[] }): Watchable {
  const losses = run.validation ? ["loss", "validationLoss"] : ["loss"];
  const accuracies = !run.answers ? [] : run.validation ? ["accuracy", "validationAccuracy"] : ["accuracy"];
  return new Map([
    ...losses.map((name) => [name, { larger: false }] as const),
    ...accuracies.map((name) => [name, { larger: true }] as const),
    ...run.metrics.map(({ name, larger }) => [validationName(name), { larger }] as const),
  ]);
}

/** Watches a number from epoch to epoch. */
export class Monitor {
  readonly #name: string;
  readonly #sign: 1 | -1;
  readonly #minDelta: number;
  #best = Number.POSITIVE_INFINITY;

  /** @throws {DrowseError} on a number that the run does not have, an unknown mode, and a minDelta below 0. */
  constructor(operation: string, { monitor = "validationLoss", mode, minDelta = 0 }: MonitorOptions, numbers: Watchable) {
    const number = numbers.get(monitor);
    if (!number) {
      const remedy = `this run has ${[...numbers.keys()].join(", ")}; validation data and metrics give more`;
      throw new DrowseError(operation, `monitor is ${show(monitor)}`, remedy);
    }
    if (mode !== undefined && mode !== "min" && mode !== "max")
      throw new DrowseError(operation, `mode is ${show(mode)}`, 'give "min" or "max", or leave it out');
    checkNumber(operation, "minDelta", minDelta, (value) => value >= 0, "give a number of at least 0");
    this.#name = monitor;
    this.#sign = (mode ?? (number.larger ? "max" : "min")) === "max" ? -1 : 1;
    this.#minDelta = minDelta;
  }

  /** The best value so far; undefined: there was none. Setting it goes on from there. */
  get best(): number | undefined {
    return this.#best === Number.POSITIVE_INFINITY ? undefined : this.#sign * this.#best;
  }

  set best(value: number | undefined) {
    this.#best = value === undefined ? Number.POSITIVE_INFINITY : this.#sign * value;
  }

  /** Whether an epoch is better than the best before it, by more than minDelta; then it is the best. */
  improves(event: EpochEvent): boolean {
    const value = this.#sign * (event as unknown as Record<string, number>)[this.#name];
    if (!(value < this.#best - this.#minDelta)) return false;
    this.#best = value;
    return true;
  }
}

/** The best value of a monitor, as states have it. */
export const bestOf = ({ best }: Monitor) => (best === undefined ? {} : { best });
