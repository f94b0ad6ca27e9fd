import type { DataArrays } from "../data/arrays.ts";
import type { EpochEvent, FitEvent, ProgressEvent } from "../model/fit-events.ts";
import type { Model } from "../model/model.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { sgd } from "../optimizers/sgd.ts";
import { DrowseError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { decay, defaults } from "./defaults.ts";
import type { IdxPart } from "./idx-folder.ts";
import { imageNetwork, type NetworkSettings } from "./image-network.ts";
import { type ImageSets, imageRows } from "./image-sets.ts";
import { Interrupted } from "./interrupt.ts";
import { weightsHash } from "./weights-hash.ts";

/** All that decides the result of a training, and the threads, which do not. */
export interface TrainSettings extends NetworkSettings {
  readonly learningRate: number;
  readonly momentum: number;
  readonly maxNorm: number | "none";
  readonly l2: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly threads: number | undefined;
}

/** Errors are shares of the rows: 0.0152 is 1.52%. `loss` and `error` are over the training set, with dropout. */
interface Measures {
  readonly loss: number;
  readonly error: number;
  /** On the test set, with nothing asleep; null where there is none. */
  readonly testLoss: number | null;
  readonly testError: number | null;
}

export interface TrainStart {
  readonly event: "start";
  readonly data: string;
  readonly rows: number;
  readonly testRows: number;
  readonly image: readonly number[];
  /** Units of the input, the hidden layers and the output. */
  readonly units: readonly number[];
  readonly parameters: number;
  readonly settings: TrainSettings;
}

export interface TrainProgress extends Omit<ProgressEvent, "accuracy"> {
  readonly error: number;
}

export interface TrainEpoch extends Measures {
  readonly event: "epoch";
  readonly epoch: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly seconds: number;
  readonly examplesPerSecond: number;
}

/** How a training ended, and what came of it: the measures of the last finished epoch. */
export interface TrainEnd extends Measures {
  readonly event: "done" | "interrupted" | "error";
  readonly message?: string;
  /** Finished epochs. */
  readonly epochs: number;
  readonly weightsHash: string;
  readonly seconds: number;
}

export type TrainEvent = TrainStart | TrainProgress | TrainEpoch;

export interface TrainOutcome {
  readonly model: Model;
  readonly epochs: readonly TrainEpoch[];
  readonly end: TrainEnd;
  /** What stopped the training early, after at least one epoch. */
  readonly stopped: Interrupted | DrowseError | undefined;
}

const OPERATION = "train";

/** One class per label from 0 to the highest there is, and at least two: one alone could not be told from anything. */
export function countClasses(parts: readonly IdxPart[]): number {
  return parts.reduce((most, { labels }) => labels.data.reduce((a, b) => Math.max(a, b + 1), most), 2);
}

/** The optimizer of a run over `rows` rows, whose learning rate falls over its steps. */
export function optimizerOf({ learningRate, momentum, l2, maxNorm, batchSize, epochs }: TrainSettings, rows: number): Optimizer {
  const steps = epochs * Math.ceil(rows / batchSize);
  return sgd({ learningRate: decay(learningRate, steps), momentum, l2, ...(maxNorm === "none" ? {} : { maxNorm }) });
}

/** The share of wrong rows of a share of right ones, without the rounding of 1 - accuracy. */
export function errorShare(accuracy: number, rows: number): number {
  return Math.round((1 - accuracy) * rows) / rows;
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));

/** Images and their labels as a model takes them. */
export function dataOf({ images, labels }: IdxPart, { inputShape }: Model): DataArrays {
  return { x: imageRows(images, inputShape), y: labels.data, scale: defaults.inputScale };
}

/**
 * Trains a network on images and tells of it in events. Where something stops it after a finished epoch the outcome says
 * what, and the model has the weights of that epoch.
 *
 * @throws {DrowseError} when there is nothing to train on, or training fails within the first epoch.
 * @throws {Interrupted} when the signal aborts within the first epoch.
 */
export async function trainImages(
  { name, train, test }: ImageSets,
  settings: TrainSettings,
  { signal, onEvent }: { signal: AbortSignal; onEvent: (event: TrainEvent) => void },
): Promise<TrainOutcome> {
  if (train === undefined) throw new DrowseError(OPERATION, `${name} has no training set`, "add its train-* files");
  const [rows, ...image] = train.images.shape;
  const classes = countClasses(test ? [train, test] : [train]);
  const model = imageNetwork(image, classes, settings);
  const { batchSize, threads, epochs } = settings;
  const optimizer = optimizerOf(settings, rows);

  const testRows = test?.images.shape[0] ?? 0;
  const units = [sizeOf(image), ...settings.hidden, classes];
  const parameters = [...model.weights.values()].reduce((sum, values) => sum + values.length, 0);
  onEvent({ event: "start", data: name, rows, testRows, image, units, parameters, settings });

  const finished: TrainEpoch[] = [];
  const begun = performance.now();
  let stopped: Interrupted | DrowseError | undefined;
  try {
    await model.fit(dataOf(train, model), {
      loss: "crossEntropy",
      optimizer,
      epochs,
      batchSize,
      signal,
      ...(threads === undefined ? {} : { threads }),
      ...(test ? { validation: dataOf(test, model) } : {}),
      onEvent(event: FitEvent) {
        if (event.event === "progress") return onEvent(progressOf(event, rows, batchSize));
        if (event.event !== "epoch") return;
        finished.push(epochOf(event, rows, testRows));
        onEvent(finished[finished.length - 1]);
      },
    });
  } catch (error) {
    if (finished.length === 0 || !(error instanceof Interrupted || error instanceof DrowseError)) throw error;
    stopped = error;
  }
  const last = finished[finished.length - 1];
  const end: TrainEnd = {
    event: stopped === undefined ? "done" : stopped instanceof Interrupted ? "interrupted" : "error",
    ...(stopped ? { message: stopped.message } : {}),
    epochs: finished.length,
    loss: last.loss,
    error: last.error,
    testLoss: last.testLoss,
    testError: last.testError,
    weightsHash: weightsHash(model.weights),
    seconds: round((performance.now() - begun) / 1000, 3),
  };
  return { model, epochs: finished, end, stopped };
}

function progressOf({ accuracy = 0, ...event }: ProgressEvent, rows: number, batchSize: number): TrainProgress {
  const seen = Math.min(rows, event.batch * batchSize);
  return {
    ...event,
    error: errorShare(accuracy, seen),
    examplesPerSecond: round(event.examplesPerSecond, 0),
    secondsLeft: round(event.secondsLeft, 1),
  };
}

function epochOf(event: EpochEvent, rows: number, testRows: number): TrainEpoch {
  const { validationLoss = null, validationAccuracy } = event;
  return {
    event: "epoch",
    epoch: event.epoch,
    epochs: event.epochs,
    loss: event.loss,
    error: errorShare(event.accuracy ?? 0, rows),
    testLoss: validationLoss,
    testError: validationAccuracy === undefined ? null : errorShare(validationAccuracy, testRows),
    learningRate: event.learningRate,
    seconds: round(event.seconds, 3),
    examplesPerSecond: round(event.examplesPerSecond, 0),
  };
}
