import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type KeptHistory, loadHistory } from "../formats/kept-history.ts";
import { readSafetensors, type Safetensors } from "../formats/safetensors.ts";
import { type JsonValue, parseStrictJson } from "../formats/strict-json.ts";
import type { Model } from "../model/model.ts";
import { loadTableModel, type TableModel } from "../tables/table-model.ts";
import { formatShape, sizeOf } from "../tensor/shape.ts";
import type { AddCommand, Context } from "./context.ts";
import type { MemberLine } from "./ensemble-events.ts";
import { type EnsembleModel, ensembleFolder, openEnsemble } from "./ensemble-folder.ts";
import { readMemberLines } from "./ensemble-run.ts";
import { formatCount, wrapWords } from "./format.ts";
import { historyLines } from "./history-lines.ts";
import { checkpointLines, goOnLines, isUnfinished } from "./inspect-checkpoint.ts";
import { inputLines } from "./inspect-contract.ts";
import { modelBytes } from "./model-argument.ts";
import { ofFile } from "./of-file.ts";
import { METRICS_FILE, MODEL_FILE } from "./run-folder.ts";
import { runHistory } from "./run-history.ts";

const HELP = `
<model> is a run folder or any model's file: told are its layers, their rates,
and how it was trained, epoch by epoch, which the file itself says; of a model
of a table also what columns it takes, and what is made of them. Of more than
20 epochs some are shown, the first, the best and the last among them. Of a run
that was killed before its end its newest checkpoint is told, and how to go on
with it. Of an ensemble its members are told: each is the file of a model, in
the folder members. Of safetensors files of other programs the tensors are
listed: their names, types and shapes.

Examples:
  drowse inspect runs/mnist-1
  drowse inspect runs/iris-1/model.safetensors
  drowse inspect weights-of-pytorch.safetensors`;

export const addInspect: AddCommand = (program, context) => {
  program
    .command("inspect")
    .summary("what a model is made of")
    .description("Tells a model's layers, rates and output, what table it is for, and how it was trained.")
    .argument("<model>", "a run folder, a model's file, or any safetensors file")
    .addHelpText("after", HELP)
    .action((model: string) => inspect(model, context));
};

/** Longest text of metadata that is told of other programs' files. */
const LONGEST = 200;

async function inspect(argument: string, { terminal }: Context): Promise<void> {
  const width = Math.max(40, terminal.columns - 1);
  const wrap = (line: string) => (line.includes("\n") ? line : wrapWords(line, width));
  // Where it is not a screen that breaks long lines, nothing is left out.
  const told = (history: readonly KeptHistory[]) => historyLines(history, terminal.isLive ? width : Number.POSITIVE_INFINITY);
  if (await isUnfinished(argument)) {
    const members = await trainedLines(argument);
    const before = (members ?? (await checkpointLines(argument))).flatMap(wrap);
    const history = members ? [] : told(await historyOfRun(argument));
    return terminal.write(`${[...before, ...history, ...(await goOnLines(argument)).flatMap(wrap)].join("\n")}\n`);
  }
  const ensemble = await openEnsemble("inspect", argument);
  if (ensemble) return terminal.write(`${(await ensembleLines(argument, ensemble, width)).flatMap(wrap).join("\n")}\n`);
  const { path, bytes } = await modelBytes("inspect", argument);
  const lines = ofFile(path, () => {
    const file = readSafetensors(bytes);
    const isOwn = file.metadata.get("format")?.startsWith("drowse-model/") ?? false;
    return isOwn ? modelLines(loadTableModel(bytes), width) : tensorLines(path, file);
  });
  const history = told(await historyOfModel(path, bytes));
  const goingOn = (await stat(argument)).isDirectory() ? await goOnLines(argument) : [];
  terminal.write(`${[...lines.flatMap(wrap), ...history, ...goingOn.flatMap(wrap)].join("\n")}\n`);
}

/** How a model was trained: its file says it, or, of one of before files did, the run's metrics.jsonl beside it. */
async function historyOfModel(path: string, bytes: Uint8Array): Promise<readonly KeptHistory[]> {
  const kept = ofFile(path, () => loadHistory(bytes));
  return kept.length === 0 && basename(path) === MODEL_FILE ? historyOfRun(dirname(path)) : kept;
}

/** Members of a run that has not come to its end; undefined where it has none. */
async function trainedLines(folder: string): Promise<string[] | undefined> {
  const lines = await readMemberLines(folder);
  if (lines.length === 0) return undefined;
  return [`${folder}: an ensemble whose members are not all trained yet`, ...lines.map(memberLine)];
}

/** What an ensemble is, and how its members were trained. */
async function ensembleLines(argument: string, { model, preparation, members }: EnsembleModel, width: number): Promise<string[]> {
  const [first] = model.members;
  const folder = (await ensembleFolder(argument)) ?? argument;
  const told = new Map((await readMemberLines(folder)).map((line) => [line.member, memberLine(line)]));
  return [
    `an ensemble of ${members.length} networks, which differ by their seeds; each of them:`,
    ...modelLines({ model: first as Model, preparation, images: undefined }, width),
    ...members.map(({ seed }, place) => told.get(place + 1) ?? `member ${place + 1}   seed ${seed}`),
  ];
}

function memberLine({ member, seed, epochs, bestEpoch, validationLoss }: MemberLine): string {
  const held = validationLoss === undefined ? "" : `   validation loss ${validationLoss.toFixed(4)}`;
  return `member ${member}   seed ${seed}   epoch ${bestEpoch} of ${epochs}${held}`;
}

function modelLines({ model, preparation, images }: TableModel, width: number): string[] {
  const rates = Object.entries(model.rates).map(([name, rate]) => `${name} ${Number(rate.toPrecision(4))}`);
  const lines = [model.summary(), `output: ${model.link ?? "not trained yet"}`];
  if (rates.length > 0) lines.push(`rates: ${rates.join(", ")}`);
  if (preparation) {
    const { target } = preparation;
    const what = target.task === "classification" ? `one of ${target.classes.join(", ")}` : "a number";
    lines.push(`predicts ${target.name}: ${what}`, inputLines(preparation, width).join("\n"));
  }
  if (images) {
    lines.push(
      `takes PNG images, in ${images.channels === "rgb" ? "colours" : "grey"}`,
      `predicts one of ${images.classes.join(", ")}`,
    );
  }
  return lines;
}

/** What a file of another program holds. */
function tensorLines(path: string, { tensors, metadata }: Safetensors): string[] {
  const rows = [...tensors].map(([name, { dtype, shape }]) => [name, dtype, formatShape(shape)]);
  const width = (column: number) => Math.max(0, ...rows.map((row) => row[column].length));
  const table = rows.map(([name, dtype, shape]) => `${name.padEnd(width(0))}  ${dtype.padEnd(width(1))}  ${shape}`);
  const numbers = [...tensors.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const texts = [...metadata].map(([key, text]) => `${key}: ${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}`);
  const title = `${path}: no model of drowse, but safetensors of ${formatCount(numbers)} numbers`;
  return [title, ...(table.length > 0 ? [table.join("\n")] : []), ...texts];
}

/** How a run went, of its metrics.jsonl; nothing where there is none. */
async function historyOfRun(folder: string): Promise<readonly KeptHistory[]> {
  const text = await readFile(join(folder, METRICS_FILE), "utf8").catch(() => "");
  // What stands behind the last end of a line is being written.
  const lines = text.split("\n").slice(0, -1);
  return ofFile(join(folder, METRICS_FILE), () => {
    const events = lines.map((line): Record<string, JsonValue> => Object.fromEntries(eventOf(line)));
    const isEpoch = (event: Record<string, JsonValue>): event is EpochLine => event.event === "epoch" && "epoch" in event;
    const best = events.at(-1)?.bestEpoch;
    return runHistory(events.filter(isEpoch), typeof best === "number" ? best : undefined);
  });
}

type EpochLine = Record<string, JsonValue> & { readonly epoch: number };

function eventOf(line: string): Map<string, JsonValue> {
  const event = parseStrictJson(line, {
    operation: "inspect",
    remedy: "the file was changed or damaged: remove it",
    rounded: true,
  });
  return event instanceof Map ? event : new Map();
}
