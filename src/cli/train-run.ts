import type { DataArrays } from "../data/arrays.ts";
import { weightsHash } from "../formats/weights-hash.ts";
import { crossEntropy } from "../losses/cross-entropy.ts";
import type { FitEvent } from "../model/fit-events.ts";
import type { FitOptions } from "../model/fit-options.ts";
import type { Model } from "../model/model.ts";
import { rateScheduleOf } from "../study/dropout-schedules.ts";
import { DrowseError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { defaults } from "./defaults.ts";
import type { IdxPart } from "./idx-folder.ts";
import { imageNetwork } from "./image-network.ts";
import { type ImageSets, imageRows } from "./image-sets.ts";
import { Interrupted } from "./interrupt.ts";
import type { KeptRun } from "./kept-run.ts";
import { optimizerOf } from "./optimizer-settings.ts";
import type { Measures, TrainEnd, TrainEpoch, TrainEvent } from "./train-events.ts";
import { measuresOf, round, TrainListener } from "./train-listener.ts";
import type { TrainSettings } from "./train-settings.ts";

export interface TrainOutcome {
  readonly model: Model;
  /** Images to train on, and images that --validation held out. */
  readonly rows: { readonly training: number; readonly validation: number };
  readonly epochs: readonly TrainEpoch[];
  readonly end: TrainEnd;
  /** What stopped the training early, after at least one epoch. */
  readonly stopped: Interrupted | DrowseError | undefined;
}

const OPERATION = "train";

/** One class per label from 0 to the highest there is, and at least two: one alone could not be told from anything. */
export function countClasses(parts: readonly IdxPart[]): number {
  let most = 2;
  for (const { labels } of parts) for (const label of labels.data) most = Math.max(most, label + 1);
  return most;
}

/** Images and their labels as a model takes them. */
export function dataOf({ images, labels }: IdxPart, { inputShape }: Model): DataArrays {
  return { x: imageRows(images, inputShape), y: labels.data, scale: defaults.inputScale };
}

/** How `fit` trains on `count` images, but for what it measures on. */
export function fitOptions(settings: TrainSettings, count: number): FitOptions {
  const { epochs, batchSize, validation = 0, earlyStopping, reduceOnPlateau, metrics = [], threads } = settings;
  const { labelSmoothing = 0, classWeights, dropoutSchedule } = settings;
  return {
    loss: crossEntropy({ labelSmoothing }),
    // The rows that fit holds out, but where a class has a single one, which stays.
    optimizer: optimizerOf(settings, count - Math.round(count * validation)),
    epochs,
    batchSize,
    metrics,
    ...(earlyStopping === undefined ? {} : { earlyStopping: { patience: earlyStopping } }),
    ...(reduceOnPlateau === undefined ? {} : { reduceLearningRateOnPlateau: { patience: reduceOnPlateau } }),
    ...(classWeights === undefined ? {} : { classWeights }),
    ...(dropoutSchedule === undefined ? {} : { dropoutSchedule: rateScheduleOf(dropoutSchedule) }),
    ...(threads === undefined ? {} : { threads }),
  };
}

interface Run {
  readonly signal: AbortSignal;
  readonly onEvent: (event: TrainEvent) => void;
  /** Keeps it. */
  readonly kept: KeptRun;
  /** Makes its folder: what `fit` is to be given. */
  readonly begin: () => Promise<Pick<FitOptions, "checkpoint" | "resume">>;
}

/**
 * Trains a network on images and tells of it in events. Where something stops it after a finished epoch the outcome says
 * what, and the model has the weights of that epoch, or of the best one.
 *
 * @throws {DrowseError} when there is nothing to train on or to measure on, or training fails within the first epoch.
 * @throws {Interrupted} when the signal aborts within the first epoch.
 */
export async function trainImages(
  { name, train, test, folder }: ImageSets,
  settings: TrainSettings,
  { signal, onEvent, kept, begin }: Run,
): Promise<TrainOutcome> {
  if (train === undefined)
    throw new DrowseError(OPERATION, `${name} has no training set`, "add its train-* files, or a folder train");
  const { validation: share, metrics = [], threads } = settings;
  if (metrics.length > 0 && share === undefined && test === undefined)
    throw new DrowseError(OPERATION, `--metrics is given, and ${name} has no test set`, "give --validation 0.1 too");
  const [count, ...image] = train.images.shape;
  const classes = folder?.classes.length ?? countClasses(test ? [train, test] : [train]);
  const model = imageNetwork(image, classes, settings);
  const testData = test && dataOf(test, model);
  const testRows = test?.images.shape[0] ?? 0;
  const validation = share ?? testData;
  const units = [sizeOf(image), ...settings.hidden, classes];
  const parameters = [...model.weights.values()].reduce((sum, values) => sum + values.length, 0);
  const named = folder ? { classes: folder.classes } : {};
  const start = { data: name, testRows, image, ...named, units, parameters, settings };
  const watched = share === undefined ? "test" : "validation";
  const listener = new TrainListener({ start, watched, metrics, before: kept.state?.epochs ?? [], onEvent });
  const options = fitOptions(settings, count);
  const evaluate = async (): Promise<Partial<Measures>> => {
    if (testData === undefined || watched === "test") return {};
    const evaluation = await model.evaluate(testData, { loss: options.loss, metrics, ...(threads ? { threads } : {}) });
    const named = metrics.map((name) => [name, evaluation[name]] as const);
    return measuresOf("test", evaluation, named);
  };
  // What the test images do not allow, as a metric of a class that they lack, is found before the training, not after it.
  if (metrics.length > 0) await evaluate();

  const keeping = await begin();
  const begun = performance.now();
  let stopped: Interrupted | DrowseError | undefined;
  try {
    const hear = (event: FitEvent) => {
      listener.hear(event);
      if (event.event === "epoch") kept.tell(listener.epochs);
    };
    const watching = { signal, onEvent: hear, ...keeping, ...(validation === undefined ? {} : { validation }) };
    await model.fit(dataOf(train, model), { ...options, ...watching });
  } catch (error) {
    if (listener.epochs.length === 0 || !(error instanceof Interrupted || error instanceof DrowseError)) throw error;
    stopped = error;
  }
  // Not to be aborted: what has been learned is measured and written, also where Ctrl-C ended it.
  const tested = await evaluate();
  const end: TrainEnd = {
    event: stopped === undefined ? "done" : stopped instanceof Interrupted ? "interrupted" : "error",
    ...(stopped ? { message: stopped.message } : {}),
    epochs: listener.epochs.length,
    ...listener.end,
    ...listener.measures,
    ...tested,
    weightsHash: await weightsHash(model.weights),
    seconds: round((performance.now() - begun) / 1000 + (kept.state?.seconds ?? 0), 3),
  };
  const rows = { training: listener.rows.rows, validation: share === undefined ? 0 : listener.rows.validationRows };
  return { model, rows, epochs: listener.epochs, end, stopped };
}
