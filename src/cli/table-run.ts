import { basename } from "node:path";
import type { FitEvent } from "../model/fit-events.ts";
import type { Model } from "../model/model.ts";
import { prepareRows } from "../tables/apply-preparation.ts";
import type { ByteSource } from "../tables/byte-source.ts";
import { fitPreparation } from "../tables/fit-preparation.ts";
import { inputSize, outputSize, type Preparation } from "../tables/preparation.ts";
import { splitTable } from "../tables/split-table.ts";
import { readTable } from "../tables/table.ts";
import { type TableTask, tableTask } from "../tables/table-task.ts";
import { DrowseError } from "../tensor/errors.ts";
import { imageNetwork } from "./image-network.ts";
import { Interrupted } from "./interrupt.ts";
import { measureTable, type TableMeasures } from "./table-measures.ts";
import { readingOf, type TableRequest } from "./table-options.ts";
import { errorShare, round } from "./train-listener.ts";
import { fitOptions } from "./train-run.ts";
import type { TrainSettings } from "./train-settings.ts";
import { UsageError } from "./usage-error.ts";
import { weightsHash } from "./weights-hash.ts";

/** Before the first step: what was found, and what is done with it. */
export interface TableStart {
  readonly event: "start";
  readonly data: string;
  readonly rows: number;
  readonly validationRows: number;
  readonly testRows: number;
  readonly task: TableTask;
  readonly preparation: Preparation;
  readonly units: readonly number[];
  readonly parameters: number;
  readonly settings: TrainSettings;
}

/** An epoch of a training on a table; errors are shares of wrong rows, left out in regressions. */
export interface TableEpoch {
  readonly event: "epoch";
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  readonly error?: number;
  readonly validationLoss?: number;
  readonly validationError?: number;
  readonly learningRate: number;
  readonly skipped: number;
  readonly seconds: number;
}

/** How a training on a table ended. */
export interface TableEnd {
  readonly event: "done" | "interrupted" | "error";
  readonly message?: string;
  readonly epochs: number;
  readonly reason: string;
  readonly bestEpoch?: number;
  /** With nothing asleep; numbers are in the target's own units. */
  readonly validation?: TableMeasures;
  readonly test?: TableMeasures;
  readonly weightsHash: string;
  readonly seconds: number;
}

/** What came of a training on a table. */
export interface TableOutcome {
  readonly model: Model;
  readonly preparation: Preparation;
  readonly task: TableTask;
  readonly epochs: readonly TableEpoch[];
  readonly end: TableEnd;
  readonly stopped: Interrupted | DrowseError | undefined;
}

/**
 * Trains a network on a table and tells of it.
 * @throws {DrowseError} when the table cannot be learned from, or training fails within the first epoch.
 */
export async function trainTable(
  { path, source }: { path: string; source: ByteSource },
  request: TableRequest,
  settings: TrainSettings,
  { signal, onEvent }: { signal: AbortSignal; onEvent: (event: TableStart | TableEpoch) => void },
): Promise<TableOutcome> {
  const { dropColumns, types, target, task: kind, test: testShare = 0 } = request;
  const reading = readingOf(request);
  const table = await readTable(source, { ...reading, ...(dropColumns && { dropColumns }), ...(types && { types }) });
  const task = tableTask(table, { ...(target === undefined ? {} : { target }), ...(kind && { task: kind }) });
  checkSettings(task, settings);
  const { seed, validation: validationShare = 0, threads, metrics = [] } = settings;
  const split = splitTable(task, { validation: validationShare, test: testShare, seed });
  const preparation = fitPreparation(task, split.training, reading);
  const model = imageNetwork([inputSize(preparation)], outputSize(preparation), settings);
  const prepared = (rows: Uint32Array) => (rows.length > 0 ? prepareRows(preparation, task, rows) : undefined);
  const [training, validation, test] = [split.training, split.validation, split.test].map(prepared);
  if (training === undefined) throw new DrowseError("train", "no rows are left to train on", "give more rows");
  const { validation: _, ...trained } = settings;
  const { loss, ...options } = fitOptions(trained, split.training.length);
  const rows = { rows: split.training.length, validationRows: split.validation.length, testRows: split.test.length };
  const parameters = [...model.weights.values()].reduce((sum, values) => sum + values.length, 0);
  const units = [inputSize(preparation), ...settings.hidden, outputSize(preparation)];
  onEvent({ event: "start", data: basename(path), ...rows, task, preparation, units, parameters, settings });

  const epochs: TableEpoch[] = [];
  let ended: { reason: string; bestEpoch?: number } = { reason: "failed" };
  const hear = (event: FitEvent): void => {
    if (event.event === "end") ended = { reason: event.reason, ...(event.bestEpoch ? { bestEpoch: event.bestEpoch } : {}) };
    if (event.event !== "epoch") return;
    const { epoch, epochs: all, accuracy, validationLoss, validationAccuracy, learningRate, skipped, seconds } = event;
    const told: TableEpoch = {
      event: "epoch",
      ...{ epoch, epochs: all, loss: event.loss },
      ...(accuracy === undefined ? {} : { error: errorShare(accuracy, rows.rows) }),
      ...(validationLoss === undefined ? {} : { validationLoss }),
      ...(validationAccuracy === undefined ? {} : { validationError: errorShare(validationAccuracy, rows.validationRows) }),
      ...{ learningRate, skipped: round(skipped, 4), seconds: round(seconds, 3) },
    };
    epochs.push(told);
    onEvent(told);
  };
  const begun = performance.now();
  let stopped: Interrupted | DrowseError | undefined;
  try {
    await model.fit(training, {
      ...options,
      ...(metrics.length > 0 && validation === undefined ? { metrics: [] } : {}),
      loss: task.kind === "classification" ? loss : "meanSquaredError",
      ...(validation ? { validation } : {}),
      signal,
      onEvent: hear,
    });
  } catch (error) {
    if (epochs.length === 0 || !(error instanceof Interrupted || error instanceof DrowseError)) throw error;
    stopped = error;
  }
  const measured = async (data: typeof test) =>
    data && (await measureTable(model, preparation, data, { metrics, ...(threads ? { threads } : {}) }));
  const [onValidation, onTest] = [await measured(validation), await measured(test)];
  const end: TableEnd = {
    event: stopped === undefined ? "done" : stopped instanceof Interrupted ? "interrupted" : "error",
    ...(stopped ? { message: stopped.message } : {}),
    epochs: epochs.length,
    ...ended,
    ...(onValidation ? { validation: onValidation } : {}),
    ...(onTest ? { test: onTest } : {}),
    weightsHash: weightsHash(model.weights),
    seconds: round((performance.now() - begun) / 1000, 3),
  };
  return { model, preparation, task, epochs, end, stopped };
}

/** @throws {UsageError} on options of classes in a regression. */
function checkSettings({ kind, target }: TableTask, { metrics, classWeights, labelSmoothing }: TrainSettings): void {
  if (kind === "classification") return;
  const given = [metrics && "--metrics", classWeights && "--class-weights", labelSmoothing && "--label-smoothing"].find(Boolean);
  if (given)
    throw new UsageError(
      "drowse",
      `${given} is given, and ${target} holds numbers`,
      "leave it out, or give --task classification",
    );
}
