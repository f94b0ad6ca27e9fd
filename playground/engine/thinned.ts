import { dense, type Model, sequential } from "drowse";
import type { Task } from "../data/data-set.ts";
import type { Settings } from "../state/settings.ts";
import { ENSEMBLE } from "./ensemble-size.ts";
import { drawOf } from "./kinds.ts";
import { activationLayer, hiddenDropout, INPUT_DROPOUT } from "./network.ts";

// Dropout as an ensemble: each mask leaves a thinned network, and its weights can be written down.

/** The pass that masks of thinned networks are drawn for: the last there is, which no training comes to. */
export const SAMPLE_PASS = 2 ** 31 - 1;

/**
 * The thinned network of a mask: sleeping units are left out by zeros in the weights that come from them, and the scale of those
 * that are awake is in theirs; noise is in them likewise. With the same mask for every input it is a plain network.
 * @param sample - which mask; each number is another.
 */
export function thin(model: Model, settings: Settings, sample: number): Model {
  const { hidden, rate, inputRate, seed } = settings;
  const thinned = sequential({ input: model.inputShape, seed }, [
    ...hidden.flatMap((units) => [dense(units), activationLayer(settings)]),
    dense(1),
  ]);
  const layers = [{ name: INPUT_DROPOUT, rate: inputRate }, ...hidden.map((_, index) => ({ name: hiddenDropout(index), rate }))];
  const weights = Object.fromEntries(model.weights);
  for (const [index, layer] of layers.entries()) {
    const { factors } = drawOf(model, settings, { ...layer, row: sample, pass: SAMPLE_PASS });
    const name = `dense${index + 1}.weight`;
    // [outputs, inputs]: the input is what varies fastest.
    weights[name] = weights[name].map((weight, at) => weight * factors[at % factors.length]);
  }
  thinned.setWeights(weights);
  return thinned;
}

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

/** Places, and what is to be said of them. */
export interface Question {
  readonly places: Float32Array;
  readonly loss: Task["loss"];
}

/** What one thinned network says of places: probabilities of class 1, or numbers. */
async function answers(model: Model, settings: Settings, sample: number, { places, loss }: Question): Promise<Float32Array> {
  const { data } = await thin(model, settings, sample).predict(places, { output: "logits", threads: 1 });
  return loss === "binaryCrossEntropy" ? data.map(sigmoid) : data;
}

/** What an ensemble of thinned networks says of places. */
export interface Ensemble {
  /** One of them, by its number. */
  readonly sample: number;
  readonly one: Float32Array;
  /** Mean and standard deviation of what they say. */
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

/** Asks thinned networks one after the other: mean and deviation over ENSEMBLE masks, and one of them for itself. */
export async function ask(model: Model, settings: Settings, sample: number, question: Question): Promise<Ensemble> {
  const count = question.places.length / model.inputShape[0];
  const sums = new Float64Array(count);
  const squares = new Float64Array(count);
  let one: Float32Array | undefined;
  for (let member = 0; member < ENSEMBLE; member++) {
    const said = await answers(model, settings, member, question);
    if (member === sample) one = said;
    for (let place = 0; place < count; place++) {
      sums[place] += said[place];
      squares[place] += said[place] * said[place];
    }
  }
  const mean = Float32Array.from(sums, (sum) => sum / ENSEMBLE);
  const deviation = Float32Array.from(sums, (sum, place) => {
    return Math.sqrt(Math.max(0, squares[place] / ENSEMBLE - (sum / ENSEMBLE) ** 2));
  });
  return { sample, one: one ?? (await answers(model, settings, sample, question)), mean, deviation };
}
