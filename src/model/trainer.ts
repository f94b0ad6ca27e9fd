import { asFloats, type Data, prepareData } from "../data/prepare.ts";
import type { BatchSource } from "../data/source.ts";
import { checkCount, checkFunction, checkOptions, checkSignal } from "../layers/options.ts";
import { answersPerRow, type Loss } from "../losses/loss.ts";
import { type MetricName, resolveMetrics } from "../metrics/metric.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { GENERATOR } from "../random/philox.ts";
import { type DivergenceError, DrowseError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { lossRequest } from "./data-request.ts";
import { clearStatus, divergence } from "./divergence.ts";
import { type Evaluation, evaluateSource } from "./inference.ts";
import type { Network } from "./network.ts";
import { Position } from "./position.ts";
import { dropoutRecord, type Rates, ratesOf, withRates } from "./rates.ts";
import type { StepSettings } from "./record.ts";
import type { RowOrder } from "./row-order.ts";
import type { ScheduledRates } from "./scheduled-rates.ts";
import { PassSums, type StepReport } from "./step-report.ts";
import { type FinishedStep, Pace, runSteps } from "./steps.ts";
import { TrainerMasks } from "./trainer-masks.ts";
import { checkLearningRateFactor, checkState, type TrainerState } from "./trainer-state.ts";
import type { Opened, TrainingSession } from "./training-session.ts";
import { readNumbers } from "./weights.ts";

interface TrainingStep extends StepSettings {
  readonly step: number;
}

/**
 * Trains a model step by step. It works on a copy of the model's weights; `commit` puts them into the model.
 *
 * One seed gives the same bits for any number of threads, and a trainer made from another's state goes on as that
 * one would have.
 *
 * @example
 * const trainer = await model.trainer(data, { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }) });
 * await trainer.run(100);
 * const state = await trainer.state();
 * await trainer.commit();
 * trainer.close();
 */
export class Trainer {
  /** The model whose copy is trained; `commit` changes it. */
  readonly model: Network;
  readonly loss: Loss;
  /** Rows per step; the last batch of a pass may be smaller. */
  readonly batchSize: number;
  readonly threads: number;
  /** Steps of a pass over the data. */
  readonly stepsPerEpoch: number;
  /** Its masks: to be read, recorded and replayed. */
  readonly masks: TrainerMasks;
  /** Masks that each row is met with in a step. */
  readonly #copies: number;
  readonly #optimizer: Optimizer;
  readonly #source: BatchSource;
  readonly #order: RowOrder;
  readonly #session: TrainingSession;
  readonly #schedules: ScheduledRates | undefined;
  #learningRateFactor = 1;
  readonly #pace = new Pace();
  readonly #asFloats: boolean;
  /** What a byte of the training data counts, if it is bytes: goes into the model with the weights. @internal */
  readonly byteScale: number | undefined;
  readonly #position: Position;
  readonly #sums = new PassSums();
  #busy = false;
  #pausing = false;
  #closed = false;
  /** Set while the weights are those of a run that diverged: they must not reach the model. */
  #diverged: DivergenceError | undefined;

  /**
   * Use `model.trainer`.
   * @internal
   */
  constructor(parts: {
    model: Network;
    loss: Loss;
    optimizer: Optimizer;
    source: BatchSource;
    order: RowOrder;
    session: TrainingSession;
    schedules: ScheduledRates | undefined;
    asFloats: boolean;
    byteScale: number | undefined;
  }) {
    const { model, loss, optimizer, source, order, session } = parts;
    this.model = model;
    this.loss = loss;
    this.batchSize = session.opened.plan.batchSize;
    this.threads = session.opened.machine.threads;
    this.#position = new Position(order, this.batchSize, model.pass);
    this.stepsPerEpoch = this.#position.stepsPerEpoch;
    this.#copies = loss.copies?.count ?? 1;
    this.#optimizer = optimizer;
    this.#source = source;
    this.#order = order;
    this.#session = session;
    this.#schedules = parts.schedules;
    this.#asFloats = parts.asFloats;
    this.byteScale = parts.byteScale;
    this.masks = new TrainerMasks({
      seed: model.seed,
      lastStep: () => Math.max(0, this.#position.step - 1),
      stepAt: (step) => ({
        ...this.#position.placeOf(step),
        graph: this.#schedules?.graphAt(session.graph, step) ?? session.graph,
      }),
      refuseUnlessFree: () => this.#refuseUnlessFree(),
      follows: (name) => this.#schedules?.has(name) ?? false,
      copies: () => ({ of: loss.copies, from: session.copiesFrom }),
    });
  }

  /** Steps done, over resumes. */
  get step(): number {
    return this.#position.step;
  }

  /** Finished passes over the data. */
  get pass(): number {
    return this.#position.pass;
  }

  /** Batches done in the current pass. */
  get batch(): number {
    return this.#position.batch;
  }

  /** Rows that are trained on. */
  get rows(): number {
    return this.#order.count;
  }

  /** Rates of the dropout layers, by name; where a schedule moves them those of the last step. */
  get rates(): Rates {
    return ratesOf(this.#session.graph);
  }

  /**
   * Changes the rate of a dropout layer, from the next step on: masks, scales, evaluation, and with `commit` the model.
   * Between runs only, as the steps of a run are sent in chunks that depend on the machine's speed.
   * @param name - as it was given, or `dropout1`, `dropout2`, ...
   * @param rate - probability to drop a unit, in [0, 1].
   * @throws {DrowseError} on a name that no dropout layer has, or whose rate follows a schedule, a rate outside [0, 1], and while
   * a call is running.
   * @example
   * trainer.setRate("dropout1", 0.3);
   */
  setRate(name: string, rate: number): void {
    this.#refuseUnlessFree();
    if (this.#schedules?.has(name))
      throw new DrowseError("setRate", `the rate of ${name} follows a schedule`, `leave ${name} out of dropoutSchedule`);
    this.#session.graph = withRates("setRate", this.#session.graph, { [String(name)]: rate });
  }

  /** Multiplies the learning rate that the optimizer gives for a step, be it a number or a schedule. */
  get learningRateFactor(): number {
    return this.#learningRateFactor;
  }

  /** From the next step on, between runs only. Throws a DrowseError unless it is a finite number above 0. */
  set learningRateFactor(factor: number) {
    this.#refuseUnlessFree();
    this.#learningRateFactor = checkLearningRateFactor("trainer", factor);
  }

  /**
   * Over the current pass so far, or over the last one when none has begun, with dropout: loss, penalty, share of right answers, and
   * share of the multiply-adds of all products that were skipped because a factor was zero.
   */
  get progress(): { rows: number; loss: number; penalty: number; accuracy: number; skipped: number } {
    const rows = this.#position.batch === 0 ? this.rows : this.#position.batch * this.batchSize;
    const { lossSum, penaltySum, right, multiplyAdds } = this.#sums.state;
    const skipped = this.#skipped(multiplyAdds, rows);
    const answers = rows * this.#copies * Math.max(1, answersPerRow(this.loss, sizeOf(this.model.graph.output)));
    return { rows, loss: lossSum / rows, penalty: penaltySum / rows, accuracy: right / answers, skipped };
  }

  /**
   * Runs steps and tells of each, by chunks of about 50 ms.
   * @param count - how many steps, at least 1.
   * @param options.onSteps - called with the steps of each chunk.
   * @param options.signal - aborts between chunks: the promise rejects with the signal's reason.
   * @throws {DivergenceError} when the loss or a weight is not finite.
   * @throws {WorkerError} when a thread has died.
   */
  async run(
    count: number,
    options: { onSteps?: (steps: StepReport[]) => void; signal?: AbortSignal | undefined } = {},
  ): Promise<StepReport[]> {
    checkCount("run", "the number of steps", count);
    checkOptions("run", options, ["onSteps", "signal"]);
    const { signal, onSteps } = options;
    checkFunction("run", "onSteps", onSteps);
    checkSignal("run", signal);
    return this.#exclusively(async () => {
      signal?.throwIfAborted();
      this.#pausing = false;
      const { machine, plan } = await this.#readyFor(count);
      const reports: StepReport[] = [];
      let given = 0;
      let refusal: { readonly error: unknown } | undefined;
      const goesOn = () => given < count && !this.#pausing && !signal?.aborted && !refusal;
      const next = () => (goesOn() ? this.#settings(given++) : undefined);
      const finished = (steps: readonly FinishedStep<TrainingStep>[]) => {
        const told = steps.map((step) => this.#account(step));
        reports.push(...told);
        // What was asked for ahead is now counted from where the trainer stands.
        given -= steps.length;
        count -= steps.length;
        if (this.#schedules) this.#session.graph = this.#schedules.graphAt(this.#session.graph, this.#position.step - 1);
        try {
          onSteps?.(told);
        } catch (error) {
          // The steps that are on their way are still to be counted.
          refusal ??= { error };
        }
      };
      const feed = { machine, plan, program: plan.programs.train, source: this.#source };
      const stopped = await runSteps({ ...feed, next, finished }, this.#pace);
      if (stopped) {
        const { step, batch, rows } = stopped.settings;
        this.#diverged = await divergence(machine, plan, { step, batch, rows: rows.length });
        throw this.#diverged;
      }
      if (refusal) throw refusal.error;
      signal?.throwIfAborted();
      return reports;
    });
  }

  /**
   * Lets the current `run` end early, after the steps that are on their way: its promise has those that were done.
   * @example
   * button.onclick = () => trainer.pause();
   */
  pause(): void {
    this.#pausing = true;
  }

  /**
   * Loss, accuracy and metrics on other data with the weights as they stand; nothing sleeps.
   * @param options.metrics - names, such as `["f1", "auroc"]`: see {@link MetricName}.
   * @throws {DrowseError} on wrong options or data, and while a call is running.
   * @example
   * const { loss, accuracy } = await trainer.evaluate(validation);
   */
  async evaluate<Name extends MetricName = never>(
    data: Data,
    options: { signal?: AbortSignal | undefined; metrics?: readonly Name[] } = {},
  ): Promise<Evaluation<Name>> {
    checkOptions("evaluate", options, ["signal", "metrics"]);
    const { signal, metrics: names = [] } = options;
    checkSignal("evaluate", signal);
    const outputs = sizeOf(this.model.graph.output);
    const metrics = resolveMetrics("evaluate", names, { targets: this.loss.targets, outputs });
    const source = this.#prepare(data);
    return this.#exclusively(async () => {
      const { machine, plan } = await this.#session.ready(metrics.length > 0);
      return evaluateSource<Name>({ machine, plan, source, signal, metrics, outputs });
    });
  }

  /** Data as this trainer evaluates it; preparing it once saves doing so at every epoch. */
  #prepare(data: Data): BatchSource {
    const inputScale = this.byteScale ?? this.model.inputScale;
    const source = prepareData("evaluate", data, { ...lossRequest("evaluate", this.model, this.loss), inputScale });
    return this.#asFloats ? asFloats(source) : source;
  }

  /**
   * All that is needed to go on from here, with bits equal to never having stopped.
   * @throws {DrowseError} while a call is running, and when the trainer is closed.
   * @example
   * const state = structuredClone(await trainer.state()); // plain values: for IndexedDB, a file, another thread
   * another.restore(state);
   */
  async state(): Promise<TrainerState> {
    return this.#exclusively(async () => ({
      version: 1,
      generator: GENERATOR,
      seed: this.model.seed,
      rows: this.rows,
      batchSize: this.batchSize,
      step: this.#position.step,
      pass: this.#position.pass,
      batch: this.#position.batch,
      ...this.#sums.state,
      rates: this.rates,
      ...(Object.keys(this.masks.frozen).length > 0 ? { maskPasses: this.masks.frozen } : {}),
      ...(this.#schedules ? { schedule: { steps: this.#schedules.steps, rates: this.#schedules.own } } : {}),
      copiesFrom: this.#session.copiesFrom,
      learningRateFactor: this.#learningRateFactor,
      optimizer: this.#optimizer.kind,
      ...(await this.#session.numbers()),
    }));
  }

  /**
   * Goes on from a state, also after divergence; see {@link TrainerState}.
   * @throws {DrowseError} on a state of another model, other data or another batch size, and while a call is running.
   * @example
   * const before = structuredClone(await trainer.state());
   * await trainer.run(100).catch(() => trainer.restore(before)); // where a number was not finite
   */
  restore(state: TrainerState): void {
    this.#refuseUnlessFree();
    const { model, rows, batchSize, stepsPerEpoch } = this;
    const schedules = this.#schedules;
    const { copiesFrom } = this.#session;
    checkState({ model, rows, batchSize, stepsPerEpoch, optimizer: this.#optimizer, schedules, copiesFrom }, state);
    if (schedules && state.schedule) schedules.own = state.schedule.rates;
    const { machine, plan } = this.#session.opened;
    this.#session.write(state);
    clearStatus(machine, plan);
    this.#session.graph = withRates("restore", this.#session.graph, state.rates);
    this.#session.copiesFrom = state.copiesFrom;
    this.masks.restore(state.maskPasses);
    this.#learningRateFactor = state.learningRateFactor;
    this.#diverged = undefined;
    this.#position.goTo(state);
    this.#sums.state = state;
  }

  /**
   * Puts the weights as they stand, the rates of the dropout layers, the passes and the output link into the model.
   * @throws {DivergenceError} when the last run diverged: restore a state first.
   * @throws {DrowseError} while a call is running.
   */
  async commit(): Promise<void> {
    await this.#exclusively(async () => {
      if (this.#diverged) throw this.#diverged;
      const { machine, plan, graph } = this.#session.opened;
      const values = await readNumbers(machine, plan, graph, "value");
      this.model.accept(values, {
        graph: this.#session.graph,
        pass: this.#position.pass + (this.#position.batch > 0 ? 1 : 0),
        link: this.loss.link,
        inputScale: this.byteScale,
      });
    });
  }

  /** Gives threads and memory back. */
  close(): void {
    this.#closed = true;
    this.#session.close();
  }

  /** The plan and machine of the next steps. */
  #readyFor(count: number): Promise<Opened> {
    const session = this.#session;
    return this.#schedules
      ? session.readyToTrain(this.#schedules.planned(session.graph, this.#position.step, count))
      : session.ready();
  }

  /** The settings of the step that is `ahead` of where the trainer stands. */
  #settings(ahead: number): TrainingStep {
    const step = this.#position.step + ahead;
    const { pass, batch, rows } = this.#position.placeOf(step);
    const hyper = this.#optimizer.hyper(step).slice();
    hyper[0] *= this.#learningRateFactor;
    const { graph } = this.#session;
    const dropouts = dropoutRecord(this.#schedules ? this.#schedules.graphAt(graph, step) : graph);
    const copies = this.loss.copies?.words(rows);
    return { step, batch, pass, rows, hyper, dropouts, copies, maskPasses: this.masks.passes(graph, pass) };
  }

  /** Counts a finished step. */
  #account({ settings, lossSum, right, multiplyAdds, penalty }: FinishedStep<TrainingStep>): StepReport {
    this.#sums.add({ settings, lossSum, right, multiplyAdds, penalty });
    this.#position.passBy(settings);
    const rows = settings.rows.length;
    const { step, pass, batch } = settings;
    const skipped = this.#skipped(multiplyAdds, rows);
    return { step, pass, batch, rows, loss: lossSum / rows, penalty, right: right / this.#copies, skipped };
  }

  #skipped(multiplyAdds: number, rows: number): number {
    const all = this.#session.opened.plan.multiplyAdds * rows;
    return all === 0 ? 0 : 1 - multiplyAdds / all;
  }

  #refuseUnlessFree(): void {
    if (this.#closed) throw new DrowseError("trainer", "it is closed", "make another from its state or the model");
    if (this.#busy) throw new DrowseError("trainer", "it is still busy with the call before", "await that call first");
  }

  async #exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#refuseUnlessFree();
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }
}
