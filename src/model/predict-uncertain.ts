import type { Rows } from "../data/arrays.ts";
import { prepareData } from "../data/prepare.ts";
import { type BatchSource, isBatchSource } from "../data/source.ts";
import { checkFlag, checkNumber, checkOptions, checkSignal } from "../layers/options.ts";
import { checkSeed } from "../random/streams.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { mutualInformation, predictiveEntropy } from "../uncertainty/entropy.ts";
import { sampleDeviation, sampleMean } from "../uncertainty/mean-and-deviation.ts";
import { checkTau, type PredictiveVariance } from "../uncertainty/predictive-variance.ts";
import { checkLevels, sampleQuantiles } from "../uncertainty/quantiles.ts";
import type { Statistic } from "../uncertainty/samples.ts";
import { variationRatio } from "../uncertainty/variation-ratio.ts";
import { predictionKernels } from "../wasm/generated/prediction-kernels.ts";
import { samplingKernels } from "../wasm/generated/sampling-kernels.ts";
import type { Graph } from "./graph.ts";
import { Network } from "./network.ts";
import { dataRequest, type PredictOptions } from "./predicting-network.ts";
import { Predictors } from "./predictor.ts";
import { sampleSource, samplingSize } from "./sampling.ts";

/** Options of `predictUncertain`. */
export interface UncertainOptions extends PredictOptions {
  /** Monte Carlo samples, T: how many masks each row is predicted with, at least 1; default 100. */
  samples?: number;
  /** Takes the place of the model's seed in the masks' keys: another seed, other samples. Default the model's. */
  seed?: number;
  /** Levels of quantiles, from 0 to 1, such as [0.05, 0.95]; default none. */
  quantiles?: readonly number[];
  /** Precision of the noise in the targets of a regression, above 0: gives `variance`. `chooseTau` finds one. */
  tau?: number;
  /** Keep the samples themselves: T * rows * outputs numbers. Default false. */
  keepSamples?: boolean;
}

/** What a network predicts, and what it does not know. */
export interface UncertainPredictions {
  /** Mean over the samples, [rows, ...output shape]: probabilities, or numbers. */
  readonly mean: Statistic;
  /** Standard deviation over the samples, [rows, ...output shape]. */
  readonly std: Statistic;
  /** For each level asked for, [rows, ...output shape]. */
  readonly quantiles: readonly Statistic[];
  /**
   * Predictive entropy in nats: all that is uncertain about the class. One number per row after training with cross-entropy, and
   * with binary cross-entropy one per output; undefined for numbers and logits, as are the next two.
   */
  readonly entropy: Float64Array | undefined;
  /** Mutual information between class and weights (BALD) in nats: how much the samples disagree. */
  readonly mutualInformation: Float64Array | undefined;
  /** Share of the samples that do not name the most frequent class. */
  readonly variationRatio: Float64Array | undefined;
  /** Epistemic and aleatoric variance of a regression and their sum; undefined without `tau`. */
  readonly variance: PredictiveVariance | undefined;
  /** With `keepSamples`: [samples, rows, ...output shape]. */
  readonly samples: { readonly data: Float32Array; readonly shape: readonly number[] } | undefined;
}

const OPERATION = "predictUncertain";
const OPTIONS = ["samples", "seed", "quantiles", "tau", "keepSamples", "threads", "signal", "output", "scale"];

/** Machines by network: those of Monte Carlo prediction have kernels and plans of their own. */
const predictors = new WeakMap<Network, Predictors>();

/**
 * Monte Carlo dropout (Gal and Ghahramani 2016): predicts each row T times with masks drawn as in training, and tells mean and spread.
 * Nothing but what is drawn at random is as in training: batch normalisation keeps its statistics.
 *
 * Sample t of row i is a pure function of the model, the seed, t and i: the mask of layer `dropout1` is that of the key
 * `mask/dropout1` under the seed, pass t, row i of `x`, in a stream that training does not use. So samples do not depend on batches
 * or threads, and the first 50 of 100 are those of 50. A mask that a batch shares (`sharedAcross: ["batch"]`) is one for all rows of a
 * sample.
 *
 * The layers before the first one that draws run once, not T times.
 *
 * @param network - trained with dropout.
 * @param x - rows of inputs, as for `predict`.
 * @throws {DrowseError} on a network in which nothing is drawn at random, on wrong options and inputs, and on outputs that are not finite.
 * @example
 * const { mean, std, entropy, mutualInformation } = await predictUncertain(network, x, { samples: 100 });
 */
export async function predictUncertain(
  network: Network,
  x: Rows | BatchSource,
  options: UncertainOptions = {},
): Promise<UncertainPredictions> {
  if (!(network instanceof Network))
    throw new DrowseError(OPERATION, `the network is ${show(network)}`, "give a network of this library");
  const { samples: T, seed, levels, tau, keepSamples, link } = readOptions(network, options);
  checkRandom(network.graph);
  const { scale, threads, signal } = options;
  const given = isBatchSource(x) ? x : { x, ...(scale === undefined ? {} : { scale }) };
  const source = prepareData(OPERATION, given, dataRequest(network, undefined));
  const outputs = sizeOf(network.outputShape);
  const size = samplingSize(source.count, T, outputs);
  const result = new Collector(source.count, network.outputShape, { T, R: size.rows, link, levels, tau, keepSamples });
  const machines = predictors.get(network) ?? new Predictors([predictionKernels, samplingKernels]);
  predictors.set(network, machines);
  const { graph, weights } = network;
  const goal = { link, sampling: size, passes: T };
  const predictor = await machines.get(OPERATION, { graph, seed, weights }, source, goal, threads);
  try {
    const session = { ...predictor, size, source, samples: T, signal, outputs };
    await sampleSource(session, (first, data) => result.add(first, data));
  } finally {
    predictor.release();
  }
  return result.predictions();
}

function readOptions(network: Network, options: UncertainOptions) {
  checkOptions(OPERATION, options, OPTIONS);
  checkSignal(OPERATION, options.signal);
  const { samples = 100, seed = network.seed, quantiles: levels = [], tau, keepSamples = false, output = "link" } = options;
  const accepts = (value: number) => Number.isInteger(value) && value >= 1 && value < 2 ** 31;
  checkNumber(OPERATION, "samples", samples, accepts, "give a whole number of at least 1, such as 100");
  checkSeed(OPERATION, seed);
  checkLevels(OPERATION, levels);
  checkFlag(OPERATION, "keepSamples", keepSamples);
  if (output !== "link" && output !== "logits")
    throw new DrowseError(OPERATION, `output is ${show(output)}`, 'give "link" or "logits"');
  const link = output === "logits" ? "identity" : (network.link ?? "identity");
  if (tau !== undefined) {
    checkTau(OPERATION, tau);
    if (output === "logits" || link !== "identity") {
      throw new DrowseError(OPERATION, `tau is ${tau}, and what is predicted are no numbers of a regression`, "leave tau out");
    }
  }
  return { samples, seed, levels, tau, keepSamples, link };
}

/** @throws {DrowseError} where all samples would be equal. */
function checkRandom({ nodes }: Graph): void {
  if (nodes.some(({ layer }) => layer.isRandom)) return;
  throw new DrowseError(
    OPERATION,
    "the model has no layer that drops anything, so that all samples would be equal",
    "train one with dropout, such as dropout({ rate: 0.5 }), or call predict",
  );
}

/** Makes statistics of the samples of some rows, and puts them where these rows are. */
class Collector {
  readonly #rows: number;
  readonly #inner: readonly number[];
  readonly #setting: CollectorSetting;
  readonly #mean: Statistic;
  readonly #std: Statistic;
  readonly #quantiles: readonly Statistic[];
  readonly #perClass: { entropy: Float64Array; mutualInformation: Float64Array; variationRatio: Float64Array } | undefined;
  readonly #samples: Float32Array | undefined;

  constructor(rows: number, inner: readonly number[], setting: CollectorSetting) {
    this.#rows = rows;
    this.#inner = inner;
    this.#setting = setting;
    const { T, link, levels, keepSamples } = setting;
    const outputs = sizeOf(inner);
    const statistic = () => ({ data: new Float64Array(rows * outputs), shape: [rows, ...inner] });
    this.#mean = statistic();
    this.#std = statistic();
    this.#quantiles = levels.map(statistic);
    const numbers = () => new Float64Array(link === "softmax" ? rows : rows * outputs);
    if (link !== "identity") this.#perClass = { entropy: numbers(), mutualInformation: numbers(), variationRatio: numbers() };
    if (keepSamples) this.#samples = new Float32Array(T * rows * outputs);
  }

  /** `data`: samples [T, R, ...output shape] of the rows from `first` on. */
  add(first: number, data: Float32Array): void {
    const { T, R, link, levels } = this.#setting;
    const outputs = sizeOf(this.#inner);
    const at = first * outputs;
    const wrong = data.findIndex((value) => value - value !== 0);
    if (wrong >= 0) {
      const row = first + (Math.floor(wrong / outputs) % R);
      const remedy = "scale the inputs as in training, or train with a lower learning rate";
      throw new DrowseError(OPERATION, `the output is ${data[wrong]} in row ${row}`, remedy);
    }
    const samples = { data, shape: [T, R, outputs] };
    this.#mean.data.set(sampleMean(samples).data, at);
    this.#std.data.set(sampleDeviation(samples).data, at);
    for (const [index, { data: quantile }] of sampleQuantiles(samples, levels).entries()) {
      this.#quantiles[index].data.set(quantile, at);
    }
    if (this.#perClass) {
      // Outputs of a sigmoid are probabilities each of its own.
      const perRow = link === "softmax";
      const classes = perRow ? samples : { data, shape: [T, R * outputs] };
      const place = perRow ? first : at;
      this.#perClass.entropy.set(predictiveEntropy(classes), place);
      this.#perClass.mutualInformation.set(mutualInformation(classes), place);
      this.#perClass.variationRatio.set(variationRatio(classes), place);
    }
    for (let t = 0; this.#samples && t < T; t++) {
      const block = data.subarray(t * R * outputs, (t + 1) * R * outputs);
      this.#samples.set(block, t * this.#rows * outputs + at);
    }
  }

  predictions(): UncertainPredictions {
    const { T, tau } = this.#setting;
    const [mean, std, shape] = [this.#mean, this.#std, this.#mean.shape];
    let variance: PredictiveVariance | undefined;
    if (tau !== undefined) {
      const epistemic = { data: std.data.map((value) => value * value), shape };
      const aleatoric = { data: new Float64Array(std.data.length).fill(1 / tau), shape };
      variance = { epistemic, aleatoric, total: { data: epistemic.data.map((value) => value + 1 / tau), shape } };
    }
    return {
      mean,
      std,
      quantiles: this.#quantiles,
      entropy: this.#perClass?.entropy,
      mutualInformation: this.#perClass?.mutualInformation,
      variationRatio: this.#perClass?.variationRatio,
      variance,
      samples: this.#samples && { data: this.#samples, shape: [T, ...shape] },
    };
  }
}

interface CollectorSetting {
  readonly T: number;
  readonly R: number;
  readonly link: string;
  readonly levels: readonly number[];
  readonly tau: number | undefined;
  readonly keepSamples: boolean;
}
