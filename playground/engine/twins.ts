import type { Evaluation, Model, Trainer, TrainerOptions, TrainerState } from "drowse";
import { type DataSet, dataOf } from "../data/data-set.ts";
import type { Settings } from "../state/settings.ts";
import { loadKind, steeredRates } from "./kinds.ts";
import type { TwinView, View } from "./messages.ts";
import { buildNetwork, buildOptimizer, leftSettings } from "./network.ts";
import { askOfImage, type PadAnswers } from "./pad.ts";
import { placesFor } from "./places.ts";
import { scheduleOf } from "./schedules.ts";
import { ask, type Ensemble } from "./thinned.ts";
import { type Walk, walkStep } from "./walk.ts";

/** One of the two networks, what it is made of, and what trains it. */
interface Twin {
  readonly model: Model;
  settings: Settings;
  trainer: Trainer;
}

/** What is drawn of a step without what only its numbers are told by: pages are sent less. */
function withoutNumbers(walk: Walk): Walk {
  return { ...walk, bundles: walk.bundles.map((bundle) => ({ ...bundle, updated: new Float32Array() })) };
}

/** How a network of the settings is trained. */
function trainerOptions(settings: Settings, { task, train }: DataSet): TrainerOptions {
  const { batch, span } = settings;
  const common = { loss: task.loss, optimizer: buildOptimizer(settings), batchSize: batch };
  const dropoutSchedule = scheduleOf(settings);
  if (!dropoutSchedule) return common;
  return { ...common, dropoutSchedule, steps: span * Math.ceil(train.y.length / batch) };
}

/** A state that goes on by the rates of the settings: as they are, or as a schedule that is told them has them in the next step. */
function scheduled(state: TrainerState, trainer: Trainer, settings: Settings, data: DataSet): TrainerState {
  const { schedule: _, ...others } = state;
  const { steps } = trainerOptions(settings, data);
  const steered = steeredRates(settings);
  // Layers that the settings do not name never sleep.
  const rates = Object.fromEntries(Object.keys(trainer.rates).map((name) => [name, steered[name] ?? 0]));
  if (steps === undefined) return { ...others, rates };
  const follow = scheduleOf(settings);
  const next = Object.entries(rates).map(([name, rate]) => [
    name,
    follow?.(Math.min(state.step, steps - 1), { steps, rate }) ?? rate,
  ]);
  return { ...others, rates: Object.fromEntries(next), schedule: { steps, rates } };
}

/**
 * Two networks of the same first weights that learn the same batches. In the right one neurons fall asleep; in the left one all
 * are awake, or the same fall asleep and are scaled the other way. They are kept at the same step.
 */
export class Twins {
  readonly data: DataSet;
  readonly #places: Float32Array | Uint8Array;
  readonly #awake: Twin;
  readonly #drowsy: Twin;
  /** The learning rate that the optimizers were made with. */
  readonly #learningRate: number;

  private constructor(data: DataSet, awake: Twin, drowsy: Twin) {
    this.data = data;
    this.#places = placesFor(data);
    this.#learningRate = drowsy.settings.learningRate;
    this.#awake = awake;
    this.#drowsy = drowsy;
  }

  /** @param given - images or the data of a file, where the settings say so. */
  static async make(settings: Settings, given?: DataSet): Promise<Twins> {
    await loadKind(settings);
    const data = dataOf(settings, given);
    const { inputs, outputs } = data.task;
    const twin = async (own: Settings): Promise<Twin> => {
      const model = buildNetwork(own, { inputs, outputs });
      const trainer = await model.trainer(data.train, trainerOptions(own, data));
      if (own.schedule !== "constant") trainer.restore(scheduled(await trainer.state(), trainer, own, data));
      return { model, settings: own, trainer };
    };
    const awake = await twin(leftSettings(settings));
    try {
      return new Twins(data, awake, await twin(settings));
    } catch (error) {
      awake.trainer.close();
      throw error;
    }
  }

  /** The network whose neurons fall asleep, with the weights of the last look. */
  get model(): Model {
    return this.#drowsy.model;
  }

  get stepsPerEpoch(): number {
    return this.#awake.trainer.stepsPerEpoch;
  }

  /** Rates, their schedule and the learning rate from the next step on. */
  async steer(settings: Settings): Promise<void> {
    await this.#steer(this.#awake, leftSettings(settings));
    await this.#steer(this.#drowsy, settings);
  }

  async #steer(twin: Twin, settings: Settings): Promise<void> {
    const before = twin.settings;
    twin.settings = settings;
    if (before.schedule !== "constant" || settings.schedule !== "constant") await this.#reschedule(twin);
    else for (const [name, rate] of Object.entries(steeredRates(settings))) twin.trainer.setRate(name, rate);
    twin.trainer.learningRateFactor = settings.learningRate / this.#learningRate;
  }

  /** A schedule belongs to a trainer: another one goes on from where this one stands, by the schedule of these settings. */
  async #reschedule(twin: Twin): Promise<void> {
    const { model, settings, trainer } = twin;
    const state = await trainer.state();
    const options = trainerOptions({ ...settings, learningRate: this.#learningRate }, this.data);
    const next = await model.trainer(this.data.train, options);
    try {
      next.restore(scheduled(state, next, settings, this.data));
    } catch (error) {
      next.close();
      throw error;
    }
    trainer.close();
    twin.trainer = next;
  }

  /** Takes steps with both. */
  async run(steps: number): Promise<void> {
    await Promise.all([this.#awake.trainer.run(steps), this.#drowsy.trainer.run(steps)]);
  }

  /** How both stand. */
  async look(row: number): Promise<Omit<View, "kind" | "run">> {
    const { step, pass, stepsPerEpoch } = this.#awake.trainer;
    const [awake, drowsy] = await Promise.all([this.#view(this.#awake, row), this.#view(this.#drowsy, row)]);
    return { step, epoch: pass, stepsPerEpoch, awake: { ...awake, walk: withoutNumbers(awake.walk) }, drowsy };
  }

  /** What thinned networks of the one whose neurons fall asleep say of the plane, with the weights of the last look. */
  async ask(sample: number): Promise<Ensemble | undefined> {
    const places = this.#places;
    if (places instanceof Uint8Array) return undefined;
    return ask(this.model, this.#drowsy.settings, sample, { places, loss: this.data.task.loss });
  }

  /** What both say of an image, with the weights of the last look. */
  askOfImage(pixels: Uint8Array): Promise<PadAnswers> {
    return askOfImage(this.#awake.model, this.model, pixels);
  }

  close(): void {
    for (const { trainer } of [this.#awake, this.#drowsy]) trainer.close();
  }

  async #view({ model, settings, trainer }: Twin, row: number): Promise<TwinView> {
    const train = await trainer.evaluate(this.data.measured ?? this.data.train);
    const test = await trainer.evaluate(this.data.test);
    await trainer.commit();
    const places = this.#places;
    const field = places.length === 0 ? new Float32Array() : (await model.predict(places, { threads: 1 })).data;
    const walk = await walkStep(model, this.data.train, { settings, task: this.data.task, row, pass: trainer.pass });
    // Of numbers: the root of the mean squared error.
    const error = ({ accuracy, loss }: Evaluation) => (accuracy === undefined ? Math.sqrt(loss) : 1 - accuracy);
    return {
      trainLoss: train.loss,
      testLoss: test.loss,
      trainError: error(train),
      testError: error(test),
      field,
      walk,
    };
  }
}
