import { weightsHash } from "../formats/weights-hash.ts";
import type { EpochEvent, FitEvent } from "../model/fit-events.ts";
import type { Model } from "../model/model.ts";
import { log } from "../tensor/arithmetic.ts";
import { DivergenceError } from "../tensor/errors.ts";
import { LOG_2PI } from "../uncertainty/log-likelihood.ts";
import { expectedCalibrationError } from "../uncertainty/reliability.ts";
import type { Configuration } from "./configuration.ts";
import { fitConfiguration, learningRateFactors, optimizerOf } from "./fit-configuration.ts";
import { feedForward } from "./network.ts";
import { type FoldIndex, foldRows, modelSeed, type Resampling } from "./resampling.ts";
import { type PreparedData, prepareFor, type TrialData } from "./trial-data.ts";

/** One training: a configuration, and which rows it learns from. Beside the data that is all that decides its result. */
export interface FoldRequest extends FoldIndex {
  readonly configuration: Configuration;
  readonly resampling: Resampling;
  /** Whether the result tells of every epoch. */
  readonly history?: boolean;
}

/** What a training is worth on the rows that were held out; nothing sleeps. All of it is to be small but the counts. */
export interface FoldMeasures {
  /** Cross-entropy in nats; of numbers the mean squared error, in squared deviations of the target. */
  readonly loss: number;
  /** Share of the rows that are wrong; of numbers the root mean squared error, in the target's own unit. */
  readonly error: number;
  /** Mean of -log p(target) in nats; of numbers under a Gaussian whose variance is the mean squared error in training. */
  readonly negativeLogLikelihood: number;
  /** Expected calibration error, 15 bins; left out where targets are numbers. */
  readonly calibrationError?: number | undefined;
}

/** Losses of the epochs. */
export interface FoldHistory {
  readonly loss: readonly number[];
  /** On the rows that say when to stop; empty where there are none. */
  readonly stoppingLoss: readonly number[];
}

/** What came of a training. The same request on the same data gives the same result on any machine, but for the seconds. */
export interface FoldResult extends FoldIndex {
  /** Undefined: the training diverged, and `failure` says where. */
  readonly measures?: FoldMeasures | undefined;
  readonly failure?: string | undefined;
  readonly rows: { readonly training: number; readonly stopping: number; readonly heldOut: number };
  /** Finished epochs, and the one whose weights were measured. */
  readonly epochs: number;
  readonly bestEpoch: number;
  /** Numbers that the network has learned. */
  readonly parameters: number;
  readonly weightsHash: string;
  readonly history?: FoldHistory | undefined;
  readonly seconds: number;
}

/**
 * Trains a configuration on one fold and measures it on the rows held out: a pure function of the data and the request.
 * @param threads - for the training; default 0, the calling thread.
 * @throws {DrowseError} on data that cannot be learned from. A training that diverges is a result, not an error.
 */
export async function trainFold(data: TrialData, request: FoldRequest, threads = 0): Promise<FoldResult> {
  const begun = performance.now();
  const { configuration, resampling, repeat, fold } = request;
  const rows = foldRows(data, resampling, request, configuration.patience !== "none");
  const prepared = prepareFor(data, rows.training);
  const seed = modelSeed(resampling, request);
  const trained = await train(configuration, prepared, { rows, seed, threads });
  const { model, failure, history, epochs, bestEpoch } = trained;
  return {
    ...{ repeat, fold },
    ...(failure === undefined ? { measures: await measure(model, prepared, rows, threads) } : { failure }),
    rows: { training: rows.training.length, stopping: rows.stopping.length, heldOut: rows.heldOut.length },
    ...{ epochs, bestEpoch },
    parameters: [...model.weights.values()].reduce((sum, { length }) => sum + length, 0),
    weightsHash: await weightsHash(model.weights),
    ...(request.history ? { history } : {}),
    seconds: (performance.now() - begun) / 1000,
  };
}

/** A network that was trained, and how that went. */
export interface Trained {
  readonly model: Model;
  readonly failure: string | undefined;
  readonly history: FoldHistory;
  readonly epochs: number;
  readonly bestEpoch: number;
  /** What a plateau made of the learning rate, epoch by epoch; undefined where nothing could. */
  readonly factors: readonly number[] | undefined;
}

/** What a training is given beside its configuration and prepared data. */
interface Circumstances {
  readonly rows: { readonly training: Uint32Array; readonly stopping: Uint32Array };
  readonly seed: number;
  readonly threads: number;
  /** How many epochs, where not all that the configuration allows; schedules go over all of them. */
  readonly epochs?: number;
  /** What the learning rate is multiplied by, epoch by epoch: as a plateau did in another training. */
  readonly factors?: readonly number[] | undefined;
  readonly onEvent?: (event: FitEvent) => void;
}

/** Trains a network of a configuration on rows of prepared data. */
export async function train(
  configuration: Configuration,
  prepared: PreparedData,
  { rows, seed, threads, epochs = configuration.epochs, factors, onEvent }: Circumstances,
): Promise<Trained> {
  const model = feedForward(configuration, { input: prepared.input, outputs: prepared.outputs, seed });
  const history = { loss: [] as number[], stoppingLoss: [] as number[] };
  const told: EpochEvent[] = [];
  let bestEpoch = 0;
  const hear = (event: FitEvent): void => {
    if (event.event === "epoch") told.push(event);
    if (event.event === "epoch") history.loss.push(event.loss);
    if (event.event === "epoch" && event.validationLoss !== undefined) history.stoppingLoss.push(event.validationLoss);
    if (event.event === "end") bestEpoch = event.bestEpoch ?? event.epochs;
    onEvent?.(event);
  };
  const count = rows.training.length;
  const isWatched = rows.stopping.length > 0;
  const { isClassification } = prepared;
  let failure: string | undefined;
  try {
    await model.fit(prepared.rows(rows.training), {
      ...fitConfiguration(configuration, { rows: count, isWatched, isClassification, epochs, factors }),
      ...(isWatched ? { validation: prepared.rows(rows.stopping) } : {}),
      ...{ threads, onEvent: hear },
    });
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    failure = error.message;
  }
  const { reduceOnPlateau, batchSize } = configuration;
  return {
    ...{ model, failure, history, epochs: history.loss.length, bestEpoch },
    factors:
      reduceOnPlateau === undefined
        ? undefined
        : learningRateFactors(told, optimizerOf(configuration, count), Math.ceil(count / batchSize)),
  };
}

/** Variance that single precision can tell from none, in squared deviations of the target. */
const LEAST_NOISE = 2 ** -46;

async function measure(
  model: Model,
  { rows: take, isClassification, target }: PreparedData,
  { training, heldOut }: { training: Uint32Array; heldOut: Uint32Array },
  threads: number,
): Promise<FoldMeasures> {
  const tested = take(heldOut);
  if (isClassification) {
    const { loss, accuracy = 0, rows } = await model.evaluate(tested, { threads });
    const calibrationError = expectedCalibrationError(Array.from(tested.y), await model.predict(tested.x, { threads }));
    // Rows that are wrong are a whole number of them.
    const error = Math.round((1 - accuracy) * rows) / rows;
    return { loss, error, negativeLogLikelihood: loss, calibrationError };
  }
  const { loss } = await model.evaluate(tested, { threads, loss: "meanSquaredError" });
  const trained = await model.evaluate(take(training), { threads, loss: "meanSquaredError" });
  const noise = Math.max(LEAST_NOISE, trained.loss);
  // -log N(y; prediction, noise), in the target's own unit: log sqrt(2 pi noise) + (y - prediction)^2 / (2 noise) + log deviation.
  const negativeLogLikelihood = (LOG_2PI + log(noise) + loss / noise) / 2 + log(target.deviation);
  return { loss, error: Math.sqrt(loss) * target.deviation, negativeLogLikelihood };
}
