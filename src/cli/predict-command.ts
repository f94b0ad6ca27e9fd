import { Option } from "commander";
import type { Model } from "../model/model.ts";
import type { QueuePredictor } from "../queue/queue-predictor.ts";
import { Ensemble } from "../study/ensemble.ts";
import { DrowseError } from "../tensor/errors.ts";
import { formatShape, sizeOf } from "../tensor/shape.ts";
import { type AnyModel, isOfTable, openAnyModel } from "./any-model.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import type { AddCommand, Context } from "./context.ts";
import { formatFloat } from "./format.ts";
import type { IdxBytes } from "./idx-folder.ts";
import { isImages } from "./image-files.ts";
import { imageModel } from "./image-model.ts";
import { imageRows, openImages, type SetName } from "./image-sets.ts";
import { interruptible } from "./interrupt.ts";
import { modelBytes } from "./model-argument.ts";
import { type RowRange, rowRanges, wholeNumber } from "./option-values.ts";
import { predictIdx } from "./predict-idx.ts";
import { predictImages } from "./predict-images.ts";
import { openPredictor } from "./predict-spread.ts";
import { predictTable } from "./predict-table.ts";
import type { Columns, Output } from "./prediction-columns.ts";
import { writesEvents } from "./prediction-lines.ts";
import { addQueue, checkQueue } from "./queue-options.ts";
import { jsonOption, setOption, threadsOption } from "./shared-options.ts";
import { addTableReading, type TableReading } from "./table-options.ts";
import { UsageError } from "./usage-error.ts";

interface PredictOptions extends TableReading {
  readonly set?: SetName;
  readonly rows?: readonly RowRange[];
  readonly output: Output;
  readonly uncertainty?: number | true;
  readonly threads?: number;
  readonly to?: string;
  readonly queue?: string | true;
  readonly modelUrl?: string;
  readonly json?: boolean;
}

const OPERATION = "predict";

const HELP = `
<model> is a run folder or its model.safetensors; <data> is mnist, a folder of
IDX files, or one IDX file of images. Nothing sleeps. A line per image, the
first line naming the columns:
  class           row,class,probability: the most probable class
  probabilities   row,p0,p1,…: the probability of every class
  logits          row,z0,z1,…: what stands before the softmax

With --uncertainty every image is predicted so many times with masks drawn as
in training (Monte Carlo dropout). Class and probabilities are then those of
the mean; further columns tell std, its standard deviation over the samples,
and in nats entropy, all that is uncertain, and mutualInformation, the part
that comes of what the network does not know; and variationRatio, the share of
samples that say another class. Which samples an image gets depends on its
place among those that are predicted.

Of a table, <data> is a file as for drowse train. It is read and written piece
by piece, its columns found by their names, in whatever order. Its columns as
they stand, with prediction and probability behind them, are the lines; of a
number the prediction alone, and with --uncertainty its std, both in the
target's own units. The masks of a table's rows come again every 1,024 rows.
What is not as in training is told on stderr.

Of an ensemble (drowse train --members) class and probabilities are those of
the mean of its members, or the prediction is their mean. --uncertainty without
a number then takes the members for the samples, with nothing asleep; with a
number each member is predicted with so many masks, and all of these together
are the samples.

Of PNG images, <data> is one of them or a folder, with or without folders of
classes in it. The path of each, with prediction and probability behind it, is
a line; classes have the names that they have in training.

With --queue the rows go to whatever workers there are (see drowse worker), a
part at a time, and the same lines come of it. What is told of workers and the
queue goes to stderr.

With --json each line is an event {"event":"prediction","row":0,…}, of a table
with its cells under "columns", and the last one {"event":"done","rows":…,…}.
With --to the lines go to that file, whole or not at all: events where its name
ends in .jsonl, else separated values. --json then prints the last event alone.

Examples:
  drowse predict runs/mnist-1 mnist --rows 0-9
  drowse predict runs/mnist-1 mnist --output probabilities --to predicted.csv
  drowse predict runs/mnist-1 mnist --uncertainty 100
  drowse predict runs/mnist-1 my-images-idx3-ubyte
  drowse predict runs/iris-1 more.csv --to predicted.csv
  drowse predict runs/iris-1 more.csv --uncertainty 100
  drowse predict runs/iris-2 more.csv --uncertainty    an ensemble
  drowse predict runs/pets-1 photos --to predicted.csv
  drowse predict runs/iris-1 large.csv --queue redis://10.0.0.5`;

export const addPredict: AddCommand = (program, context) => {
  const command = program
    .command("predict")
    .summary("what a model sees in images or a table")
    .description("Predicts the classes of images, or the target of a table.")
    .argument("<model>", "a run folder, or a model's file")
    .argument("<data>", "mnist, a folder of IDX files or PNG images, one such file, or the file of a table")
    .addOption(setOption())
    .addOption(
      new Option("--rows <ranges>", "only these images, counted from 0, as 0-9 or 0-9,20").argParser(rowRanges("--rows")),
    )
    .addOption(
      new Option("--output <kind>", "what to tell of each image").choices(["class", "probabilities", "logits"]).default("class"),
    )
    .addOption(
      new Option(
        "--uncertainty [samples]",
        "tell also how sure the model is, from so many samples, such as 100, or from the members of an ensemble",
      ).argParser(wholeNumber("--uncertainty", 1, 1_000_000)),
    )
    .addOption(new Option("--to <file>", "write to this file, whole or not at all (default: to standard output)"))
    .addOption(threadsOption())
    .addOption(jsonOption());
  addQueue(addTableReading(command), { verb: "predict", file: "model" })
    .addHelpText("after", HELP)
    .action((model: string, data: string, options: PredictOptions) => predict(model, data, options, context));
};

async function predict(argument: string, data: string, options: PredictOptions, context: Context): Promise<void> {
  const { output, uncertainty, queue, modelUrl, threads } = options;
  if (uncertainty !== undefined && output === "logits") {
    const received = `--uncertainty is ${uncertainty === true ? "given" : uncertainty}, and --output is logits`;
    throw new UsageError(OPERATION, received, "give --output class or probabilities: uncertainty is that of probabilities");
  }
  checkQueue({ queue, url: modelUrl }, { option: "--model-url", taken: threads === undefined ? undefined : "--threads" });
  const found = await openAnyModel(OPERATION, argument);
  const isEnsemble = found.model instanceof Ensemble;
  if (uncertainty === true && !isEnsemble) {
    const remedy = "give a number of samples, such as --uncertainty 100";
    throw new UsageError("drowse", "--uncertainty is given without a number, and the model is one network", remedy);
  }
  if (queue === undefined) return predictRows(found, data, options, context);
  if (isEnsemble) {
    const remedy = "leave it out, or give one of the members, such as members/1.safetensors";
    throw new UsageError("drowse", "--queue is given, and the model is an ensemble", remedy);
  }
  const { path } = await modelBytes(OPERATION, argument);
  const predictor = await openPredictor({ queue, modelUrl }, { operation: OPERATION, path, data }, context.terminal);
  try {
    await predictRows({ ...found, predictor }, data, options, context);
  } finally {
    await predictor.close();
  }
}

async function predictRows(
  { predictor, ...found }: AnyModel & { readonly predictor?: QueuePredictor },
  data: string,
  options: PredictOptions,
  { terminal }: Context,
): Promise<void> {
  const { output, uncertainty, to, json } = options;
  if (isOfTable(found)) {
    const given = (["set", "rows"] as const).find((name) => options[name] !== undefined);
    if (given) throw new UsageError("drowse", `--${given} is given, and the model is one of a table`, "leave it out");
    return predictTable({ ...found, predictor }, data, options, terminal);
  }
  const { model, images: known } = found;
  if (await isImages(data)) {
    if (options.rows) throw new UsageError("drowse", "--rows is given with PNG images", "give the image, or a folder of some");
    return predictImages({ ...imageModel(OPERATION, model, known), predictor }, data, options, terminal);
  }
  checkOutput(model, output);
  const { images } = await openImages(OPERATION, data, options.set);
  const rows = chosenRows(options.rows, images.shape[0]);
  const begun = performance.now();
  const x = imageRows(takeImages(images, rows), model.inputShape);
  const table = await interruptible((signal) => predictIdx({ model, predictor }, x, options, signal));
  const text = writesEvents(options) ? eventLines(rows, table) : csvLines(rows, table);
  if (to === undefined) terminal.write(text);
  else await writeFileAtomic(to, Buffer.from(text));
  if (json) {
    const seconds = Number(((performance.now() - begun) / 1000).toFixed(3));
    terminal.write(
      `${JSON.stringify({ event: "done", rows: rows.length, ...(uncertainty === undefined ? {} : { samples: uncertainty }), seconds, ...(to === undefined ? {} : { to }) })}\n`,
    );
  } else if (to !== undefined) terminal.write(`wrote ${rows.length} predictions to ${to}\n`);
}

function csvLines(rows: readonly number[], { names, values }: Columns): string {
  const lines = rows.map((row, index) => [row, ...values(index).map(formatFloat)].join(","));
  return `${[["row", ...names].join(","), ...lines].join("\n")}\n`;
}

function eventLines(rows: readonly number[], { names, values }: Columns): string {
  return rows
    .map((row, index) => {
      const named = values(index).map((value, column) => [names[column], Number(formatFloat(value))]);
      return `${JSON.stringify({ event: "prediction", row, ...Object.fromEntries(named) })}\n`;
    })
    .join("");
}

/** @throws {DrowseError} where a model cannot say what is asked. */
function checkOutput({ link, outputShape }: Model, output: Output): void {
  if (output !== "logits" && link !== "softmax") {
    throw new DrowseError(
      OPERATION,
      `--output is ${output}, and the model has not been trained on classes`,
      "give --output logits",
    );
  }
  if (outputShape.length !== 1) {
    throw new DrowseError(
      OPERATION,
      `the model's output has the shape ${formatShape(outputShape)}`,
      "give a model with one axis of outputs",
    );
  }
}

function chosenRows(ranges: readonly RowRange[] | undefined, count: number): number[] {
  return (ranges ?? [[0, count - 1] as const]).flatMap(([first, last]) => {
    if (last >= count) {
      const range = first === last ? first : `${first}-${last}`;
      throw new DrowseError(OPERATION, `--rows has ${range}, and the data has ${count} rows`, `give rows from 0 to ${count - 1}`);
    }
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

function takeImages({ shape, data }: IdxBytes, rows: readonly number[]): IdxBytes {
  const [, ...image] = shape;
  const pixels = sizeOf(image);
  const taken = new Uint8Array(rows.length * pixels);
  for (const [index, row] of rows.entries()) taken.set(data.subarray(row * pixels, (row + 1) * pixels), index * pixels);
  return { shape: [rows.length, ...image], data: taken };
}
