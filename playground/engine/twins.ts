import type { Evaluation, Model, Trainer, TrainerOptions, TrainerState } from "drowse";
import { type DataSet, dataOf } from "../data/data-set.ts";
import type { Settings } from "../state/settings.ts";
import { steeredRates } from "./kinds.ts";
import type { TwinView, View } from "./messages.ts";
import { awakeSettings, buildNetwork, buildOptimizer } from "./network.ts";
import { askOfImage, type PadAnswers } from "./pad.ts";
import { placesFor } from "./places.ts";
import { scheduleOf } from "./schedules.ts";
import { ask, type Ensemble } from "./thinned.ts";
import { type Walk, walkStep } from "./walk.ts";

/** One of the two networks, and what trains it. */
interface Twin {
  readonly model: Model;
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
 * Two networks of the same first weights that learn the same batches: in one all neurons are awake, in the other they fall
 * asleep. They are kept at the same step.
 */
export class Twins {
  readonly data: DataSet;
  readonly #places: Float32Array | Uint8Array;
  readonly #awake: Twin;
  readonly #drowsy: Twin;
  #settings: Settings;
  /** The learning rate that the optimizers were made with. */
  readonly #learningRate: number;

  private constructor(settings: Settings, data: DataSet, awake: Twin, drowsy: Twin) {
    this.data = data;
    this.#places = placesFor(data);
    this.#settings = settings;
    this.#learningRate = settings.learningRate;
    this.#awake = awake;
    this.#drowsy = drowsy;
  }

  /** @param given - images or the data of a file, where the settings say so. */
  static async make(settings: Settings, given?: DataSet): Promise<Twins> {
    const data = dataOf(settings, given);
    const { inputs, outputs } = data.task;
    const twin = async (own: Settings, isAwake: boolean): Promise<Twin> => {
      const model = buildNetwork(own, { awake: isAwake, inputs, outputs });
      const trainer = await model.trainer(data.train, trainerOptions(own, data));
      if (own.schedule !== "constant") trainer.restore(scheduled(await trainer.state(), trainer, own, data));
      return { model, trainer };
    };
    const awake = await twin(awakeSettings(settings), true);
    try {
      return new Twins(settings, data, awake, await twin(settings, false));
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
    const factor = settings.learningRate / this.#learningRate;
    const before = this.#settings;
    this.#settings = settings;
    if (before.schedule !== "constant" || settings.schedule !== "constant") await this.#reschedule(settings);
    else for (const [name, rate] of Object.entries(steeredRates(settings))) this.#drowsy.trainer.setRate(name, rate);
    for (const { trainer } of [this.#awake, this.#drowsy]) trainer.learningRateFactor = factor;
  }

  /** A schedule belongs to a trainer: another one goes on from where this one stands, by the schedule of these settings. */
  async #reschedule(settings: Settings): Promise<void> {
    const { model, trainer } = this.#drowsy;
    const state = await trainer.state();
    const next = await model.trainer(
      this.data.train,
      trainerOptions({ ...settings, learningRate: this.#learningRate }, this.data),
    );
    try {
      next.restore(scheduled(state, next, settings, this.data));
    } catch (error) {
      next.close();
      throw error;
    }
    trainer.close();
    this.#drowsy.trainer = next;
  }

  /** Takes steps with both. */
  async run(steps: number): Promise<void> {
    await Promise.all([this.#awake.trainer.run(steps), this.#drowsy.trainer.run(steps)]);
  }

  /** How both stand. */
  async look(row: number): Promise<Omit<View, "kind" | "run">> {
    const { step, pass, stepsPerEpoch } = this.#awake.trainer;
    // The one that is awake has no rates, whatever the settings say.
    const none = awakeSettings(this.#settings);
    const views = [this.#view(this.#awake, none, row), this.#view(this.#drowsy, this.#settings, row)];
    const [awake, drowsy] = await Promise.all(views);
    return { step, epoch: pass, stepsPerEpoch, awake: { ...awake, walk: withoutNumbers(awake.walk) }, drowsy };
  }

  /** What thinned networks of the one whose neurons fall asleep say of the plane, with the weights of the last look. */
  async ask(sample: number): Promise<Ensemble | undefined> {
    const places = this.#places;
    if (places instanceof Uint8Array) return undefined;
    return ask(this.model, this.#settings, sample, { places, loss: this.data.task.loss });
  }

  /** What both say of an image, with the weights of the last look. */
  askOfImage(pixels: Uint8Array): Promise<PadAnswers> {
    return askOfImage(this.#awake.model, this.model, pixels);
  }

  close(): void {
    for (const { trainer } of [this.#awake, this.#drowsy]) trainer.close();
  }

  async #view({ model, trainer }: Twin, settings: Settings, row: number): Promise<TwinView> {
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
