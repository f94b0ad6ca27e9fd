import type { QueuePredictor } from "../queue/queue-predictor.ts";
import { Ensemble } from "../study/ensemble.ts";
import type { Rows } from "../tables/cells.ts";
import type { TableTarget } from "../tables/preparation.ts";
import { DrowseError } from "../tensor/errors.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { interruptible } from "./interrupt.ts";
import type { Predictor } from "./measure-rows.ts";
import { partsOf, spread } from "./predict-spread.ts";
import type { Output } from "./prediction-columns.ts";
import { PredictionCsv, predictionEvents, writesEvents } from "./prediction-lines.ts";
import { type Predicted, predictedColumns, uncertainColumns } from "./table-predictions.ts";
import type { Terminal } from "./terminal.ts";

/** Rows whose samples are drawn in one call: their masks come again with the next. */
const SAMPLED = 1024;

/** Some rows as they stand in their file, and as a network takes them. */
export interface InputRows extends Rows {
  readonly x: { readonly data: Float32Array | Uint8Array; readonly shape: readonly number[] };
  /** The index of the first row. */
  readonly first: number;
}

/** What is predicted of what. */
export interface Predicting {
  readonly model: Predictor;
  readonly target: TableTarget;
  /** The rows as they come, or so many at a time. */
  readonly rows: (size?: number) => AsyncIterable<InputRows>;
  /** Predicts on other machines; default this one does. */
  readonly predictor?: QueuePredictor | undefined;
  /** Says, when all are written, what was noticed on the way. */
  readonly tell?: () => void;
}

export interface WriteOptions {
  readonly output: Output;
  /** Samples of each row; true: the members of an ensemble are the samples. */
  readonly uncertainty?: number | true;
  readonly threads?: number;
  readonly to?: string;
  readonly json?: boolean;
}

/** Writes rows as they stand with what is predicted behind them, some at a time: to standard output or a file. */
export async function writePredictions(predicting: Predicting, options: WriteOptions, terminal: Terminal): Promise<void> {
  const { uncertainty, to, json } = options;
  const csv = new PredictionCsv();
  const asEvents = writesEvents(options);
  const begun = performance.now();
  let rows = 0;
  async function* texts(signal: AbortSignal): AsyncGenerator<string> {
    for await (const [batch, predicted] of predictions(predicting, options, signal)) {
      rows += batch.rows.length;
      yield asEvents ? predictionEvents(batch, predicted) : csv.lines(batch, predicted);
    }
  }
  await interruptible((signal) => (to === undefined ? writeAll(texts(signal), terminal) : writeFileAtomic(to, texts(signal))));
  predicting.tell?.();
  if (csv.late.size > 0)
    terminal.writeError(`left out, for the first rows do not have them (--json has all): ${[...csv.late].join(", ")}\n`);
  const seconds = Number(((performance.now() - begun) / 1000).toFixed(3));
  const samples = typeof uncertainty === "number" ? { samples: uncertainty } : {};
  const members = predicting.model instanceof Ensemble ? { members: predicting.model.members.length } : {};
  const end = { event: "done", rows, ...members, ...samples, seconds, ...(to === undefined ? {} : { to }) };
  if (json) terminal.write(`${JSON.stringify(end)}\n`);
  else if (to !== undefined) terminal.write(`wrote ${rows} predictions to ${to}\n`);
}

/** Rows as they come, and what is predicted of them. */
async function* predictions(
  predicting: Predicting,
  options: WriteOptions,
  signal: AbortSignal,
): AsyncGenerator<[InputRows, Predicted]> {
  const { model, target, rows, predictor } = predicting;
  const { output, uncertainty, threads } = options;
  if (predictor) return yield* spreadPredictions(predicting, predictor, options, signal);
  const run = { signal, ...(threads === undefined ? {} : { threads }) };
  if (uncertainty !== undefined) {
    const samples = uncertainty === true ? {} : { samples: uncertainty };
    for await (const batch of rows(SAMPLED)) {
      yield [batch, uncertainColumns(await model.predictUncertain(batch.x, { ...run, ...samples }), target, output)];
    }
    return;
  }
  for await (const batch of rows()) {
    if (batch.rows.length === 0) continue;
    const { data } = await model.predict(batch.x, { ...run, output: output === "logits" ? "logits" : "link" });
    yield [batch, predictedColumns(data, target, output)];
  }
}

/** The same on other machines, in the same pieces or smaller ones. */
async function* spreadPredictions(
  { model, target, rows }: Predicting,
  predictor: QueuePredictor,
  { output, uncertainty }: WriteOptions,
  signal: AbortSignal,
): AsyncGenerator<[InputRows, Predicted]> {
  if (model instanceof Ensemble)
    throw new DrowseError("predict", "workers are to predict of an ensemble", "give one of its members");
  const [network, samples] = [model, uncertainty === true ? undefined : uncertainty];
  async function* pieces() {
    for await (const batch of rows(samples === undefined ? undefined : SAMPLED)) {
      yield* partsOf(network, batch.x, samples, (x, from, to) => ({
        x,
        // A row's masks are those of its place in the batch.
        first: from,
        rows: { names: batch.names, rows: batch.rows.slice(from, to), first: batch.first + from, x },
      }));
    }
  }
  const request = { output: output === "logits" ? "logits" : "link", samples, signal } as const;
  for await (const [{ rows: some }, predicted] of spread(predictor, pieces(), request)) {
    yield [
      some,
      "data" in predicted ? predictedColumns(predicted.data, target, output) : uncertainColumns(predicted, target, output),
    ];
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
