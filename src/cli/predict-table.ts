import type { QueuePredictor } from "../queue/queue-predictor.ts";
import { counted } from "../report/numbers.ts";
import type { Preparation } from "../tables/preparation.ts";
import { emptyNotes, type ReadNotes, readPrepared } from "../tables/read-prepared.ts";
import { fileSource } from "./file-source.ts";
import type { Predictor } from "./measure-rows.ts";
import { rowBlocks } from "./row-blocks.ts";
import { readingOf, type TableReading } from "./table-options.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";
import { type WriteOptions, writePredictions } from "./write-predictions.ts";

const OPERATION = "predict";

/** A model of tables, and the workers that predict, where this machine does not. */
interface TablePredictor {
  readonly model: Predictor;
  readonly preparation: Preparation;
  readonly predictor?: QueuePredictor | undefined;
}

/** `drowse predict` for a table: its columns as they stand, and what is predicted behind them, some rows at a time. */
export async function predictTable(
  { model, preparation, predictor }: TablePredictor,
  data: string,
  options: WriteOptions & TableReading,
  terminal: Terminal,
): Promise<void> {
  const { target } = preparation;
  if (target.task === "regression" && options.output !== "class") {
    throw new UsageError("drowse", `--output is ${options.output}, and ${target.name} holds numbers`, "leave it out");
  }
  const source = await fileSource(OPERATION, data);
  const notes = emptyNotes();
  const read = () => readPrepared(source, preparation, readingOf(options), notes);
  const rows = (size?: number) => (size === undefined ? read() : rowBlocks(read(), size));
  await writePredictions({ model, target, rows, predictor, tell: () => tellNotes(notes, terminal) }, options, terminal);
}

/** Says what was not as in training. */
export function tellNotes({ extra, unseen, filled }: ReadNotes, terminal: Terminal): void {
  const tell = (text: string) => terminal.writeError(`${text}\n`);
  if (extra.size > 0) tell(`not known from training, and passed over: ${[...extra].join(", ")}`);
  for (const [name, count] of unseen) tell(`${name}: ${counted(count, "time")} a category that training did not see`);
  for (const [name, count] of filled)
    tell(`${name}: ${counted(count, "missing value")}, of which training had none; a usual one stands there`);
}
