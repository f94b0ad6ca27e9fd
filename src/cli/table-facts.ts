import { basename } from "node:path";
import { loadHistory } from "../formats/kept-history.ts";
import type { Model } from "../model/model.ts";
import { shuffledRows } from "../random/shuffle.ts";
import { streamKey } from "../random/streams.ts";
import { permutationImportance } from "../report/permutation-importance.ts";
import { classLosses, squaredErrors } from "../report/row-losses.ts";
import type { Measured, MemberEpoch, ReportImportance, RunFacts, SetName } from "../report/run-facts.ts";
import type { Ensemble } from "../study/ensemble.ts";
import type { MemberRecord } from "../study/member-record.ts";
import { prepareRows } from "../tables/apply-preparation.ts";
import { inputSize, outputSize, type Preparation } from "../tables/preparation.ts";
import type { TableSplit } from "../tables/split-table.ts";
import type { TableTask } from "../tables/table-task.ts";
import { commandLine } from "./command-line.ts";
import type { EnsembleEnd } from "./ensemble-events.ts";
import type { Predictor } from "./measure-rows.ts";
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
  const set: SetName = split.test.length > 0 ? "test" : "validation";
  // Nothing is measured on rows that were trained on.
  const unseen = set === "validation" && run.validated ? run.validated : { model, preparation };
  const epochs = run.epochs.filter(({ phase }) => phase !== "refit");
  const held = ({ validationLoss, validationError }: TableEpoch) => ({ loss: validationLoss, error: validationError });
  return {
    ...commonFacts(run, model.weights),
    epochs: epochs.map((epoch) => epochFacts(epoch, held(epoch), config, split.training.length)),
    bestEpoch: end.bestEpoch,
    ...(end.refit ? { refit: end.refit } : {}),
    reason: end.reason,
    ...(split[set].length === 0 ? {} : await measuredFacts({ ...unseen, task, set, rows: split[set], seed: config.seed })),
  };
}

/** An ensemble that was trained, as it stands in memory, or as its folder and its table have it again. */
export interface EnsembleFactsRun extends Pick<TableRun, "config" | "preparation" | "task" | "split"> {
  readonly model: Ensemble;
  /** Of the members, by their numbers: what came of them, and their files. */
  readonly records: readonly MemberRecord[];
  readonly files: readonly Uint8Array[];
  readonly end: EnsembleEnd;
}

/** What a report tells of an ensemble: what it is worth as a whole, and how each of its members learned. */
export async function ensembleFacts(run: EnsembleFactsRun): Promise<RunFacts> {
  const { config, model, preparation, task, split, records, files, end } = run;
  const { kind } = task;
  const set: SetName = split.test.length > 0 ? "test" : "validation";
  const isUnseen = split[set].length > 0 && (set === "test" || end.refit === undefined);
  const measuring = { model, preparation, task, set, rows: split[set], seed: config.seed };
  const members = records.map(({ epochs, bestEpoch }, place) => {
    const alone = end.alone?.[place];
    return {
      ...{ epochs, bestEpoch, curve: curveOf(files[place]) },
      ...(alone ? { alone: kind === "classification" ? alone.error : alone.rmse } : {}),
    };
  });
  return {
    ...commonFacts(run, model.members[0].weights),
    epochs: [],
    reason: "members",
    members: { all: members, set, ...(end.refit ? { refitRows: end.refit.rows } : {}) },
    ...(isUnseen ? await measuredFacts(measuring) : {}),
  };
}

/** The losses of a member's first training, as far as its file tells of them. */
function curveOf(file: Uint8Array): MemberEpoch[] {
  const [first] = loadHistory(file);
  const numberOf = (name: string, place: number) => first.numbers.get(name)?.[place] ?? undefined;
  return (first?.epoch ?? []).map((epoch, place) => ({
    ...{ epoch, loss: numberOf("loss", place), heldLoss: numberOf("validationLoss", place) },
  }));
}

/** What is told of a network and of an ensemble alike. */
function commonFacts(
  {
    config,
    preparation,
    task,
    split,
    end,
  }: Pick<TableRun, "config" | "preparation" | "task" | "split"> & {
    readonly end: { readonly seconds: number; readonly weightsHash: string };
  },
  weights: Model["weights"],
) {
  const { training, validation, test } = split;
  const { target, kind, classes, table } = task;
  const units = [inputSize(preparation), ...config.hidden, outputSize(preparation)];
  return {
    data: basename(config.data),
    version,
    task: kind === "classification" ? { kind, target, classes } : { kind, target },
    things: "rows" as const,
    counts: { training: training.length, validation: validation.length, test: test.length },
    network: networkFacts(units, weights, config),
    held: "validation" as const,
    mostEpochs: config.epochs,
    seconds: end.seconds,
    weightsHash: end.weightsHash,
    rateMoves: config.dropoutSchedule !== undefined,
    ...(kind === "classification" ? { classCounts: classCounts(task, training) } : {}),
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
  readonly model: Predictor;
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

async function measure(model: Predictor, { target }: Preparation, { x, y }: Rows, set: SetName): Promise<Measured> {
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
