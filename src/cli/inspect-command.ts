import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readSafetensors, type Safetensors } from "../formats/safetensors.ts";
import { type JsonValue, parseStrictJson } from "../formats/strict-json.ts";
import { loadTableModel, type TableModel } from "../tables/table-model.ts";
import { formatShape, sizeOf } from "../tensor/shape.ts";
import type { AddCommand, Context } from "./context.ts";
import { formatCount, wrapWords } from "./format.ts";
import { checkpointLines, goOnLines, isUnfinished } from "./inspect-checkpoint.ts";
import { modelBytes, ofFile } from "./model-argument.ts";
import { METRICS_FILE } from "./run-folder.ts";
import { contractLines } from "./table-report.ts";

const HELP = `
<model> is a run folder or its model.safetensors: told are its layers, their
rates, and how each tenth epoch of the run went; of a model of a table also
what columns it takes. Of a run that was killed before its end its newest
checkpoint is told, and how to go on with it. Of safetensors files of other
programs the tensors are listed: their names, types and shapes.

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
  const wrap = (line: string) => (line.includes("\n") ? line : wrapWords(line, Math.max(40, terminal.columns - 1)));
  if (await isUnfinished(argument)) {
    const told = [...(await checkpointLines(argument)), ...(await historyOf(argument)), ...(await goOnLines(argument))];
    return terminal.write(`${told.flatMap(wrap).join("\n")}\n`);
  }
  const { path, bytes } = await modelBytes("inspect", argument);
  const lines = ofFile(path, () => {
    const file = readSafetensors(bytes);
    const isOwn = file.metadata.get("format")?.startsWith("drowse-model/") ?? false;
    return isOwn ? modelLines(loadTableModel(bytes)).flatMap(wrap) : tensorLines(path, file).flatMap(wrap);
  });
  const isFolder = (await stat(argument)).isDirectory();
  const history = await historyOf(isFolder ? argument : dirname(argument));
  const goingOn = isFolder ? (await goOnLines(argument)).flatMap(wrap) : [];
  terminal.write(`${[...lines, ...history, ...goingOn].join("\n")}\n`);
}

function modelLines({ model, preparation, images }: TableModel): string[] {
  const rates = Object.entries(model.rates).map(([name, rate]) => `${name} ${Number(rate.toPrecision(4))}`);
  const lines = [model.summary(), `output: ${model.link ?? "not trained yet"}`];
  if (rates.length > 0) lines.push(`rates: ${rates.join(", ")}`);
  if (preparation) {
    const { target } = preparation;
    const what = target.task === "classification" ? `one of ${target.classes.join(", ")}` : "a number";
    lines.push(`predicts ${target.name}: ${what}`, ...contractLines(preparation));
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

/** The epochs of a run, each tenth, the first and the last; nothing of a file that stands alone. */
async function historyOf(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, METRICS_FILE), "utf8").catch(() => "");
  // What stands behind the last end of a line is being written.
  const lines = text.split("\n").slice(0, -1);
  const events = ofFile(join(folder, METRICS_FILE), () =>
    lines.map((line): Record<string, JsonValue> => Object.fromEntries(eventOf(line))),
  );
  const epochs = events.filter(({ event }) => event === "epoch");
  const shown = epochs.filter(({ epoch }, index) => index === 0 || index === epochs.length - 1 || Number(epoch) % 10 === 0);
  const number = (name: string, value: unknown) => (typeof value === "number" ? [`${name} ${value.toFixed(4)}`] : []);
  return shown.map(({ phase, epoch, loss, error, validationLoss, validationError, testError }) => {
    const measures = [...number("loss", loss), ...number("error", error), ...number("validation loss", validationLoss)];
    return [
      phase === "refit" ? `on all rows, epoch ${epoch}` : `epoch ${epoch}`,
      ...measures,
      ...number("validation error", validationError),
      ...number("test error", testError),
    ].join("   ");
  });
}

function eventOf(line: string): Map<string, JsonValue> {
  const event = parseStrictJson(line, {
    operation: "inspect",
    remedy: "the file was changed or damaged: remove it",
    rounded: true,
  });
  return event instanceof Map ? event : new Map();
}
