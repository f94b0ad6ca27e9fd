import type { OutputLink } from "../losses/loss.ts";
import { DrowseError } from "../tensor/errors.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import { mutualInformation, predictiveEntropy } from "../uncertainty/entropy.ts";
import { sampleDeviation, sampleMean } from "../uncertainty/mean-and-deviation.ts";
import type { PredictiveVariance } from "../uncertainty/predictive-variance.ts";
import { sampleQuantiles } from "../uncertainty/quantiles.ts";
import type { Statistic } from "../uncertainty/samples.ts";
import { variationRatio } from "../uncertainty/variation-ratio.ts";

/** What a network predicts, and what it does not know. */
export interface UncertainPredictions {
  /** Mean over the samples, [rows, ...output shape]: probabilities, or numbers. Of means and variances, the means alone. */
  readonly mean: Statistic;
  /** Standard deviation over the samples, of the mean's shape. */
  readonly std: Statistic;
  /** For each level asked for, of the mean's shape. */
  readonly quantiles: readonly Statistic[];
  /**
   * Predictive entropy in nats: all that is uncertain about the class. One number per row after training with cross-entropy, and
   * with binary cross-entropy one per output. Numbers and logits have none: reading it, or the next two, is an error then.
   */
  readonly entropy: Float64Array;
  /** Mutual information between class and weights (BALD) in nats: how much the samples disagree. */
  readonly mutualInformation: Float64Array;
  /** Share of the samples that do not name the most frequent class. */
  readonly variationRatio: Float64Array;
  /**
   * Epistemic and aleatoric variance of a regression and their sum: with `tau`, or where the network tells a variance for each row;
   * reading it is an error otherwise.
   */
  readonly variance: PredictiveVariance;
  /** With `keepSamples`: [samples, rows, ...output shape]. Reading it is an error otherwise. */
  readonly samples: { readonly data: Float32Array; readonly shape: Shape };
}

const NO_CLASSES = ["the model predicts no probabilities", "read std, or variance, or train on classes"];
/** What is said where something is read that there is not. */
const ABSENT: Readonly<Record<string, readonly string[]>> = {
  entropy: NO_CLASSES,
  mutualInformation: NO_CLASSES,
  variationRatio: NO_CLASSES,
  variance: ["the noise of the targets is not known", "give tau, which chooseTau finds, or train on numbers"],
  samples: ["they were not kept", "give keepSamples: true"],
};

/** What is collected of samples. */
export interface CollectorParts {
  readonly T: number;
  /** Rows that come at a time. */
  readonly R: number;
  readonly link: OutputLink;
  readonly levels: readonly number[];
  readonly tau: number | undefined;
  readonly keepSamples: boolean;
}

/** Makes statistics of the samples of some rows at a time, and puts them where these rows are. */
export class UncertainCollector {
  readonly #operation: string;
  readonly #shape: Shape;
  readonly #parts: CollectorParts;
  /** Numbers of a row in a sample, and how many of them statistics are made of: half, of means and variances. */
  readonly #outputs: number;
  readonly #columns: number;
  readonly #mean: Statistic;
  readonly #std: Statistic;
  readonly #quantiles: readonly Statistic[];
  /** Mean of the variances that the network tells. */
  readonly #noise: Statistic | undefined;
  readonly #perClass: { entropy: Float64Array; mutualInformation: Float64Array; variationRatio: Float64Array } | undefined;
  readonly #samples: Float32Array | undefined;

  /** `shape`: [rows, ...output shape]. */
  constructor(operation: string, shape: Shape, parts: CollectorParts) {
    const { T, link, levels, keepSamples, tau } = parts;
    const [rows, ...inner] = shape;
    this.#operation = operation;
    this.#shape = shape;
    this.#parts = parts;
    this.#outputs = sizeOf(inner);
    this.#columns = link === "gaussian" ? this.#outputs / 2 : this.#outputs;
    const size = rows * this.#columns;
    const statistic = () => ({ data: new Float64Array(size), shape: link === "gaussian" ? [rows, this.#columns] : shape });
    this.#mean = statistic();
    this.#std = statistic();
    this.#quantiles = levels.map(statistic);
    if (link === "gaussian") this.#noise = statistic();
    if (tau !== undefined) this.#noise = { ...statistic(), data: new Float64Array(size).fill(1 / tau) };
    if (link === "softmax" || link === "sigmoid") {
      const numbers = () => new Float64Array(link === "softmax" ? rows : size);
      this.#perClass = { entropy: numbers(), mutualInformation: numbers(), variationRatio: numbers() };
    }
    if (keepSamples) this.#samples = new Float32Array(T * sizeOf(shape));
  }

  /** `data`: samples [T, R, ...output shape] of the rows from `first` on. */
  add(first: number, data: Float32Array): void {
    const { T, R, link, levels } = this.#parts;
    this.#check(first, data);
    const at = first * this.#columns;
    const samples = { data: link === "gaussian" ? this.#halves(data, 0) : data, shape: [T, R, this.#columns] };
    this.#mean.data.set(sampleMean(samples).data, at);
    this.#std.data.set(sampleDeviation(samples).data, at);
    for (const [index, { data: quantile }] of sampleQuantiles(samples, levels).entries()) {
      this.#quantiles[index].data.set(quantile, at);
    }
    if (link === "gaussian") this.#noise?.data.set(sampleMean({ ...samples, data: this.#halves(data, this.#columns) }).data, at);
    if (this.#perClass) {
      // Outputs of a sigmoid are probabilities each of its own.
      const perRow = link === "softmax";
      const classes = perRow ? samples : { data, shape: [T, R * this.#outputs] };
      const place = perRow ? first : at;
      this.#perClass.entropy.set(predictiveEntropy(classes), place);
      this.#perClass.mutualInformation.set(mutualInformation(classes), place);
      this.#perClass.variationRatio.set(variationRatio(classes), place);
    }
    const block = R * this.#outputs;
    for (let t = 0; this.#samples && t < T; t++) {
      this.#samples.set(data.subarray(t * block, (t + 1) * block), t * sizeOf(this.#shape) + first * this.#outputs);
    }
  }

  predictions(): UncertainPredictions {
    const { mean, std } = { mean: this.#mean, std: this.#std };
    let variance: PredictiveVariance | undefined;
    if (this.#noise) {
      const aleatoric = this.#noise;
      const epistemic = { data: std.data.map((value) => value * value), shape: std.shape };
      const total = { data: epistemic.data.map((value, i) => value + aleatoric.data[i]), shape: std.shape };
      variance = { epistemic, aleatoric, total };
    }
    const result: Partial<UncertainPredictions> = {
      ...{ mean, std, quantiles: this.#quantiles },
      ...this.#perClass,
      ...(variance ? { variance } : {}),
      ...(this.#samples ? { samples: { data: this.#samples, shape: [this.#parts.T, ...this.#shape] } } : {}),
    };
    for (const [name, [received, remedy]] of Object.entries(ABSENT)) {
      if (Object.hasOwn(result, name)) continue;
      const refuse = () => {
        throw new DrowseError(this.#operation, `${name} is read, and ${received}`, remedy);
      };
      Object.defineProperty(result, name, { get: refuse });
    }
    return result as UncertainPredictions;
  }

  /** Of each row of each sample the means, or from column `from` on the variances. */
  #halves(data: Float32Array, from: number): Float32Array {
    const half = this.#columns;
    return Float32Array.from({ length: data.length / 2 }, (_, i) => data[2 * half * Math.floor(i / half) + from + (i % half)]);
  }

  #check(first: number, data: Float32Array): void {
    const wrong = data.findIndex((value) => value - value !== 0);
    if (wrong < 0) return;
    const row = first + (Math.floor(wrong / this.#outputs) % this.#parts.R);
    const remedy = "scale the inputs as in training, or train with a lower learning rate";
    throw new DrowseError(this.#operation, `the output is ${data[wrong]} in row ${row}`, remedy);
  }
}
