import { dense, type Model, predictUncertain, sequential } from "drowse";
import type { Task } from "../data/data-set.ts";
import type { Settings } from "../state/settings.ts";
import { ENSEMBLE } from "./ensemble-size.ts";
import { drawOf, drawsAtRandom, rateNow, weightMask, weightsName } from "./kinds.ts";
import { activationLayer } from "./network.ts";

// Dropout as an ensemble: each mask leaves a thinned network, and its weights can be written down.

/** The pass that masks of thinned networks are drawn for: the last there is, which no training comes to. */
export const SAMPLE_PASS = 2 ** 31 - 1;

/**
 * The thinned network of a mask: sleeping units are left out by zeros in the weights that come from them, and the scale of those
 * that are awake is in theirs; noise is in them likewise, and what is added is in the biases. With the same mask for every input it
 * is a plain network. There is none of standout, whose masks depend on the input.
 * @param sample - which mask; each number is another.
 */
export async function thin(model: Model, settings: Settings, sample: number): Promise<Model> {
  const { hidden, seed } = settings;
  const [outputs] = model.outputShape;
  const thinned = sequential({ input: model.inputShape, seed }, [
    ...hidden.flatMap((units) => [dense(units), activationLayer(settings)]),
    dense(outputs),
  ]);
  const place = { row: sample, pass: SAMPLE_PASS };
  const weights = new Map(thinned.weights);
  for (const [column, units] of [...hidden, outputs].entries()) {
    const name = weightsName(column);
    const { factors, shift } = await drawOf(model, settings, column, place);
    const awake = await awakeWeights(model, settings, { column, inputs: factors.length, units, sample });
    const own = model.weights.get(`${name}.weight`) ?? new Float32Array();
    const biases = Float32Array.from(model.weights.get(`${name}.bias`) ?? []);
    // [outputs, inputs]: the input is what varies fastest.
    for (const [at, weight] of own.entries()) biases[Math.floor(at / factors.length)] += weight * shift[at % factors.length];
    weights.set(`${name}.bias`, biases);
    weights.set(
      `${name}.weight`,
      own.map((weight, at) => weight * factors[at % factors.length] * (awake?.[at] ?? 1)),
    );
  }
  thinned.setWeights(Object.fromEntries(weights));
  return thinned;
}

/** Masks of weights that were drawn last: they follow from seed, rate and sample alone. */
const drawn = new Map<string, Float32Array>();
/** Of so many layers. */
const MOST_DRAWN = 400;

/** With DropConnect: what the weights behind a column are multiplied by. */
async function awakeWeights(
  model: Model,
  settings: Settings,
  { column, inputs, units, sample }: { column: number; inputs: number; units: number; sample: number },
): Promise<Float32Array | undefined> {
  if (settings.kind !== "dropConnect") return undefined;
  const rate = rateNow(model, settings, column);
  const scale = settings.scaling === "standard" || rate === 1 ? 1 : 1 / (1 - rate);
  const key = [model.seed, column, inputs, units, rate, scale, sample].join(" ");
  const known = drawn.get(key);
  if (known) return known;
  const mask = await weightMask(model.seed, { column, rate, inputs, units, row: sample, pass: SAMPLE_PASS });
  const factors = Float32Array.from(mask, (word) => word * scale);
  if (drawn.size >= MOST_DRAWN) drawn.clear();
  drawn.set(key, factors);
  return factors;
}

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

/** Places, and what is to be said of them. */
export interface Question {
  readonly places: Float32Array;
  readonly loss: Task["loss"];
}

/** What one thinned network says of places: probabilities of class 1, or numbers. */
async function answers(model: Model, settings: Settings, sample: number, { places, loss }: Question): Promise<Float32Array> {
  const { data } = await (await thin(model, settings, sample)).predict(places, { output: "logits", threads: 1 });
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
  if (settings.kind === "standout" && drawsAtRandom(model)) return askPlaceByPlace(model, sample, question);
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

/** The same where who sleeps depends on the place: each place has masks of its own. */
async function askPlaceByPlace(model: Model, sample: number, { places }: Question): Promise<Ensemble> {
  const { mean, std, samples } = await predictUncertain(model, places, { samples: ENSEMBLE, keepSamples: true, threads: 1 });
  const count = mean.data.length;
  return {
    sample,
    one: samples.data.slice(sample * count, (sample + 1) * count),
    mean: Float32Array.from(mean.data),
    deviation: Float32Array.from(std.data),
  };
}
