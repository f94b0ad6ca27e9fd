import type { Rows } from "../data/arrays.ts";
import { type BatchSource, isBatchSource } from "../data/source.ts";
import { checkFlag, checkOptions } from "../layers/options.ts";
import type { OutputLink } from "../losses/loss.ts";
import { predictUncertain, type UncertainOptions } from "../model/predict-uncertain.ts";
import { checkOutput, PredictingNetwork, type Predictions, type PredictOptions } from "../model/predicting-network.ts";
import { UncertainCollector, type UncertainPredictions } from "../model/uncertain-predictions.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { formatShape, type Shape, sizeOf } from "../tensor/shape.ts";
import { checkTau } from "../uncertainty/predictive-variance.ts";
import { checkLevels } from "../uncertainty/quantiles.ts";
import { mixedLogits, mixtureOf } from "./mixture.ts";

const OPERATION = "ensemble";
/** Most numbers in which the samples of a call are held: a gigabyte. */
const MOST_NUMBERS = 2 ** 28;

/**
 * Several networks that answer the same question as one (deep ensembles: Lakshminarayanan, Pritzel and Blundell 2017). What they predict is
 * the mean of their probabilities or numbers, and how much they differ is what they do not know.
 *
 * Results are the same for any number of threads. Members predict one after the other.
 */
export class Ensemble {
  /** At least one. */
  readonly members: readonly PredictingNetwork[];

  /**
   * Use {@link ensemble}.
   * @internal
   */
  constructor(members: readonly PredictingNetwork[]) {
    this.members = members;
  }

  /** Shape of one row of inputs. */
  get inputShape(): Shape {
    return this.members[0].inputShape;
  }

  /** Shape of one row of outputs. */
  get outputShape(): Shape {
    return this.members[0].outputShape;
  }

  /** What `predict` makes of logits; undefined before the first training. */
  get link(): OutputLink | undefined {
    return this.members[0].link;
  }

  /**
   * Predictions for rows; nothing sleeps.
   *
   *     p = 1/M sum over members of p_m
   *
   * @param x - rows of inputs, as for a model's `predict`.
   * @param options - as for a model's `predict`. With `output: "logits"`: of classes the logarithms of the mean probabilities, whose softmax
   * these are; of numbers their mean.
   * @returns probabilities, means and variances (those of the mixture), or numbers, as the members' loss says.
   * @throws {DrowseError} on wrong options or inputs, and on outputs that are not finite.
   * @example
   * const { data, shape } = await ensemble([one, another]).predict([[0, 1], [1, 1]]);
   */
  async predict(x: Rows | BatchSource, options: PredictOptions = {}): Promise<Predictions> {
    const { output = "link" } = options;
    checkOutput("predict", output, this.link);
    const { data, rows } = await this.#each((member) => member.predict(x, options));
    const members = { data, count: this.members.length, columns: sizeOf(this.outputShape) };
    const mixed = output === "logits" ? mixedLogits(members, this.link) : mixtureOf(members, this.link);
    return { data: mixed, shape: [rows, ...this.outputShape] };
  }

  /**
   * What the members predict, and how much they differ: mean, spread and the rest of Monte Carlo dropout's statistics, with a member for
   * each sample. With `samples` each member is predicted with so many masks, and all M x `samples` of them are the samples: members
   * differ by what they have learned, samples of a member by what sleeps.
   *
   * @param x - rows of inputs, as for a model's `predict`.
   * @param options - as for a model's `predictUncertain`; `samples` has no default: where it is left out nothing sleeps.
   * @throws {DrowseError} on wrong options and inputs, on `samples` of members in which nothing is drawn at random, and on outputs that
   * are not finite; on more samples than a gigabyte holds, for all of them are needed at once.
   * @example
   * const { mean, std, mutualInformation } = await ensemble(models).predictUncertain(x);
   */
  async predictUncertain(x: Rows | BatchSource, options: UncertainOptions = {}): Promise<UncertainPredictions> {
    checkOptions("predictUncertain", options, UNCERTAIN);
    const { samples, seed, quantiles: levels = [], tau, keepSamples = false, output = "link", ...run } = options;
    checkLevels("predictUncertain", levels);
    checkFlag("predictUncertain", "keepSamples", keepSamples);
    const link = checkOutput("predictUncertain", output, this.link);
    if (tau !== undefined) checkTau("predictUncertain", tau);
    if (tau !== undefined && (output === "logits" || link !== "identity")) {
      const received = `tau is ${tau}, and what is predicted are no numbers of a regression`;
      throw new DrowseError("predictUncertain", received, "leave tau out");
    }
    if (samples !== undefined) this.#checkSamples(samples, x);
    const drawn = { ...run, output, keepSamples: true, ...(seed === undefined ? {} : { seed }) };
    const { data, rows } = await this.#each(async (member) => {
      if (samples === undefined) return member.predict(x, { ...run, output });
      const { shape, data: kept } = (await predictUncertain(member, x, { ...drawn, samples })).samples;
      return { shape: shape.slice(1), data: kept };
    });
    const T = this.members.length * (samples ?? 1);
    const parts = { T, R: rows, link, levels, tau, keepSamples };
    const collector = new UncertainCollector("predictUncertain", [rows, ...this.outputShape], parts);
    collector.add(0, data);
    return collector.predictions();
  }

  #checkSamples(samples: number, x: Rows | BatchSource): void {
    const rows = isBatchSource(x) ? x.count : rowsOf(x, sizeOf(this.inputShape));
    const numbers = this.members.length * samples * rows * sizeOf(this.outputShape);
    if (numbers <= MOST_NUMBERS) return;
    const received = `${samples} samples of ${this.members.length} members are ${numbers} numbers for ${rows} rows, more than ${MOST_NUMBERS}`;
    throw new DrowseError("predictUncertain", received, "give fewer samples, or fewer rows at a time");
  }

  /** What each member makes of the same rows, one after the other. */
  async #each(predict: (member: PredictingNetwork) => Promise<Predictions>): Promise<{ data: Float32Array; rows: number }> {
    let all = new Float32Array(0);
    let rows = 0;
    for (const [m, member] of this.members.entries()) {
      const { data, shape } = await predict(member);
      if (m === 0) all = new Float32Array(this.members.length * data.length);
      all.set(data, m * data.length);
      [rows] = shape;
    }
    return { data: all, rows };
  }
}

/** How many rows of so many numbers there are, for they may be one behind the other. */
function rowsOf(x: Rows, size: number): number {
  if ("shape" in x) return x.shape[0];
  return Array.isArray(x) && typeof x[0] !== "number" ? x.length : x.length / size;
}

const UNCERTAIN = ["samples", "seed", "quantiles", "tau", "keepSamples", "threads", "signal", "output", "scale"];

/**
 * Takes networks for the members of an ensemble: of any layers and sizes, but of the same inputs, outputs and output link.
 * @param members - networks of this library, at least one: trained here, or of `loadModel`.
 * @throws {DrowseError} where there are none, or they do not answer the same question.
 * @example
 * const both = ensemble([one, another]);
 * const { data } = await both.predict(x);
 */
export function ensemble(members: readonly PredictingNetwork[]): Ensemble {
  const remedy = "give an array of networks that were trained on the same inputs and targets";
  if (!Array.isArray(members) || members.length === 0) {
    throw new DrowseError(OPERATION, `the members are ${show(members)}`, remedy);
  }
  const told = ({ inputShape, outputShape, link }: PredictingNetwork) =>
    `makes ${formatShape(outputShape)} of ${formatShape(inputShape)}, output ${link ?? "not trained yet"}`;
  for (const [place, member] of members.entries()) {
    if (!(member instanceof PredictingNetwork)) {
      throw new DrowseError(OPERATION, `member ${place + 1} is ${show(member)}`, remedy);
    }
    if (told(member) !== told(members[0])) {
      throw new DrowseError(OPERATION, `member ${place + 1} ${told(member)}, and member 1 ${told(members[0])}`, remedy);
    }
  }
  return new Ensemble([...members]);
}
