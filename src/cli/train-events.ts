import type { MetricName } from "../metrics/metric.ts";
import type { LearningRateEvent, ProgressEvent, StopReason } from "../model/fit-events.ts";
import type { ModelWarning } from "../model/warnings.ts";
import type { TrainSettings } from "./train-settings.ts";

// What a training tells of itself, on the screen, with --json and in metrics.jsonl. Names and meanings stay.
// Errors are shares of the rows: 0.0152 is 1.52%.

/** Metrics that were asked for, by the set they were measured on: `validationF1`, `testAuroc`. */
export type MetricNumbers = { readonly [name in `${"validation" | "test"}${Capitalize<MetricName>}`]?: number };

interface Numbers {
  /** Over the training images of an epoch, with dropout. */
  readonly loss: number;
  readonly error: number;
  /** On the images that --validation holds out, with nothing asleep; left out without them. */
  readonly validationLoss?: number;
  readonly validationError?: number;
  /** On the test set, with nothing asleep; null where there is none. With --validation it is measured at the end alone. */
  readonly testLoss: number | null;
  readonly testError: number | null;
  /** Share of the multiply-adds that were left out because a factor was zero, as a sleeping unit is, or a black pixel. */
  readonly skipped: number;
}

export type Measures = Numbers & MetricNumbers;

export interface TrainStart {
  readonly event: "start";
  readonly data: string;
  /** Images to train on, to validate on (0: none) and to test on (0: none). */
  readonly rows: number;
  readonly validationRows: number;
  readonly testRows: number;
  readonly image: readonly number[];
  /** Names of the classes, where they have any. */
  readonly classes?: readonly string[];
  /** Units of the input, the hidden layers and the output. */
  readonly units: readonly number[];
  readonly parameters: number;
  readonly settings: TrainSettings;
  /** What is seldom meant about the network; left out where there is nothing. */
  readonly warnings?: readonly ModelWarning[];
}

export interface TrainProgress extends Omit<ProgressEvent, "accuracy"> {
  readonly error: number;
}

export type TrainEpoch = Measures & {
  readonly event: "epoch";
  readonly epoch: number;
  readonly epochs: number;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  readonly seconds: number;
  readonly examplesPerSecond: number;
};

/** How a training ended, and what came of it: the numbers of the epoch whose weights the model has. */
export type TrainEnd = Measures & {
  readonly event: "done" | "interrupted" | "error";
  readonly message?: string;
  /** Finished epochs. */
  readonly epochs: number;
  readonly reason: StopReason;
  /** With --early-stopping: the epoch whose weights the model has. Without, it is the last finished one. */
  readonly bestEpoch?: number;
  readonly weightsHash: string;
  readonly seconds: number;
};

export type TrainEvent = TrainStart | TrainProgress | TrainEpoch | LearningRateEvent;
