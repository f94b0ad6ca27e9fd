import type { ValidationName } from "./monitor.ts";
import type { ModelWarning } from "./warnings.ts";

/** Before the first step. */
export interface BeginEvent {
  readonly event: "begin";
  readonly epochs: number;
  /** Steps of an epoch, and their rows; the last step may have fewer. */
  readonly batches: number;
  readonly batchSize: number;
  /** Rows that are trained on, and rows that are evaluated after each epoch (0: none). */
  readonly rows: number;
  readonly validationRows: number;
  readonly threads: number;
  /** Steps that were done before, in a run that goes on from a state; left out where none were. */
  readonly step?: number;
  /** What is seldom meant about the model; left out where there is nothing. */
  readonly warnings?: readonly ModelWarning[];
}

/** While an epoch runs, about twenty times a second. Loss and accuracy are over the epoch so far, with dropout. */
export interface ProgressEvent {
  readonly event: "progress";
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in the epoch, and its steps. */
  readonly batch: number;
  readonly batches: number;
  readonly loss: number;
  readonly accuracy?: number;
  /** Share of the products' multiply-adds that were left out because a factor was zero, from 0 to 1. */
  readonly skipped: number;
  readonly examplesPerSecond: number;
  /** Until the end of the run, if all epochs are trained at the speed so far. */
  readonly secondsLeft: number;
}

/** The numbers of an epoch that have names of their own. */
export interface EpochNumbers {
  readonly event: "epoch";
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Of the data, over the epoch's steps, with dropout; what is minimised is its sum with `penalty`. */
  readonly loss: number;
  /** What layers added to it, such as the KL terms of learned dropout; left out where none does. */
  readonly penalty?: number;
  readonly accuracy?: number;
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  /** Share of the products' multiply-adds that were left out because a factor was zero: a sleeping unit's. From 0 to 1. */
  readonly skipped: number;
  /** Of training alone, without validation; wall clock. */
  readonly seconds: number;
  readonly examplesPerSecond: number;
}

/** At the end of an epoch; metrics that were asked for have their names, such as `validationF1` and `validationAuroc`. */
export type EpochEvent = EpochNumbers & { readonly [name in ValidationName]?: number };

/** The learning rate has another factor from the next step on: lowered on a plateau, or by `onEpoch`. */
export interface LearningRateEvent {
  readonly event: "learningRate";
  /** The epoch after which. */
  readonly epoch: number;
  readonly cause: "plateau" | "callback";
  /** Multiplies what the optimizer gives. */
  readonly factor: number;
}

/** A dropout layer has another rate from the next step on, by `onEpoch`. */
export interface RateEvent {
  readonly event: "rate";
  /** The epoch after which. */
  readonly epoch: number;
  readonly layer: string;
  readonly rate: number;
}

/**
 * Why a run stopped: all epochs were trained, `earlyStopping` had no patience left, `onEpoch` said so; or, where `fit`
 * rejects, the signal was aborted, a number was not finite, or something threw.
 */
export type StopReason = "epochs" | "patience" | "callback" | "aborted" | "diverged" | "failed";

/** After the last step, when the model has its weights. */
export interface EndEvent {
  readonly event: "end";
  readonly reason: StopReason;
  /** What `onEpoch` gave as its reason, or the message of what was thrown. */
  readonly message?: string;
  /** Finished epochs. */
  readonly epochs: number;
  /** With `earlyStopping`: the epoch whose weights the model has; left out where no epoch was finished. */
  readonly bestEpoch?: number;
  /** Of the whole run, validation included. */
  readonly seconds: number;
}

/**
 * What `fit` tells of a run, in this order: begin; for each epoch progress (any number), epoch, and what was changed
 * after it; end, last and once, also where `fit` rejects. All are plain values that JSON and `structuredClone` carry.
 *
 * The kinds and fields that stand here keep their names and meanings within a major version; others may be added, so a
 * listener passes over kinds that it does not know.
 */
export type FitEvent = BeginEvent | ProgressEvent | EpochEvent | LearningRateEvent | RateEvent | EndEvent;
