import type { Rows } from "../data/arrays.ts";
import type { Model } from "../model/model.ts";
import type { Trainer } from "../model/trainer.ts";
import { sgd } from "../optimizers/sgd.ts";
import { DrowseError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { defaults, linearDecay } from "./defaults.ts";
import type { IdxPart } from "./idx-folder.ts";
import { imageNetwork } from "./image-network.ts";
import { type ImageSets, imageRows } from "./image-sets.ts";
import { errorShare } from "./train-run.ts";
import { weightsHash } from "./weights-hash.ts";

/** The two networks, in the order in which they are trained and shown. */
export const NETWORKS = ["without dropout", "with dropout"] as const;

export type NetworkName = (typeof NETWORKS)[number];

/** Training images on which the training error is measured, the first of the set. */
export const MEASURED_ROWS = 10_000;

export interface MainJobSettings {
  readonly epochs: number;
  readonly seed: number;
  readonly threads: number | undefined;
}

export interface MainJobStart {
  readonly event: "start";
  readonly rows: number;
  readonly testRows: number;
  readonly units: readonly number[];
  readonly epochs: number;
  readonly seed: number;
}

export interface MainJobProgress {
  readonly event: "progress";
  readonly network: NetworkName;
  readonly epoch: number;
  readonly epochs: number;
  readonly batch: number;
  readonly batches: number;
  readonly loss: number;
  readonly examplesPerSecond: number;
  /** Of both networks together. */
  readonly secondsLeft: number;
}

export interface MainJobEpoch {
  readonly event: "epoch";
  readonly network: NetworkName;
  readonly epoch: number;
  readonly epochs: number;
  /** Over the training images, with dropout where there is any. */
  readonly loss: number;
  readonly testLoss: number;
  readonly testError: number;
  readonly seconds: number;
}

/** What became of one network. Errors are with nothing asleep. */
export interface NetworkResult {
  readonly network: NetworkName;
  readonly trainingError: number;
  /** Of the last epoch, and of every epoch. */
  readonly testError: number;
  readonly testErrors: readonly number[];
  /** testError - trainingError. */
  readonly gap: number;
  /** Of training alone. */
  readonly seconds: number;
  readonly weightsHash: string;
}

export interface MainJobEnd {
  readonly event: "done";
  /** With dropout. */
  readonly testError: number;
  readonly networks: readonly NetworkResult[];
  readonly testRows: number;
  readonly measuredRows: number;
  readonly seconds: number;
}

export type MainJobEvent = MainJobStart | MainJobProgress | MainJobEpoch;

/** A network on its way. */
interface Runner {
  readonly network: NetworkName;
  readonly model: Model;
  readonly trainer: Trainer;
  readonly testErrors: number[];
  seconds: number;
}

const clock = () => performance.now() / 1000;
const round = (value: number, digits: number) => Number(value.toFixed(digits));

/** The first rows of a part, as arrays. */
function rowsOf(
  { images, labels }: IdxPart,
  inputShape: readonly number[],
  most = Number.POSITIVE_INFINITY,
): { x: Rows; y: Uint8Array } {
  const [count, ...image] = images.shape;
  const taken = Math.min(count, most);
  const first = { shape: [taken, ...image], data: images.data.subarray(0, taken * sizeOf(image)) };
  return { x: imageRows(first, inputShape), y: labels.data.subarray(0, taken) };
}

/**
 * Trains the network twice from the same initial weights, without and with dropout, taking turns epoch by epoch.
 * @throws {DrowseError} when a set is missing, or training diverges; the reason of the signal when it aborts.
 */
export async function runMainJob(
  sets: ImageSets,
  settings: MainJobSettings,
  { signal, onEvent }: { signal: AbortSignal; onEvent: (event: MainJobEvent) => void },
): Promise<MainJobEnd> {
  const { train, test } = sets;
  if (!train || !test) {
    throw new DrowseError("main job", `${sets.name} has no ${train ? "test" : "train"} set`, "install the data again");
  }
  const { epochs, seed } = settings;
  const [rows, ...image] = train.images.shape;
  const [testRows] = test.images.shape;
  onEvent({ event: "start", rows, testRows, units: [sizeOf(image), ...defaults.hidden, 10], epochs, seed });
  const trainData = rowsOf(train, image);
  const testData = rowsOf(test, image);
  const measured = rowsOf(train, image, MEASURED_ROWS);

  const begun = clock();
  const runners: Runner[] = [];
  try {
    for (const network of NETWORKS) runners.push(await startRunner(network, image, trainData, settings));
    for (let epoch = 1; epoch <= epochs; epoch++) {
      for (const runner of runners) await trainEpoch(runner, epoch);
    }
    const networks: NetworkResult[] = [];
    for (const runner of runners) networks.push(await resultOf(runner));
    const [, withDropout] = networks;
    const measuredRows = measured.y.length;
    return {
      event: "done",
      testError: withDropout.testError,
      networks,
      testRows,
      measuredRows,
      seconds: round(clock() - begun, 3),
    };
  } finally {
    for (const { trainer } of runners) trainer.close();
  }

  async function trainEpoch(runner: Runner, epoch: number): Promise<void> {
    const { network, trainer, testErrors } = runner;
    const { stepsPerEpoch } = trainer;
    const start = clock();
    await trainer.run(stepsPerEpoch, {
      signal,
      onSteps() {
        const { batch } = trainer;
        if (batch === 0) return;
        const progress = trainer.progress;
        const done = runners.reduce((sum, { trainer: { step } }) => sum + step, 0);
        onEvent({
          event: "progress",
          network,
          epoch,
          epochs,
          batch,
          batches: stepsPerEpoch,
          loss: progress.loss,
          examplesPerSecond: round(progress.rows / (clock() - start), 0),
          secondsLeft: round((clock() - begun) * ((epochs * stepsPerEpoch * runners.length) / done - 1), 1),
        });
      },
    });
    const seconds = clock() - start;
    runner.seconds += seconds;
    const { loss } = trainer.progress;
    const evaluation = await trainer.evaluate(testData, signal);
    const testError = errorShare(evaluation.accuracy ?? 0, testRows);
    testErrors.push(testError);
    onEvent({ event: "epoch", network, epoch, epochs, loss, testLoss: evaluation.loss, testError, seconds: round(seconds, 3) });
  }

  async function resultOf({ network, model, trainer, testErrors, seconds }: Runner): Promise<NetworkResult> {
    const { accuracy = 0, rows: count } = await trainer.evaluate(measured, signal);
    await trainer.commit();
    const [trainingError, testError] = [errorShare(accuracy, count), testErrors[testErrors.length - 1]];
    return {
      network,
      trainingError,
      testError,
      testErrors,
      gap: round(testError - trainingError, 6),
      seconds: round(seconds, 3),
      weightsHash: weightsHash(model.numbers),
    };
  }
}

async function startRunner(
  network: NetworkName,
  image: readonly number[],
  data: { x: Rows; y: Uint8Array },
  { epochs, seed, threads }: MainJobSettings,
): Promise<Runner> {
  const { hidden, dropout, inputDropout, scaling, learningRate, momentum, maxNorm, batchSize } = defaults;
  const rates = network === "with dropout" ? { dropout, inputDropout } : { dropout: 0, inputDropout: 0 };
  const model = imageNetwork(image, 10, { hidden, scaling, seed, ...rates });
  const steps = epochs * Math.ceil(data.y.length / batchSize);
  const trainer = await model.trainer(data, {
    loss: "crossEntropy",
    optimizer: sgd({ learningRate: linearDecay(learningRate, steps), momentum, maxNorm }),
    batchSize,
    ...(threads === undefined ? {} : { threads }),
  });
  return { network, model, trainer, testErrors: [], seconds: 0 };
}
