import { basename } from "node:path";
import type { Model } from "../model/model.ts";
import { shuffledRows } from "../random/shuffle.ts";
import { streamKey } from "../random/streams.ts";
import { permutationImportance } from "../report/permutation-importance.ts";
import { classLosses, squaredErrors } from "../report/row-losses.ts";
import type { Measured, ReportImportance, RunFacts, SetName } from "../report/run-facts.ts";
import { prepareRows } from "../tables/apply-preparation.ts";
import { inputSize, outputSize, type Preparation } from "../tables/preparation.ts";
import type { TableSplit } from "../tables/split-table.ts";
import type { TableTask } from "../tables/table-task.ts";
import { commandLine } from "./command-line.ts";
import { epochFacts, measuredClasses, networkFacts } from "./report-facts.ts";
import type { TableEnd, TableEpoch } from "./table-events.ts";
import type { TrainSettings } from "./train-settings.ts";
import { version } from "./version.ts";

/** A training on a table that has ended, as it stands in memory, or as its folder and its table have it again. */
export interface TableRun {
  /** What config.json holds. */
  readonly config: TrainSettings & { readonly data: string };
  readonly model: Model;
  readonly preparation: Preparation;
  /** Of a run that was trained again: the model of the first training, which has not seen the rows to validate on. */
  readonly validated?: { readonly model: Model; readonly preparation: Preparation } | undefined;
  readonly task: TableTask;
  readonly split: TableSplit;
  readonly epochs: readonly TableEpoch[];
  readonly end: TableEnd;
}

type Rows = ReturnType<typeof prepareRows>;

/** Rows that importance is measured on at most, how often each column is shuffled, and rows that are predicted for it in all. */
const MOST_ROWS = 2000;
const MOST_REPEATS = 5;
const MOST_PREDICTED = 500_000;

/** What a report tells of a training on a table. */
export async function tableFacts(run: TableRun): Promise<RunFacts> {
  const { config, model, preparation, task, split, end } = run;
  const { training, validation, test } = split;
  const set: SetName = test.length > 0 ? "test" : "validation";
  // Nothing is measured on rows that were trained on.
  const unseen = set === "validation" && run.validated ? run.validated : { model, preparation };
  const epochs = run.epochs.filter(({ phase }) => phase !== "refit");
  const { target, kind, classes, table } = task;
  const units = [inputSize(preparation), ...config.hidden, outputSize(preparation)];
  const held = ({ validationLoss, validationError }: TableEpoch) => ({ loss: validationLoss, error: validationError });
  return {
    data: basename(config.data),
    version,
    task: kind === "classification" ? { kind, target, classes } : { kind, target },
    things: "rows",
    counts: { training: training.length, validation: validation.length, test: test.length },
    network: networkFacts(units, model.weights, config),
    epochs: epochs.map((epoch) => epochFacts(epoch, held(epoch), config, training.length)),
    held: "validation",
    mostEpochs: config.epochs,
    bestEpoch: end.bestEpoch,
    ...(end.refit ? { refit: end.refit } : {}),
    reason: end.reason,
    seconds: end.seconds,
    weightsHash: end.weightsHash,
    rateMoves: config.dropoutSchedule !== undefined,
    ...(kind === "classification" ? { classCounts: classCounts(task, training) } : {}),
    ...(split[set].length === 0 ? {} : await measuredFacts({ ...unseen, task, set, rows: split[set], seed: config.seed })),
    columns: { preparation, kinds: table.kinds },
    command: commandLine(config),
  };
}

function classCounts({ classes, targets }: TableTask, rows: Uint32Array): number[] {
  const counts = classes.map(() => 0);
  for (const row of rows) counts[targets[row]]++;
  return counts;
}

interface Measuring {
  readonly model: Model;
  readonly preparation: Preparation;
  readonly task: TableTask;
  readonly set: SetName;
  readonly rows: Uint32Array;
  readonly seed: number;
}

async function measuredFacts(measuring: Measuring): Promise<Pick<RunFacts, "measured" | "importance">> {
  const { model, preparation, task, set, rows, seed } = measuring;
  const measured = await measure(model, preparation, prepareRows(preparation, task, rows), set);
  const order = shuffledRows(rows.length, streamKey(seed, "importance"), 0);
  const some = rows.length <= MOST_ROWS ? rows : Uint32Array.from(order.subarray(0, MOST_ROWS), (place) => rows[place]).sort();
  return { measured, importance: await importanceOf(measuring, some) };
}

async function measure(model: Model, { target }: Preparation, { x, y }: Rows, set: SetName): Promise<Measured> {
  if (target.task === "classification") {
    return measuredClasses(await model.predict(x, { output: "logits" }), y, set);
  }
  const own = (value: number) => value * target.deviation + target.mean;
  const { data } = await model.predict(x);
  return {
    kind: "regression",
    set,
    rows: y.length,
    targets: Float64Array.from(y, own),
    predictions: Float64Array.from(data, own),
  };
}

async function importanceOf({ model, preparation, task, set, seed }: Measuring, chosen: Uint32Array): Promise<ReportImportance> {
  const { inputs, target } = preparation;
  // Of very many columns fewer rows are taken: each row is predicted once for each of them.
  const rows = chosen.subarray(0, Math.max(1, Math.min(chosen.length, Math.floor(MOST_PREDICTED / inputs.length))));
  const repeats = Math.max(1, Math.min(MOST_REPEATS, Math.floor(MOST_PREDICTED / inputs.length / rows.length)));
  const { x, y } = prepareRows(preparation, task, rows);
  const losses = async (data: Float32Array, count: number) => {
    const predicted = await model.predict({ data, shape: [count * rows.length, x.shape[1]] }, { output: "logits" });
    return target.task === "classification" ? classLosses(predicted, y) : squaredErrors(predicted.data, y);
  };
  return {
    set,
    rows: rows.length,
    repeats,
    ...(await permutationImportance({ preparation, x: x.data, rows: rows.length, losses, repeats, seed })),
  };
}
