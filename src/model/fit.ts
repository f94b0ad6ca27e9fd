import type { Data } from "../data/prepare.ts";
import { DivergenceError } from "../tensor/errors.ts";
import { createTrainer } from "./create-trainer.ts";
import { Control } from "./epoch-control.ts";
import type { EndEvent, EpochEvent, FitEvent, StopReason } from "./fit-events.ts";
import { checkFit, type FitOptions, type FitRequest } from "./fit-options.ts";
import { checkFitState, type EpochWeights, type FitState } from "./fit-state.ts";
import { addEpoch, emptyHistory, endHistory, type History } from "./history.ts";
import { validationName } from "./monitor.ts";
import type { Network } from "./network.ts";
import { ratesOf, withRates } from "./rates.ts";
import type { Trainer } from "./trainer.ts";
import { warningsOf } from "./warnings.ts";

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
  try {
    if (options.resume !== undefined) run.resume(options.resume);
  } catch (error) {
    trainer.close();
    throw error;
  }
  let failure: { readonly error: unknown } | undefined;
  try {
    await run.train();
  } catch (error) {
    failure = { error };
  }
  try {
    if (options.signal?.aborted && failure?.error === options.signal.reason) await run.checkpoint();
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
  /** What the finished epochs told. */
  readonly #epochs: EpochEvent[] = [];
  #stop: { readonly reason: StopReason; readonly message?: string | undefined } = { reason: "epochs" };
  /** What the model goes back to at the end. */
  #best: EpochWeights | undefined;
  /** Passes that were finished in the model's life before the run, and those that were begun. */
  #before: number;
  #passes: number;
  /** Seconds of the run before it was resumed, and of the steps of the current epoch. */
  #secondsBefore = 0;
  #epochSeconds = 0;
  /** The share of the run that was done before it was resumed. */
  #doneBefore = 0;

  constructor(model: Network, trainer: Trainer, request: FitRequest, options: FitOptions) {
    this.#model = model;
    this.#trainer = trainer;
    this.#request = request;
    this.#options = options;
    this.#tell = options.onEvent ?? (() => {});
    this.#before = model.pass;
    this.#passes = model.pass;
  }

  /** Goes on from a state. */
  resume(state: FitState): void {
    const trainer = this.#trainer;
    const { epochs, stopping, plateau, checkpoints } = this.#request;
    checkFitState(state, this.#request, trainer);
    trainer.restore(state.trainer);
    const { step, pass, batch } = trainer;
    this.#before = pass - Math.floor(step / trainer.stepsPerEpoch);
    this.#passes = pass + (batch > 0 ? 1 : 0);
    for (const event of state.epochs) addEpoch(this.history, event);
    this.#epochs.push(...state.epochs);
    this.#best = state.best;
    if (state.last) this.#putBack(state.last, this.#before + state.last.epoch);
    if (stopping && state.earlyStopping) stopping.state = state.earlyStopping;
    if (plateau && state.reduceLearningRateOnPlateau) plateau.state = state.reduceLearningRateOnPlateau;
    checkpoints?.taken(step, state.epochs.length);
    this.#secondsBefore = state.seconds;
    this.#epochSeconds = state.epochSeconds;
    this.#doneBefore = step / (epochs * trainer.stepsPerEpoch);
  }

  /** Gives away all that the run goes on from. */
  async checkpoint(): Promise<void> {
    const { checkpoints, stopping, plateau } = this.#request;
    if (!checkpoints) return;
    const finished = this.#epochs.length;
    await checkpoints.save({
      version: 1,
      trainer: await this.#trainer.state(),
      epochs: [...this.#epochs],
      ...(finished > 0 ? { last: this.#weightsOf(finished) } : {}),
      ...(this.#best ? { best: this.#best } : {}),
      ...(stopping ? { earlyStopping: stopping.state } : {}),
      ...(plateau ? { reduceLearningRateOnPlateau: plateau.state } : {}),
      seconds: this.#seconds,
      epochSeconds: this.#epochSeconds,
    });
    checkpoints.taken(this.#trainer.step, finished);
  }

  /** Trains until all epochs are done or something stops it. */
  async train(): Promise<void> {
    const { epochs, validation, stopping } = this.#request;
    const { rows, stepsPerEpoch: batches, batchSize, threads } = this.#trainer;
    const warnings = warningsOf(this.#model.graph);
    const counts = { epochs, batches, batchSize, rows, validationRows: validation?.count ?? 0, threads };
    const { step } = this.#trainer;
    this.#tell({ event: "begin", ...counts, ...(step > 0 ? { step } : {}), ...(warnings.length > 0 ? { warnings } : {}) });
    for (let epoch = this.#epochs.length + 1; epoch <= epochs; epoch++) {
      const event = await this.#trainEpoch(epoch);
      addEpoch(this.history, event);
      this.#epochs.push(event);
      this.#epochSeconds = 0;
      const judged = stopping?.after(event);
      if (judged?.best) this.#best = this.#weightsOf(epoch);
      if (judged?.stops) this.#stop = { reason: "patience" };
      this.#tell(event);
      await this.#steer(event);
      if (this.#stop.reason !== "epochs") return;
      this.#lowerLearningRate(event);
      if (epoch < epochs) await this.#checkpointIfDue();
    }
  }

  /** Gives the model its best epoch, and tells of the end. */
  end(failure: { readonly error: unknown } | undefined): void {
    if (this.#best) this.#putBack(this.#best, this.#passes);
    const { reason, message } = failure ? this.#reasonOf(failure.error) : this.#stop;
    const event: EndEvent = {
      event: "end",
      reason,
      ...(message === undefined ? {} : { message }),
      epochs: this.#epochs.length,
      ...(this.#best ? { bestEpoch: this.#best.epoch } : {}),
      seconds: this.#seconds,
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
    this.#passes = this.#before + epoch;
    await this.#trainSteps(epoch);
    const took = this.#epochSeconds;
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

  /** Runs what is left of an epoch's steps, with pauses for checkpoints. */
  async #trainSteps(epoch: number): Promise<void> {
    const trainer = this.#trainer;
    const { signal } = this.#options;
    const { checkpoints } = this.#request;
    const end = epoch * trainer.stepsPerEpoch;
    while (trainer.step < end) {
      const before = this.#epochSeconds;
      const start = seconds();
      const onSteps = () => {
        this.#epochSeconds = before + seconds() - start;
        this.#tellProgress(epoch);
        if (checkpoints?.isDue(trainer.step, epoch - 1)) trainer.pause();
      };
      const most = checkpoints?.stepsFrom(trainer.step) ?? end;
      await trainer.run(Math.min(most, end - trainer.step), { signal, onSteps });
      if (trainer.step < end) await this.#checkpointIfDue();
    }
  }

  async #checkpointIfDue(): Promise<void> {
    if (this.#request.checkpoints?.isDue(this.#trainer.step, this.#epochs.length)) await this.checkpoint();
  }

  /** What the model has after an epoch. */
  #weightsOf(epoch: number): EpochWeights {
    return { epoch, values: Object.fromEntries(this.#model.weights), rates: ratesOf(this.#model.graph) };
  }

  /** Gives the model what it had after an epoch. */
  #putBack({ values, rates }: EpochWeights, pass: number): void {
    const { loss, byteScale: inputScale } = this.#trainer;
    const graph = withRates("fit", this.#model.graph, rates);
    this.#model.accept(new Map(Object.entries(values)), { graph, pass, link: loss.link, inputScale });
  }

  /** That the run has taken. */
  get #seconds(): number {
    return this.#secondsBefore + seconds() - this.#begun;
  }

  #tellProgress(epoch: number): void {
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
      examplesPerSecond: rows / this.#epochSeconds,
      secondsLeft: ((seconds() - this.#begun) * (1 - passed)) / (passed - this.#doneBefore),
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
