import { basename } from "node:path";
import { weightsHash } from "../formats/weights-hash.ts";
import type { FitOptions } from "../model/fit-options.ts";
import type { Model } from "../model/model.ts";
import { prepareRows } from "../tables/apply-preparation.ts";
import { fitPreparation } from "../tables/fit-preparation.ts";
import { inputSize, outputSize, type Preparation } from "../tables/preparation.ts";
import { splitTable, type TableSplit } from "../tables/split-table.ts";
import type { TableTask } from "../tables/table-task.ts";
import type { DrowseError } from "../tensor/errors.ts";
import { betweenState, takeUpFirst } from "./first-phase.ts";
import { imageNetwork } from "./image-network.ts";
import { Interrupted } from "./interrupt.ts";
import type { KeptRun } from "./kept-run.ts";
import { measureRows } from "./measure-rows.ts";
import type { TableEnd, TableEpoch, TableProgress, TableStart } from "./table-events.ts";
import { fitTable, type PreparedRows, phaseTeller, type TableFit, tableLoss } from "./table-fit.ts";
import { readingOf, type TableRequest } from "./table-options.ts";
import { type Refitted, refitRows, refitTable } from "./table-refit.ts";
import { round } from "./train-listener.ts";
import { fitOptions } from "./train-run.ts";
import type { TrainSettings } from "./train-settings.ts";
import { UsageError } from "./usage-error.ts";

/** A model, and what makes its inputs. */
export interface PreparedModel {
  readonly model: Model;
  readonly preparation: Preparation;
}

/** What came of a training on a table. */
export interface TableOutcome extends PreparedModel {
  /** Of a run that was trained again: the model of the first training's best epoch. */
  readonly validated: PreparedModel | undefined;
  readonly task: TableTask;
  readonly split: TableSplit;
  readonly epochs: readonly TableEpoch[];
  readonly end: TableEnd;
  readonly stopped: Interrupted | DrowseError | undefined;
}

interface Run {
  readonly signal: AbortSignal;
  readonly onEvent: (event: TableStart | TableProgress | TableEpoch) => void;
  /** Keeps it. */
  readonly kept: KeptRun;
  /** Makes its folder: what `fit` is to be given. */
  readonly begin: () => Promise<Pick<FitOptions, "checkpoint" | "resume">>;
}

/** A table that is ready to be learned from. */
interface Ready extends PreparedModel {
  readonly task: TableTask;
  readonly split: TableSplit;
  readonly settings: TrainSettings;
}

/**
 * Trains a network on a table and tells of it; where it is to be trained again, on all rows but those to test on, that too.
 * @throws {DrowseError} when the table cannot be learned from, or training fails within the first epoch.
 */
export async function trainTable(
  { path, task }: { path: string; task: TableTask },
  request: TableRequest,
  settings: TrainSettings,
  run: Run,
): Promise<TableOutcome> {
  checkSettings(task, settings);
  const { seed, validation = 0 } = settings;
  const split = splitTable(task, { validation, test: request.test ?? 0, seed });
  const preparation = fitPreparation(task, split.training, readingOf(request));
  const model = imageNetwork([inputSize(preparation)], outputSize(preparation), settings);
  const ready: Ready = { task, split, preparation, model, settings };
  const isTwice = request.refit === true && settings.earlyStopping !== undefined && split.validation.length > 0;
  run.onEvent(startOf(path, ready, isTwice));

  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000 + run.kept.secondsBefore;
  const epochs: TableEpoch[] = [];
  const first = await trainFirst(ready, epochs, run);
  const again = isTwice && !first.stopped ? await trainAgain(ready, request, first, epochs, seconds(), run) : undefined;
  const refit = again?.stopped === undefined ? again : undefined;
  const chosen = refit ?? { model, preparation };
  const stopped = first.stopped ?? again?.stopped;
  const end: TableEnd = {
    event: stopped === undefined ? "done" : stopped instanceof Interrupted ? "interrupted" : "error",
    ...(stopped ? { message: stopped.message } : {}),
    epochs: first.events.length,
    reason: first.reason,
    ...(first.bestEpoch === undefined ? {} : { bestEpoch: first.bestEpoch }),
    ...(refit ? { refit: { rows: refitRows(split).length, epochs: refit.events.length } } : {}),
    ...(await measured("validation", { model, preparation }, ready)),
    ...(await measured("test", chosen, ready)),
    weightsHash: await weightsHash(chosen.model.weights),
    seconds: round(seconds(), 3),
  };
  const { model: kept, preparation: made } = chosen;
  return { model: kept, preparation: made, validated: refit && { model, preparation }, task, split, epochs, end, stopped };
}

/** The training that stops early: the model has its best epoch afterwards. */
async function trainFirst(
  { model, preparation, task, split, settings }: Ready,
  epochs: TableEpoch[],
  { signal, onEvent, kept, begin }: Run,
): Promise<TableFit> {
  const [training, validation] = [split.training, split.validation].map((rows) => preparedRows(preparation, task, rows));
  const tell = phaseTeller(
    "first",
    { rows: split.training.length, validationRows: split.validation.length, batchSize: settings.batchSize },
    { epochs, kept, onEvent },
  );
  // The rows are split already: none are left for `fit` to hold out.
  const { metrics = [], ...options } = fitOptions({ ...settings, validation: undefined }, split.training.length);
  const loss = tableLoss(task, settings);
  const keeping = await begin();
  const { between } = kept;
  tell.before(between?.epochs ?? keeping.resume?.epochs ?? []);
  if (between) return takeUpFirst(model, between, loss, settings.earlyStopping ?? Number.POSITIVE_INFINITY);
  const fitting = {
    ...options,
    ...keeping,
    metrics: validation ? metrics : [],
    loss,
    ...(validation ? { validation } : {}),
    signal,
  };
  return fitTable(model, training as PreparedRows, fitting, { ...tell, least: 1 });
}

/** The training on all rows but those to test on; its end is told, not thrown: there is a model already. */
async function trainAgain(
  { model, task, split, settings }: Ready,
  request: TableRequest,
  { events, bestEpoch = events.length }: TableFit,
  epochs: TableEpoch[],
  seconds: number,
  { signal, onEvent, kept }: Run,
): Promise<Refitted> {
  const tell = phaseTeller(
    "refit",
    { rows: refitRows(split).length, validationRows: 0, batchSize: settings.batchSize },
    { epochs, kept, onEvent },
  );
  const rows = split.training.length;
  const keeping = await kept.beginRefit(kept.between ?? betweenState(model, { events, bestEpoch }, { rows, settings, seconds }));
  tell.before(keeping.resume?.epochs ?? []);
  return refitTable({ task, split, reading: readingOf(request), settings, events, bestEpoch }, { ...keeping, signal }, tell);
}

/** @throws {UsageError} on options of classes in a regression. */
export function checkSettings({ kind, target }: TableTask, { metrics, classWeights, labelSmoothing }: TrainSettings): void {
  if (kind === "classification") return;
  const given = [metrics && "--metrics", classWeights && "--class-weights", labelSmoothing && "--label-smoothing"].find(Boolean);
  if (given)
    throw new UsageError(
      "drowse",
      `${given} is given, and ${target} holds numbers`,
      "leave it out, or give --task classification",
    );
}

/** Before the first step. */
export function startOf(path: string, { task, split, preparation, model, settings }: Ready, refit: boolean): TableStart {
  const { training, validation, test } = split;
  return {
    event: "start",
    data: basename(path),
    ...{ rows: training.length, validationRows: validation.length, testRows: test.length },
    ...{ task, preparation },
    units: [inputSize(preparation), ...settings.hidden, outputSize(preparation)],
    parameters: [...model.weights.values()].reduce((sum, values) => sum + values.length, 0),
    ...{ refit, settings },
  };
}

/** Rows of a part, where it has any. */
const preparedRows = (preparation: Preparation, task: TableTask, rows: Uint32Array) =>
  rows.length > 0 ? prepareRows(preparation, task, rows) : undefined;

/** What a model is worth on the rows of a part; nothing where it has none. */
async function measured(
  part: "validation" | "test",
  { model, preparation }: PreparedModel,
  { task, split, settings: { metrics = [], threads } }: Ready,
): Promise<Pick<TableEnd, "validation" | "test">> {
  const rows = preparedRows(preparation, task, split[part]);
  return rows
    ? { [part]: await measureRows(model, preparation.target, [rows], { metrics, ...(threads ? { threads } : {}) }) }
    : {};
}
