import type { Data } from "../data/prepare.ts";
import { DivergenceError } from "../tensor/errors.ts";
import { createTrainer } from "./create-trainer.ts";
import { Control } from "./epoch-control.ts";
import type { EndEvent, EpochEvent, FitEvent, StopReason } from "./fit-events.ts";
import { checkFit, type FitOptions, type FitRequest } from "./fit-options.ts";
import type { Graph } from "./graph.ts";
import { addEpoch, emptyHistory, endHistory, type History } from "./history.ts";
import { validationName } from "./monitor.ts";
import type { Network } from "./network.ts";
import type { Trainer } from "./trainer.ts";
import { warningsOf } from "./warnings.ts";
import type { Numbers } from "./weights.ts";

const seconds = () => performance.now() / 1000;

/** Trains a model by epochs and tells of them; the model has the weights of an epoch when its event comes. */
export async function fitModel(model: Network, data: Data, options: FitOptions): Promise<History> {
  const request = await checkFit(model, data, options);
  const { source, rows, validation, metrics } = request;
  const circumstances = {
    validation: validation ? [validation] : [],
    rows,
    predicts: metrics.length > 0,
    epochs: request.epochs,
  };
  const trainer = await createTrainer("fit", model, source, options, circumstances);
  const run = new Run(model, trainer, request, options);
  let failure: { readonly error: unknown } | undefined;
  try {
    await run.train();
  } catch (error) {
    failure = { error };
  }
  trainer.close();
  try {
    run.end(failure);
  } catch (error) {
    failure ??= { error };
  }
  if (failure) throw failure.error;
  return run.history;
}

/** A run of `fit` on its way. */
class Run {
  readonly history = emptyHistory();
  readonly #model: Network;
  readonly #trainer: Trainer;
  readonly #request: FitRequest;
  readonly #options: FitOptions;
  readonly #tell: (event: FitEvent) => void;
  readonly #begun = seconds();
  #finished = 0;
  #stop: { readonly reason: StopReason; readonly message?: string | undefined } = { reason: "epochs" };
  /** What the model goes back to at the end. */
  #best: { readonly epoch: number; readonly weights: Numbers; readonly graph: Graph } | undefined;
  /** Passes that were begun in the model's life. */
  #passes: number;

  constructor(model: Network, trainer: Trainer, request: FitRequest, options: FitOptions) {
    this.#model = model;
    this.#trainer = trainer;
    this.#request = request;
    this.#options = options;
    this.#tell = options.onEvent ?? (() => {});
    this.#passes = model.pass;
  }

  /** Trains until all epochs are done or something stops it. */
  async train(): Promise<void> {
    const { epochs, validation, stopping } = this.#request;
    const { rows, stepsPerEpoch: batches, batchSize, threads } = this.#trainer;
    const warnings = warningsOf(this.#model.graph);
    const counts = { epochs, batches, batchSize, rows, validationRows: validation?.count ?? 0, threads };
    this.#tell({ event: "begin", ...counts, ...(warnings.length > 0 ? { warnings } : {}) });
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const event = await this.#trainEpoch(epoch);
      addEpoch(this.history, event);
      this.#finished = epoch;
      const judged = stopping?.after(event);
      if (judged?.best) this.#best = { epoch, weights: this.#model.weights, graph: this.#model.graph };
      if (judged?.stops) this.#stop = { reason: "patience" };
      this.#tell(event);
      await this.#steer(event);
      if (this.#stop.reason !== "epochs") return;
      this.#lowerLearningRate(event);
    }
  }

  /** Gives the model its best epoch, and tells of the end. */
  end(failure: { readonly error: unknown } | undefined): void {
    if (this.#best) {
      const { weights, graph } = this.#best;
      this.#model.accept(weights, { graph, pass: this.#passes, link: this.#trainer.loss.link, inputScale: undefined });
    }
    const { reason, message } = failure ? this.#reasonOf(failure.error) : this.#stop;
    const event: EndEvent = {
      event: "end",
      reason,
      ...(message === undefined ? {} : { message }),
      epochs: this.#finished,
      ...(this.#best ? { bestEpoch: this.#best.epoch } : {}),
      seconds: seconds() - this.#begun,
    };
    endHistory(this.history, event);
    this.#tell(event);
  }

  #reasonOf(error: unknown): { reason: StopReason; message: string } {
    const { signal } = this.#options;
    const message = error instanceof Error ? error.message : String(error);
    if (signal?.aborted && error === signal.reason) return { reason: "aborted", message };
    return { reason: error instanceof DivergenceError ? "diverged" : "failed", message };
  }

  async #trainEpoch(epoch: number): Promise<EpochEvent> {
    const { epochs, answers, metrics, validation } = this.#request;
    const trainer = this.#trainer;
    const { signal } = this.#options;
    const start = seconds();
    this.#passes = trainer.pass + 1;
    await trainer.run(trainer.stepsPerEpoch, { signal, onSteps: () => this.#tellProgress(epoch, start) });
    const took = seconds() - start;
    const { loss, penalty, accuracy, skipped } = trainer.progress;
    const valued = validation && (await trainer.evaluate(validation, { signal, metrics: metrics.map(({ name }) => name) }));
    await trainer.commit();
    return {
      event: "epoch",
      epoch,
      epochs,
      loss,
      ...(this.#model.graph.nodes.some(({ layer }) => layer.hasPenalty) ? { penalty } : {}),
      ...(answers ? { accuracy } : {}),
      ...(valued ? { validationLoss: valued.loss } : {}),
      ...(valued?.accuracy !== undefined ? { validationAccuracy: valued.accuracy } : {}),
      ...Object.fromEntries(metrics.map(({ name }) => [validationName(name), valued?.[name]])),
      learningRate: this.#scheduled() * trainer.learningRateFactor,
      skipped,
      seconds: took,
      examplesPerSecond: trainer.rows / took,
    };
  }

  #tellProgress(epoch: number, start: number): void {
    const { epochs, answers } = this.#request;
    const { batch, stepsPerEpoch: batches, progress, rows: all } = this.#trainer;
    if (batch === 0) return;
    const { rows, loss, accuracy, skipped } = progress;
    const passed = (epoch - 1 + rows / all) / epochs;
    this.#tell({
      event: "progress",
      epoch,
      epochs,
      batch,
      batches,
      loss,
      ...(answers ? { accuracy } : {}),
      skipped,
      examplesPerSecond: rows / (seconds() - start),
      secondsLeft: (seconds() - this.#begun) * (1 / passed - 1),
    });
  }

  /** Lets the caller steer. */
  async #steer(event: EpochEvent): Promise<void> {
    const { onEpoch } = this.#options;
    if (!onEpoch) return;
    const control = new Control(this.#trainer, event.epoch, this.#tell);
    try {
      await onEpoch(event, control);
    } finally {
      control.close();
    }
    if (control.stopped) this.#stop = { reason: "callback", message: control.stopped.message };
  }

  #lowerLearningRate(event: EpochEvent): void {
    const { plateau } = this.#request;
    const before = this.#trainer.learningRateFactor;
    const factor = plateau?.after(event, before, this.#scheduled()) ?? before;
    if (factor === before) return;
    this.#trainer.learningRateFactor = factor;
    this.#tell({ event: "learningRate", epoch: event.epoch, cause: "plateau", factor });
  }

  /** The learning rate that the optimizer gave for the last step. */
  #scheduled(): number {
    return this.#options.optimizer.hyper(this.#trainer.step - 1)[0];
  }
}
