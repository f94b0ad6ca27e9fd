import type { Model } from "../model/model.ts";
import type { ByteSource } from "../tables/byte-source.ts";
import type { Preparation } from "../tables/preparation.ts";
import { emptyNotes, type PreparedRows, type ReadNotes, readPrepared } from "../tables/read-prepared.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { fileSource } from "./file-source.ts";
import { interruptible } from "./interrupt.ts";
import type { Output } from "./prediction-columns.ts";
import { PredictionCsv, predictionEvents, writesEvents } from "./prediction-lines.ts";
import { rowBlocks } from "./row-blocks.ts";
import { readingOf, type TableReading } from "./table-options.ts";
import { type Predicted, predictedColumns, uncertainColumns } from "./table-predictions.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const OPERATION = "predict";
/** Rows whose samples are drawn in one call: their masks come again with the next. */
const SAMPLED = 1024;

export interface TablePredictOptions extends TableReading {
  readonly output: Output;
  readonly uncertainty?: number;
  readonly threads?: number;
  readonly to?: string;
  readonly json?: boolean;
}

interface PredictingModel {
  readonly model: Model;
  readonly preparation: Preparation;
}

/** `drowse predict` for a table: its columns as they stand, and what is predicted behind them, some rows at a time. */
export async function predictTable(
  predicting: PredictingModel,
  data: string,
  options: TablePredictOptions,
  terminal: Terminal,
): Promise<void> {
  const { output, uncertainty, to, json } = options;
  const { target } = predicting.preparation;
  if (target.task === "regression" && output !== "class") {
    throw new UsageError("drowse", `--output is ${output}, and ${target.name} holds numbers`, "leave it out");
  }
  const source = await fileSource(OPERATION, data);
  const notes = emptyNotes();
  const csv = new PredictionCsv();
  const asEvents = writesEvents(options);
  const begun = performance.now();
  let rows = 0;
  async function* texts(signal: AbortSignal): AsyncGenerator<string> {
    for await (const [batch, predicted] of predictions(predicting, source, options, { notes, signal })) {
      rows += batch.rows.length;
      yield asEvents ? predictionEvents(batch, predicted) : csv.lines(batch, predicted);
    }
  }
  await interruptible((signal) => (to === undefined ? writeAll(texts(signal), terminal) : writeFileAtomic(to, texts(signal))));
  tellNotes(notes, terminal);
  if (csv.late.size > 0)
    terminal.writeError(`left out, for the first rows do not have them (--json has all): ${[...csv.late].join(", ")}\n`);
  const seconds = Number(((performance.now() - begun) / 1000).toFixed(3));
  const samples = uncertainty === undefined ? {} : { samples: uncertainty };
  const end = { event: "done", rows, ...samples, seconds, ...(to === undefined ? {} : { to }) };
  if (json) terminal.write(`${JSON.stringify(end)}\n`);
  else if (to !== undefined) terminal.write(`wrote ${rows} predictions to ${to}\n`);
}

/** Rows of a file as they come, and what is predicted of them. */
async function* predictions(
  { model, preparation }: PredictingModel,
  source: ByteSource,
  options: TablePredictOptions,
  { notes, signal }: { notes: ReadNotes; signal: AbortSignal },
): AsyncGenerator<[PreparedRows, Predicted]> {
  const { output, uncertainty: samples, threads } = options;
  const run = { signal, ...(threads === undefined ? {} : { threads }) };
  const batches = readPrepared(source, preparation, readingOf(options), notes);
  if (samples !== undefined) {
    for await (const batch of rowBlocks(batches, SAMPLED)) {
      yield [batch, uncertainColumns(await model.predictUncertain(batch.x, { ...run, samples }), preparation, output)];
    }
    return;
  }
  for await (const batch of batches) {
    if (batch.rows.length === 0) continue;
    const { data } = await model.predict(batch.x, { ...run, output: output === "logits" ? "logits" : "link" });
    yield [batch, predictedColumns(data, preparation, output)];
  }
}

/** Writes to standard output, no faster than it is read, for as long as it is. */
async function writeAll(texts: AsyncIterable<string>, terminal: Terminal): Promise<void> {
  for await (const text of texts) {
    if (terminal.isClosed) return;
    terminal.write(text);
    await terminal.drained?.();
  }
}

/** Says what was not as in training. */
export function tellNotes({ extra, unseen, filled }: ReadNotes, terminal: Terminal): void {
  const tell = (text: string) => terminal.writeError(`${text}\n`);
  if (extra.size > 0) tell(`not known from training, and passed over: ${[...extra].join(", ")}`);
  for (const [name, count] of unseen) tell(`${name}: ${count} times a category that training did not see`);
  for (const [name, count] of filled)
    tell(`${name}: ${count} missing values, of which training had none; a usual one stands for them`);
}
