import type { DataArrays } from "../data/arrays.ts";
import { weightsHash } from "../formats/weights-hash.ts";
import type { Model } from "../model/model.ts";
import type { Trainer } from "../model/trainer.ts";
import { DrowseError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { defaults } from "./defaults.ts";
import type { IdxPart } from "./idx-folder.ts";
import { imageNetwork } from "./image-network.ts";
import type { ImageSets } from "./image-sets.ts";
import { type MainJobEnd, type MainJobEvent, NETWORKS, type NetworkName, type NetworkResult } from "./main-job-events.ts";
import { optimizerOf } from "./optimizer-settings.ts";
import { errorShare, round } from "./train-listener.ts";
import { countClasses, dataOf } from "./train-run.ts";
import { type TrainSettings, trainSettings } from "./train-settings.ts";

/** Training images on which the training error is measured, the first of the set. */
export const MEASURED_ROWS = 10_000;

export interface MainJobSettings {
  readonly epochs: number;
  readonly seed: number;
  readonly threads: number | undefined;
}

/** A network on its way. */
interface Runner {
  readonly network: NetworkName;
  readonly model: Model;
  readonly trainer: Trainer;
  readonly testErrors: number[];
  seconds: number;
}

const clock = () => performance.now() / 1000;

/** The first rows of a part. */
function firstRows({ images, labels }: IdxPart, most: number): IdxPart {
  const [count, ...image] = images.shape;
  const taken = Math.min(count, most);
  return {
    images: { shape: [taken, ...image], data: images.data.subarray(0, taken * sizeOf(image)) },
    labels: { shape: [taken], data: labels.data.subarray(0, taken) },
  };
}

/** All there is to say about one of the two trainings: the command's defaults, without dropout or with it. */
function settingsOf(network: NetworkName, given: MainJobSettings): TrainSettings {
  const awake = { dropout: 0, inputDropout: 0 };
  return trainSettings({ ...defaults, ...(network === "without dropout" ? awake : {}), ...given });
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
  const { name, train, test } = sets;
  if (!train || !test) {
    throw new DrowseError("main job", `${name} has no ${train ? "test" : "train"} set`, "add its files");
  }
  const { epochs, seed } = settings;
  const [rows, ...image] = train.images.shape;
  const [testRows] = test.images.shape;
  const classes = countClasses([train, test]);
  const { dropout, inputDropout } = defaults;
  const units = [sizeOf(image), ...defaults.hidden, classes];
  onEvent({ event: "start", data: name, rows, testRows, units, dropout, inputDropout, epochs, seed });

  const begun = clock();
  const runners: Runner[] = [];
  try {
    for (const network of NETWORKS) runners.push(await startRunner(network, train, classes, settingsOf(network, settings)));
    const [{ model }] = runners;
    const [testData, measured] = [test, firstRows(train, MEASURED_ROWS)].map((part) => dataOf(part, model));
    for (let epoch = 1; epoch <= epochs; epoch++) {
      for (const runner of runners) await trainEpoch(runner, epoch, testData);
    }
    const networks: NetworkResult[] = [];
    for (const runner of runners) networks.push(await resultOf(runner, measured));
    const { testError } = networks[1];
    const measuredRows = Math.min(rows, MEASURED_ROWS);
    return { event: "done", data: name, epochs, testError, networks, testRows, measuredRows, seconds: round(clock() - begun, 3) };
  } finally {
    for (const { trainer } of runners) trainer.close();
  }

  async function trainEpoch(runner: Runner, epoch: number, testData: DataArrays): Promise<void> {
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
    const evaluation = await trainer.evaluate(testData, { signal });
    const testError = errorShare(evaluation.accuracy ?? 0, testRows);
    testErrors.push(testError);
    onEvent({ event: "epoch", network, epoch, epochs, loss, testLoss: evaluation.loss, testError, seconds: round(seconds, 3) });
  }

  async function resultOf(
    { network, model, trainer, testErrors, seconds }: Runner,
    measured: DataArrays,
  ): Promise<NetworkResult> {
    const { skipped } = trainer.progress;
    const { accuracy = 0, rows: count } = await trainer.evaluate(measured, { signal });
    await trainer.commit();
    const [trainingError, testError] = [errorShare(accuracy, count), testErrors[testErrors.length - 1]];
    return {
      network,
      trainingError,
      testError,
      testErrors,
      gap: round(testError - trainingError, 6),
      skipped: round(skipped, 4),
      seconds: round(seconds, 3),
      weightsHash: await weightsHash(model.weights),
    };
  }
}

async function startRunner(network: NetworkName, train: IdxPart, classes: number, settings: TrainSettings): Promise<Runner> {
  const [rows, ...image] = train.images.shape;
  const { batchSize, threads } = settings;
  const model = imageNetwork(image, classes, settings);
  const trainer = await model.trainer(dataOf(train, model), {
    loss: "crossEntropy",
    optimizer: optimizerOf(settings, rows),
    batchSize,
    ...(threads === undefined ? {} : { threads }),
  });
  return { network, model, trainer, testErrors: [], seconds: 0 };
}
