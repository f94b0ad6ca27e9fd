import { byteScale, type Data, type DataRequest, partOf, prepareData } from "../data/prepare.ts";
import type { BatchSource } from "../data/source.ts";
import { splitRows } from "../data/split.ts";
import { checkCount, checkFunction, checkOptions, checkSignal } from "../layers/options.ts";
import { resolveLoss } from "../losses/resolve.ts";
import { type Metric, type MetricName, resolveMetrics } from "../metrics/metric.ts";
import { streamKey } from "../random/streams.ts";
import { DrowseError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { type CheckpointOptions, Checkpoints } from "./checkpoints.ts";
import { TRAINING_OPTIONS, type TrainingOptions } from "./create-trainer.ts";
import { lossRequest } from "./data-request.ts";
import { EarlyStopping, type EarlyStoppingOptions } from "./early-stopping.ts";
import type { EpochControl } from "./epoch-control.ts";
import type { EpochEvent, FitEvent } from "./fit-events.ts";
import type { FitState } from "./fit-state.ts";
import { measureAll } from "./inference.ts";
import { watchable } from "./monitor.ts";
import type { Network } from "./network.ts";
import { Plateau, type PlateauOptions } from "./plateau.ts";
import { checkTrainable } from "./trainable.ts";

/** How `fit` trains. */
export interface FitOptions extends TrainingOptions {
  /** Passes over the data; default 1. */
  epochs?: number;
  /**
   * Data to evaluate after each epoch, with nothing asleep; or a share of the data, above 0 and below 1, to hold out for
   * that. Which rows are held out is drawn from the model's seed, the same in every `fit` on the same targets, and of
   * classes each in its share. The masks of a row do not depend on it: a row keeps its index in the whole data.
   */
  validation?: Data | number;
  /** Measured on the validation data after each epoch: `"f1"` is `validationF1` in events and history. */
  metrics?: readonly MetricName[];
  /**
   * Stops when epochs do not get better, and gives the model the weights and rates of the best epoch, whatever stopped
   * the run. `model.pass` counts all passes that were begun, so that no later `fit` sees masks or orders again.
   */
  earlyStopping?: EarlyStoppingOptions;
  /** Lowers the learning rate when epochs do not get better: multiplies what the optimizer gives by a smaller factor. */
  reduceLearningRateOnPlateau?: PlateauOptions;
  /** Gives the run's state away from time to time, so that another run can go on from it, with bits equal to never having stopped. */
  checkpoint?: CheckpointOptions;
  /**
   * A state to go on from, of a run on the same data with the same options and a model made alike. What the epochs in it told is
   * in the history and not told again. What `onEpoch` remembers is not in the state.
   */
  resume?: FitState;
  /** Aborts between chunks of steps; the model keeps the weights of the last finished epoch, or of the best. */
  signal?: AbortSignal;
  /** Told of everything that happens, as it happens. */
  onEvent?: (event: FitEvent) => void;
  /**
   * Called after each epoch, when the model has its weights, and awaited: may stop the run, and change the learning rate
   * and the rates of dropout layers.
   */
  onEpoch?: (event: EpochEvent, control: EpochControl) => void | Promise<void>;
}

const FIT_OPTIONS = [
  ...TRAINING_OPTIONS,
  ...["epochs", "validation", "metrics", "earlyStopping", "reduceLearningRateOnPlateau", "signal", "onEvent", "onEpoch"],
  ...["checkpoint", "resume"],
];

/** What `fit` was given, checked. */
export interface FitRequest {
  readonly source: BatchSource;
  /** Rows of the source to train on; undefined: all. */
  readonly rows: Uint32Array | undefined;
  readonly validation: BatchSource | undefined;
  readonly metrics: readonly Metric[];
  /** Whether the loss has an accuracy. */
  readonly answers: boolean;
  readonly epochs: number;
  readonly stopping: EarlyStopping | undefined;
  readonly plateau: Plateau | undefined;
  readonly checkpoints: Checkpoints | undefined;
}

/** @throws {DrowseError} on wrong options or data, and on metrics that the validation data has no value for. */
export async function checkFit(model: Network, data: Data, options: FitOptions): Promise<FitRequest> {
  checkOptions("fit", options, FIT_OPTIONS);
  const { epochs = 1, signal, onEvent, onEpoch, metrics: names = [], earlyStopping, reduceLearningRateOnPlateau } = options;
  checkCount("fit", "epochs", epochs);
  checkFunction("fit", "onEvent", onEvent);
  checkFunction("fit", "onEpoch", onEpoch);
  checkSignal("fit", signal);
  signal?.throwIfAborted();
  const checkpoints = options.checkpoint === undefined ? undefined : new Checkpoints(options.checkpoint);
  const loss = resolveLoss("fit", options.loss);
  checkTrainable("fit", loss, model.graph);
  const outputs = sizeOf(model.graph.output);
  const metrics = resolveMetrics("fit", names, { targets: loss.targets, outputs });
  const answers = loss.answers !== "none";
  const numbers = watchable({ answers, validation: options.validation !== undefined, metrics });
  const stopping = earlyStopping === undefined ? undefined : new EarlyStopping(earlyStopping, numbers);
  const plateau = reduceLearningRateOnPlateau === undefined ? undefined : new Plateau(reduceLearningRateOnPlateau, numbers);
  const request = lossRequest("fit", model, loss);
  const source = prepareData("fit", data, request);
  const { rows, validation } = await prepareValidation(model, source, options.validation, request);
  if (metrics.length > 0) {
    if (!validation) throw new DrowseError("fit", "metrics are given, but no data to measure them on", "give validation");
    // What the targets do not allow is found before training, with predictions of nothing.
    const { count } = validation;
    await measureAll(metrics, validation, { data: new Float32Array(count * outputs), shape: [count, outputs] });
  }
  return { source, rows, validation, metrics, answers, epochs, stopping, plateau, checkpoints };
}

async function prepareValidation(
  model: Network,
  source: BatchSource,
  validation: Data | number | undefined,
  request: DataRequest,
): Promise<{ rows: Uint32Array | undefined; validation: BatchSource | undefined }> {
  if (validation === undefined) return { rows: undefined, validation: undefined };
  if (typeof validation === "number") {
    const split = await splitRows("fit", source, validation, streamKey(model.seed, "validation"));
    return { rows: split.training, validation: partOf(source, split.validation) };
  }
  const inputScale = byteScale(source) ?? model.inputScale;
  return { rows: undefined, validation: prepareData("fit: validation", validation, { ...request, inputScale }) };
}
