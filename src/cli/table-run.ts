import { basename } from "node:path";
import { weightsHash } from "../formats/weights-hash.ts";
import type { FitEvent } from "../model/fit-events.ts";
import type { FitOptions } from "../model/fit-options.ts";
import type { Model } from "../model/model.ts";
import { prepareRows } from "../tables/apply-preparation.ts";
import type { ByteSource } from "../tables/byte-source.ts";
import { fitPreparation } from "../tables/fit-preparation.ts";
import { inputSize, outputSize, type Preparation } from "../tables/preparation.ts";
import { splitTable, type TableSplit } from "../tables/split-table.ts";
import type { TableTask } from "../tables/table-task.ts";
import { DrowseError } from "../tensor/errors.ts";
import { imageNetwork } from "./image-network.ts";
import { Interrupted } from "./interrupt.ts";
import type { KeptRun } from "./kept-run.ts";
import { measureRows } from "./measure-rows.ts";
import { readTask } from "./read-task.ts";
import {
  type TableEnd,
  type TableEpoch,
  type TableProgress,
  type TableStart,
  tableEpoch,
  tableProgress,
} from "./table-events.ts";
import { readingOf, type TableRequest } from "./table-options.ts";
import { round } from "./train-listener.ts";
import { fitOptions } from "./train-run.ts";
import type { TrainSettings } from "./train-settings.ts";
import { UsageError } from "./usage-error.ts";

/** What came of a training on a table. */
export interface TableOutcome {
  readonly model: Model;
  readonly preparation: Preparation;
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
  /** Makes its folder, when it is known what is learned: what `fit` is to be given. */
  readonly begin: (task: TableTask) => Promise<Pick<FitOptions, "checkpoint" | "resume">>;
}

/**
 * Trains a network on a table and tells of it.
 * @throws {DrowseError} when the table cannot be learned from, or training fails within the first epoch.
 */
export async function trainTable(
  { path, source }: { path: string; source: ByteSource },
  request: TableRequest,
  settings: TrainSettings,
  run: Run,
): Promise<TableOutcome> {
  const task = await readTask(source, request);
  checkSettings(task, settings);
  const { seed, validation = 0 } = settings;
  const split = splitTable(task, { validation, test: request.test ?? 0, seed });
  const preparation = fitPreparation(task, split.training, readingOf(request));
  const model = imageNetwork([inputSize(preparation)], outputSize(preparation), settings);
  run.onEvent(startOf(path, { task, split, preparation, model, settings }));

  const data = preparedParts(preparation, task, split);
  const begun = performance.now();
  const { epochs, ended, stopped } = await fitTable(model, task, data, settings, run);
  const measures = await measureParts(model, preparation, data, settings);
  const end: TableEnd = {
    event: stopped === undefined ? "done" : stopped instanceof Interrupted ? "interrupted" : "error",
    ...(stopped ? { message: stopped.message } : {}),
    epochs: epochs.length,
    ...ended,
    ...measures,
    weightsHash: await weightsHash(model.weights),
    seconds: round((performance.now() - begun) / 1000 + (run.kept.state?.seconds ?? 0), 3),
  };
  return { model, preparation, task, split, epochs, end, stopped };
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

interface Prepared {
  readonly task: TableTask;
  readonly split: TableSplit;
  readonly preparation: Preparation;
  readonly model: Model;
  readonly settings: TrainSettings;
}

function startOf(path: string, { task, split, preparation, model, settings }: Prepared): TableStart {
  const { training, validation, test } = split;
  return {
    event: "start",
    data: basename(path),
    ...{ rows: training.length, validationRows: validation.length, testRows: test.length },
    ...{ task, preparation },
    units: [inputSize(preparation), ...settings.hidden, outputSize(preparation)],
    parameters: [...model.weights.values()].reduce((sum, values) => sum + values.length, 0),
    settings,
  };
}

type Rows = ReturnType<typeof prepareRows>;

/** The parts of a table as a network takes them, where they have any rows. */
interface Parts {
  readonly training: Rows;
  readonly validation: Rows | undefined;
  readonly test: Rows | undefined;
}

function preparedParts(preparation: Preparation, task: TableTask, split: TableSplit): Parts {
  const prepared = (rows: Uint32Array) => (rows.length > 0 ? prepareRows(preparation, task, rows) : undefined);
  return {
    training: prepareRows(preparation, task, split.training),
    validation: prepared(split.validation),
    test: prepared(split.test),
  };
}

/** Trains; what stops it after a finished epoch is told, not thrown. */
async function fitTable(
  model: Model,
  task: TableTask,
  { training, validation, test }: Parts,
  settings: TrainSettings,
  { signal, onEvent, kept, begin }: Run,
) {
  const rows = { rows: training.y.length, validationRows: validation?.y.length ?? 0, testRows: test?.y.length ?? 0 };
  const epochs: TableEpoch[] = (kept.state?.epochs ?? []).map((event) => tableEpoch(event, rows));
  let ended: Pick<TableEnd, "reason" | "bestEpoch"> = { reason: "failed" };
  let stopped: Interrupted | DrowseError | undefined;
  const hear = (event: FitEvent): void => {
    if (event.event === "end") ended = { reason: event.reason, ...(event.bestEpoch ? { bestEpoch: event.bestEpoch } : {}) };
    if (event.event === "progress") onEvent(tableProgress(event, rows.rows, settings.batchSize));
    if (event.event !== "epoch") return;
    const told = tableEpoch(event, rows);
    epochs.push(told);
    kept.tell(epochs);
    onEvent(told);
  };
  // The rows are split already: none are left for `fit` to hold out.
  const { loss, metrics = [], ...options } = fitOptions({ ...settings, validation: undefined }, rows.rows);
  const keeping = await begin(task);
  try {
    await model.fit(training, {
      ...options,
      ...keeping,
      metrics: validation ? metrics : [],
      loss: task.kind === "classification" ? loss : "meanSquaredError",
      ...(validation ? { validation } : {}),
      signal,
      onEvent: hear,
    });
  } catch (error) {
    if (epochs.length === 0 || !(error instanceof Interrupted || error instanceof DrowseError)) throw error;
    stopped = error;
  }
  return { epochs, ended, stopped };
}

/** What the model is worth on the rows that it was not trained on. */
async function measureParts(
  model: Model,
  preparation: Preparation,
  { validation, test }: Parts,
  { metrics = [], threads }: TrainSettings,
): Promise<Pick<TableEnd, "validation" | "test">> {
  const measured = (data: Rows) => measureRows(model, preparation.target, [data], { metrics, ...(threads ? { threads } : {}) });
  return {
    ...(validation ? { validation: await measured(validation) } : {}),
    ...(test ? { test: await measured(test) } : {}),
  };
}
