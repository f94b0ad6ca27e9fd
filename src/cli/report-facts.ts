import type { Measured, MeasuredTable, ReportEpoch, RunFacts, SetName } from "../report/run-facts.ts";
import { rateScheduleOf } from "../study/dropout-schedules.ts";
import { withTemperature } from "../uncertainty/temperature.ts";
import type { TrainSettings } from "./train-settings.ts";

// What reports of tables and of images have in common.

/** The numbers of an epoch as its event has them. */
interface EpochNumbers {
  readonly epoch: number;
  readonly loss: number;
  readonly error?: number;
  readonly skipped: number;
}

/** An epoch, with the rate of its last step. */
export function epochFacts(
  { epoch, loss, error, skipped }: EpochNumbers,
  held: { readonly loss: number | null | undefined; readonly error: number | null | undefined },
  settings: TrainSettings,
  rows: number,
): ReportEpoch {
  const rate = rateAfter(settings, epoch, rows);
  return {
    ...{ epoch, loss, skipped },
    ...(error === undefined ? {} : { error }),
    ...(typeof held.loss === "number" ? { heldLoss: held.loss } : {}),
    ...(typeof held.error === "number" ? { heldError: held.error } : {}),
    ...(rate === undefined ? {} : { rate }),
  };
}

/** The rate of the hidden layers in the last step of an epoch; undefined where they do not drop. */
function rateAfter(settings: TrainSettings, epoch: number, rows: number): number | undefined {
  const { dropout: rate, dropoutSchedule, epochs, batchSize, hidden } = settings;
  if (rate === 0 || hidden.length === 0) return undefined;
  if (dropoutSchedule === undefined) return rate;
  const steps = Math.ceil(rows / batchSize);
  return rateScheduleOf(dropoutSchedule)(epoch * steps - 1, { steps: epochs * steps, rate });
}

/** What the page says of the network. */
export function networkFacts(
  units: readonly number[],
  weights: ReadonlyMap<string, { readonly length: number }>,
  { activation, dropout, inputDropout }: TrainSettings,
): RunFacts["network"] {
  const parameters = [...weights.values()].reduce((sum, { length }) => sum + length, 0);
  return { units, parameters, activation, dropout, inputDropout };
}

/** What was predicted of rows of classes. */
export function measuredClasses(logits: MeasuredTable, targets: ArrayLike<number>, set: SetName): Measured {
  const probabilities = withTemperature(logits, 1);
  return { kind: "classification", set, rows: targets.length, targets: Int32Array.from(targets), logits, probabilities };
}
