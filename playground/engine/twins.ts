import type { Evaluation, Model, Trainer } from "drowse";
import { type DataSet, dataOf } from "../data/data-set.ts";
import type { Settings } from "../state/settings.ts";
import type { TwinView, View } from "./messages.ts";
import { buildNetwork, buildOptimizer, hiddenDropout, INPUT_DROPOUT } from "./network.ts";
import { placesFor } from "./places.ts";
import { ask, type Ensemble } from "./thinned.ts";
import { walkStep } from "./walk.ts";

/** One of the two networks, and what trains it. */
interface Twin {
  readonly model: Model;
  readonly trainer: Trainer;
}

/**
 * Two networks of the same first weights that learn the same batches: in one all neurons are awake, in the other they fall
 * asleep. They are kept at the same step.
 */
export class Twins {
  readonly data: DataSet;
  readonly #places: Float32Array;
  readonly #awake: Twin;
  readonly #drowsy: Twin;
  #settings: Settings;
  /** The learning rate that the optimizers were made with. */
  readonly #learningRate: number;

  private constructor(settings: Settings, data: DataSet, awake: Twin, drowsy: Twin) {
    this.data = data;
    this.#places = placesFor(data.task);
    this.#settings = settings;
    this.#learningRate = settings.learningRate;
    this.#awake = awake;
    this.#drowsy = drowsy;
  }

  /** @param own - the data of a file, where the settings say so. */
  static async make(settings: Settings, own?: DataSet): Promise<Twins> {
    const data = dataOf(settings, own);
    const twin = async (awake: boolean): Promise<Twin> => {
      const model = buildNetwork(settings, { awake, inputs: data.task.inputs });
      const optimizer = buildOptimizer(settings);
      const options = { loss: data.task.loss, optimizer, batchSize: settings.batch } as const;
      return { model, trainer: await model.trainer(data.train, options) };
    };
    const awake = await twin(true);
    try {
      return new Twins(settings, data, awake, await twin(false));
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

  /** Rates and learning rate from the next step on. */
  steer(settings: Settings): void {
    const factor = settings.learningRate / this.#learningRate;
    for (const { trainer } of [this.#awake, this.#drowsy]) trainer.learningRateFactor = factor;
    this.#drowsy.trainer.setRate(INPUT_DROPOUT, settings.inputRate);
    for (const index of settings.hidden.keys()) this.#drowsy.trainer.setRate(hiddenDropout(index), settings.rate);
    this.#settings = settings;
  }

  /** Takes steps with both. */
  async run(steps: number): Promise<void> {
    await Promise.all([this.#awake.trainer.run(steps), this.#drowsy.trainer.run(steps)]);
  }

  /** How both stand. */
  async look(row: number): Promise<Omit<View, "kind" | "run">> {
    const { step, pass, stepsPerEpoch } = this.#awake.trainer;
    // The one that is awake has no rates, whatever the settings say.
    const none = { ...this.#settings, rate: 0, inputRate: 0 };
    const views = [this.#view(this.#awake, none, row), this.#view(this.#drowsy, this.#settings, row)];
    const [awake, drowsy] = await Promise.all(views);
    return { step, epoch: pass, stepsPerEpoch, awake, drowsy };
  }

  /** What thinned networks of the one whose neurons fall asleep say of the plane, with the weights of the last look. */
  ask(sample: number): Promise<Ensemble> {
    return ask(this.model, this.#settings, sample, { places: this.#places, loss: this.data.task.loss });
  }

  close(): void {
    for (const { trainer } of [this.#awake, this.#drowsy]) trainer.close();
  }

  async #view({ model, trainer }: Twin, settings: Settings, row: number): Promise<TwinView> {
    const train = await trainer.evaluate(this.data.train);
    const test = await trainer.evaluate(this.data.test);
    await trainer.commit();
    const places = this.#places;
    const field = places.length === 0 ? places : (await model.predict(places, { threads: 1 })).data;
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
