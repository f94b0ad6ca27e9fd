import type { EndEvent, EpochEvent, StopReason } from "./fit-events.ts";
import type { ValidationName } from "./monitor.ts";

/** What came of a run: one number per epoch in each array, those of metrics under their names such as `validationF1`. */
export type History = {
  /** Of training, with dropout: not comparable with `validationLoss`, which is measured with nothing asleep. */
  readonly loss: number[];
  /** What layers added to the loss of the data; what was minimised is the sum. Empty where none does. */
  readonly penalty: number[];
  /** Empty where the loss has no classes. */
  readonly accuracy: number[];
  /** Empty without validation data. */
  readonly validationLoss: number[];
  readonly validationAccuracy: number[];
  /** Of each epoch's last step. */
  readonly learningRate: number[];
  /** Share of multiply-adds skipped, from 0 to 1. */
  readonly skipped: number[];
  /** Of training alone, without validation. */
  readonly seconds: number[];
  readonly examplesPerSecond: number[];
  /** With `earlyStopping`: the epoch whose weights the model has, counted from 1. */
  bestEpoch: number | undefined;
  /** Why the run ended. */
  stopReason: StopReason;
  /** What `onEpoch` gave as its reason. */
  stopMessage: string | undefined;
} & { readonly [name in ValidationName]?: number[] };

export function emptyHistory(): History {
  return {
    loss: [],
    penalty: [],
    accuracy: [],
    validationLoss: [],
    validationAccuracy: [],
    learningRate: [],
    skipped: [],
    seconds: [],
    examplesPerSecond: [],
    bestEpoch: undefined,
    stopReason: "epochs",
    stopMessage: undefined,
  };
}

/** Appends every number of an epoch. */
export function addEpoch(history: History, { event: _, epoch: _epoch, epochs: _epochs, ...numbers }: EpochEvent): void {
  const arrays = history as unknown as Record<string, number[]>;
  for (const [name, value] of Object.entries(numbers)) {
    arrays[name] ??= [];
    arrays[name].push(value as number);
  }
}

export function endHistory(history: History, { reason, message, bestEpoch }: EndEvent): History {
  return Object.assign(history, { bestEpoch, stopReason: reason, stopMessage: message });
}
