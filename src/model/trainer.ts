import { asFloats, byteScale, type Data, prepareData } from "../data/prepare.ts";
import type { BatchSource } from "../data/source.ts";
import { checkFunction, checkNumber, checkOptions, checkSignal } from "../layers/options.ts";
import type { Loss } from "../losses/loss.ts";
import { type LossOption, resolveLoss } from "../losses/resolve.ts";
import { checkOptimizer, type Optimizer } from "../optimizers/optimizer.ts";
import { GENERATOR } from "../random/philox.ts";
import { shuffledRows } from "../random/shuffle.ts";
import { streamKey } from "../random/streams.ts";
import { type DivergenceError, DrowseError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Machine } from "../wasm/machine.ts";
import { createPoolMachine } from "../wasm/pool-machine.ts";
import { clearStatus, divergence } from "./divergence.ts";
import { graphParameters } from "./graph.ts";
import { type Evaluation, evaluateSource } from "./inference.ts";
import type { Network } from "./network.ts";
import { makePlan, type Plan } from "./plan.ts";
import type { StepSettings } from "./record.ts";
import { type FinishedStep, Pace, runSteps } from "./steps.ts";
import { resolveThreads } from "./threads.ts";
import { checkState, type TrainerState } from "./trainer-state.ts";
import { type Part, readNumbers, writeNumbers } from "./weights.ts";

/** How a model is trained. */
export interface TrainingOptions {
  /** `"crossEntropy"` for classes, `"meanSquaredError"` for numbers. */
  loss: LossOption;
  optimizer: Optimizer;
  /** Rows per step; default 32. The last batch of an epoch may be smaller. */
  batchSize?: number;
  /** Threads; default as many as help. The result is the same for any number. */
  threads?: number;
}

/** A step, as the trainer tells of it. */
export interface StepReport {
  /** Counted from 0 over the life of the trainer, through resumes. */
  readonly step: number;
  /** Passes over the data that the model had finished before. */
  readonly pass: number;
  /** Batch within the pass, and its rows. */
  readonly batch: number;
  readonly rows: number;
  /** Mean loss of the batch, with dropout. */
  readonly loss: number;
  /** Rows whose most probable class was right, with dropout; 0 for losses without classes. */
  readonly right: number;
}

interface TrainingStep extends StepSettings {
  readonly step: number;
  readonly batch: number;
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
  readonly model: Network;
  readonly loss: Loss;
  readonly batchSize: number;
  readonly threads: number;
  readonly stepsPerEpoch: number;
  readonly #optimizer: Optimizer;
  readonly #source: BatchSource;
  readonly #plan: Plan;
  readonly #machine: Machine;
  readonly #pace = new Pace();
  readonly #asFloats: boolean;
  /** What a byte of the training data counts, if it is bytes: goes into the model with the weights. */
  readonly #byteScale: number | undefined;
  #order: { pass: number; rows: Uint32Array } | undefined;
  #step = 0;
  #pass: number;
  #batch = 0;
  #lossSum = 0;
  #right = 0;
  #busy = false;
  #pausing = false;
  #closed = false;
  /** Set while the weights are those of a run that diverged: they must not reach the model. */
  #diverged: DivergenceError | undefined;

  /** Use {@link createTrainer}. */
  constructor(parts: {
    model: Network;
    loss: Loss;
    optimizer: Optimizer;
    source: BatchSource;
    plan: Plan;
    machine: Machine;
    asFloats: boolean;
    byteScale: number | undefined;
  }) {
    const { model, loss, optimizer, source, plan, machine } = parts;
    this.model = model;
    this.loss = loss;
    this.batchSize = plan.batchSize;
    this.threads = machine.threads;
    this.stepsPerEpoch = Math.ceil(source.count / plan.batchSize);
    this.#optimizer = optimizer;
    this.#source = source;
    this.#plan = plan;
    this.#machine = machine;
    this.#asFloats = parts.asFloats;
    this.#byteScale = parts.byteScale;
    this.#pass = model.pass;
  }

  /** Steps done, over resumes. */
  get step(): number {
    return this.#step;
  }

  /** Finished passes over the data. */
  get pass(): number {
    return this.#pass;
  }

  /** Batches done in the current pass. */
  get batch(): number {
    return this.#batch;
  }

  /** Rows of the training data. */
  get rows(): number {
    return this.#source.count;
  }

  /** Loss and share of right rows over the current pass so far, or over the last one when none has begun; with dropout. */
  get progress(): { rows: number; loss: number; accuracy: number } {
    const rows = this.#batch === 0 ? this.rows : this.#batch * this.batchSize;
    return { rows, loss: this.#lossSum / rows, accuracy: this.#right / rows };
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
    checkNumber(
      "run",
      "the number of steps",
      count,
      (value) => Number.isInteger(value) && value >= 1,
      "give a whole number of at least 1",
    );
    checkOptions("run", options, ["onSteps", "signal"]);
    const { signal, onSteps } = options;
    checkFunction("run", "onSteps", onSteps);
    checkSignal("run", signal);
    return this.#exclusively(async () => {
      signal?.throwIfAborted();
      this.#pausing = false;
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
        try {
          onSteps?.(told);
        } catch (error) {
          // The steps that are on their way are still to be counted.
          refusal ??= { error };
        }
      };
      const feed = { machine: this.#machine, plan: this.#plan, program: this.#plan.programs.train, source: this.#source };
      const stopped = await runSteps({ ...feed, next, finished }, this.#pace);
      if (stopped) {
        const { step, batch, rows } = stopped.settings;
        this.#diverged = await divergence(this.#machine, this.#plan, { step, batch, rows: rows.length });
        throw this.#diverged;
      }
      if (refusal) throw refusal.error;
      signal?.throwIfAborted();
      return reports;
    });
  }

  /** Lets the current `run` end early, after the steps that are on their way. */
  pause(): void {
    this.#pausing = true;
  }

  /** Loss and accuracy on other data with the weights as they stand; nothing sleeps. */
  async evaluate(data: Data, signal?: AbortSignal): Promise<Evaluation> {
    checkSignal("evaluate", signal);
    const source = this.#prepare(data);
    return this.#exclusively(() => evaluateSource({ machine: this.#machine, plan: this.#plan, loss: this.loss, source, signal }));
  }

  /** Data as this trainer evaluates it; preparing it once saves doing so at every epoch. */
  #prepare(data: Data): BatchSource {
    const { inputShape, graph } = this.model;
    const inputScale = this.#byteScale ?? this.model.inputScale;
    const request = { inputShape, inputScale, outputs: sizeOf(graph.output), targets: this.loss.targets };
    const source = prepareData("evaluate", data, request);
    return this.#asFloats ? asFloats(source) : source;
  }

  /** All that is needed to go on from here, with bits equal to never having stopped. */
  async state(): Promise<TrainerState> {
    return this.#exclusively(async () => ({
      version: 1,
      generator: GENERATOR,
      seed: this.model.seed,
      rows: this.rows,
      batchSize: this.batchSize,
      step: this.#step,
      pass: this.#pass,
      batch: this.#batch,
      lossSum: this.#lossSum,
      right: this.#right,
      values: await this.#read("value"),
      optimizer: this.#optimizer.kind,
      slots: Object.fromEntries(
        await Promise.all(this.#optimizer.slots.map(async (name, index) => [name, await this.#read(index)] as const)),
      ),
    }));
  }

  /**
   * Goes on from a state, also after divergence; see {@link TrainerState}.
   * @throws {DrowseError} on a state of another model, other data or another batch size, and while a call is running.
   */
  restore(state: TrainerState): void {
    this.#refuseUnlessFree();
    const { model, rows, batchSize, stepsPerEpoch } = this;
    checkState({ model, rows, batchSize, stepsPerEpoch, optimizer: this.#optimizer }, state);
    const write = (part: Part, numbers: TrainerState["values"]) => {
      const singles = new Map(Object.entries(numbers).map(([name, values]) => [name, Float32Array.from(values)]));
      writeNumbers(this.#machine, this.#plan, model.graph, part, singles);
    };
    write("value", state.values);
    for (const [index, name] of this.#optimizer.slots.entries()) write(index, state.slots[name]);
    clearStatus(this.#machine, this.#plan);
    this.#diverged = undefined;
    this.#step = state.step;
    this.#pass = state.pass;
    this.#batch = state.batch;
    this.#lossSum = state.lossSum;
    this.#right = state.right;
  }

  /**
   * Puts the weights as they stand, the passes and the output link into the model.
   * @throws {DivergenceError} when the last run diverged: restore a state first.
   */
  async commit(): Promise<void> {
    await this.#exclusively(async () => {
      if (this.#diverged) throw this.#diverged;
      const values = await readNumbers(this.#machine, this.#plan, this.model.graph, "value");
      this.model.accept(values, {
        pass: this.#pass + (this.#batch > 0 ? 1 : 0),
        link: this.loss.link,
        inputScale: this.#byteScale,
      });
    });
  }

  /** Gives threads and memory back. */
  close(): void {
    this.#closed = true;
    this.#machine.close();
  }

  /** The settings of the step that is `ahead` of where the trainer stands. */
  #settings(ahead: number): TrainingStep {
    const position = this.#batch + ahead;
    const pass = this.#pass + Math.floor(position / this.stepsPerEpoch);
    const batch = position % this.stepsPerEpoch;
    if (this.#order?.pass !== pass) {
      this.#order = { pass, rows: shuffledRows(this.rows, streamKey(this.model.seed, "shuffle"), pass) };
    }
    const rows = this.#order.rows.subarray(batch * this.batchSize, (batch + 1) * this.batchSize);
    const step = this.#step + ahead;
    return { step, batch, pass, rows, hyper: this.#optimizer.hyper(step), dropouts: this.#plan.dropouts };
  }

  /** Counts a finished step. */
  #account({ settings, lossSum, right }: FinishedStep<TrainingStep>): StepReport {
    if (settings.batch === 0) {
      this.#lossSum = 0;
      this.#right = 0;
    }
    this.#lossSum += lossSum;
    this.#right += right;
    this.#step = settings.step + 1;
    const ended = settings.batch + 1 === this.stepsPerEpoch;
    this.#pass = settings.pass + (ended ? 1 : 0);
    this.#batch = ended ? 0 : settings.batch + 1;
    const rows = settings.rows.length;
    return { step: settings.step, pass: settings.pass, batch: settings.batch, rows, loss: lossSum / rows, right };
  }

  /** Numbers of all parameters, by name. */
  async #read(part: Part): Promise<Record<string, Float32Array>> {
    return Object.fromEntries(await readNumbers(this.#machine, this.#plan, this.model.graph, part));
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

const DEFAULT_BATCH = 32;

/** Makes a trainer. `validation` is data that the trainer will be asked to evaluate. */
export async function createTrainer(
  operation: string,
  model: Network,
  data: Data,
  options: TrainingOptions,
  validation: readonly Data[] = [],
): Promise<Trainer> {
  const loss = resolveLoss(operation, options.loss);
  const { batchSize = DEFAULT_BATCH } = options;
  const optimizer = checkOptimizer(operation, options.optimizer);
  checkNumber(
    operation,
    "batchSize",
    batchSize,
    (value) => Number.isInteger(value) && value >= 1,
    "give a whole number of at least 1",
  );
  const { graph, seed } = model;
  if (graphParameters(graph).length === 0) {
    throw new DrowseError(operation, "the model has no weights", "add a layer that learns, such as dense(10)");
  }
  const { inputScale } = model;
  const request = { inputShape: graph.input, inputScale, outputs: sizeOf(graph.output), targets: loss.targets };
  const given = prepareData(operation, data, request);
  const others = validation.map((other) => prepareData(`${operation}: validation`, other, request));
  const mixed = others.some((other) => other.inputType !== given.inputType || other.inputScale !== given.inputScale);
  const source = mixed ? asFloats(given) : given;
  const rows = Math.min(batchSize, source.count);
  const threads = resolveThreads(operation, options.threads, graph, rows);
  const plan = makePlan({
    graph,
    seed,
    batchSize: rows,
    source,
    optimizer,
    loss,
    predict: undefined,
    threads,
    fused: true,
    path: 0,
  });
  const machine = await createPoolMachine(plan.specification, threads);
  writeNumbers(machine, plan, graph, "value", model.weights);
  return new Trainer({ model, loss, optimizer, source, plan, machine, asFloats: mixed, byteScale: byteScale(given) });
}
