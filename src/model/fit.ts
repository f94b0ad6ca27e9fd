import { byteScale, type Data, prepareData } from "../data/prepare.ts";
import { checkFunction, checkNumber, checkOptions, checkSignal } from "../layers/options.ts";
import { resolveLoss } from "../losses/resolve.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Evaluation } from "./inference.ts";
import type { Network } from "./network.ts";
import { createTrainer, type TrainingOptions } from "./trainer.ts";

/** How `fit` trains. */
export interface FitOptions extends TrainingOptions {
  /** Passes over the data; default 1. */
  epochs?: number;
  /** Data to evaluate after each epoch, with nothing asleep. */
  validation?: Data;
  /** Aborts between chunks of steps; the model keeps the weights of the last finished epoch. */
  signal?: AbortSignal;
  /** Told of everything that happens, as it happens. */
  onEvent?: (event: FitEvent) => void;
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
  readonly examplesPerSecond: number;
  readonly secondsLeft: number;
}

/** At the end of an epoch. */
export interface EpochEvent {
  readonly event: "epoch";
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  readonly accuracy?: number;
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
  readonly learningRate: number;
  /** Of training alone, without validation. */
  readonly seconds: number;
  readonly examplesPerSecond: number;
}

export type FitEvent = ProgressEvent | EpochEvent;

/** One number per epoch. */
export interface History {
  readonly loss: number[];
  readonly accuracy: number[];
  readonly validationLoss: number[];
  readonly validationAccuracy: number[];
  readonly seconds: number[];
}

const FIT_OPTIONS = ["loss", "optimizer", "batchSize", "threads", "epochs", "validation", "signal", "onEvent"];

const seconds = () => performance.now() / 1000;

/** Trains a model and yields plain events; the model has the weights of an epoch when its event comes. */
export async function* trainEpochs(model: Network, data: Data, options: FitOptions): AsyncGenerator<EpochEvent> {
  checkOptions("fit", options, FIT_OPTIONS);
  const { epochs = 1, signal, onEvent } = options;
  checkNumber("fit", "epochs", epochs, (value) => Number.isInteger(value) && value >= 1, "give a whole number of at least 1");
  checkFunction("fit", "onEvent", onEvent);
  checkSignal("fit", signal);
  signal?.throwIfAborted();
  const loss = resolveLoss("fit", options.loss);
  const { inputShape, inputScale } = model;
  const request = { inputShape, inputScale, outputs: sizeOf(model.graph.output), targets: loss.targets };
  const source = prepareData("fit", data, request);
  const asTraining = { ...request, inputScale: byteScale(source) ?? inputScale };
  const validation =
    options.validation === undefined ? undefined : prepareData("fit: validation", options.validation, asTraining);
  const trainer = await createTrainer("fit", model, source, options, validation ? [validation] : []);
  const withAccuracy = loss.targets === "classes";
  const begun = seconds();
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const start = seconds();
      await trainer.run(trainer.stepsPerEpoch - trainer.batch, {
        signal,
        onSteps() {
          if (trainer.batch === 0) return;
          const { rows, loss, accuracy } = trainer.progress;
          const passed = (epoch - 1 + rows / trainer.rows) / epochs;
          onEvent?.({
            event: "progress",
            epoch,
            epochs,
            batch: trainer.batch,
            batches: trainer.stepsPerEpoch,
            loss,
            ...(withAccuracy ? { accuracy } : {}),
            examplesPerSecond: rows / (seconds() - start),
            secondsLeft: (seconds() - begun) * (1 / passed - 1),
          });
        },
      });
      const took = seconds() - start;
      const { loss: meanLoss, accuracy } = trainer.progress;
      const valued: Evaluation | undefined = validation && (await trainer.evaluate(validation, signal));
      await trainer.commit();
      const event: EpochEvent = {
        event: "epoch",
        epoch,
        epochs,
        loss: meanLoss,
        ...(withAccuracy ? { accuracy } : {}),
        ...(valued ? { validationLoss: valued.loss } : {}),
        ...(valued?.accuracy !== undefined ? { validationAccuracy: valued.accuracy } : {}),
        learningRate: options.optimizer.hyper(trainer.step - 1)[0],
        seconds: took,
        examplesPerSecond: trainer.rows / took,
      };
      onEvent?.(event);
      yield event;
    }
  } finally {
    trainer.close();
  }
}

/** Consumes {@link trainEpochs} and keeps its numbers. */
export async function fitModel(model: Network, data: Data, options: FitOptions): Promise<History> {
  const history: History = { loss: [], accuracy: [], validationLoss: [], validationAccuracy: [], seconds: [] };
  for await (const event of trainEpochs(model, data, options)) {
    history.loss.push(event.loss);
    history.seconds.push(event.seconds);
    if (event.accuracy !== undefined) history.accuracy.push(event.accuracy);
    if (event.validationLoss !== undefined) history.validationLoss.push(event.validationLoss);
    if (event.validationAccuracy !== undefined) history.validationAccuracy.push(event.validationAccuracy);
  }
  return history;
}
