import type { Model } from "../model/model.ts";
import { csvLine } from "../tables/csv-write.ts";
import type { Preparation } from "../tables/preparation.ts";
import { emptyNotes, type PreparedRows, type ReadNotes, readPrepared } from "../tables/read-prepared.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { fileSource } from "./file-source.ts";
import { formatFloat } from "./format.ts";
import { interruptible } from "./interrupt.ts";
import { readingOf, type TableReading } from "./table-options.ts";
import type { Terminal } from "./terminal.ts";

const OPERATION = "predict";

export interface TablePredictOptions extends TableReading {
  readonly output: "class" | "probabilities" | "logits";
  readonly threads?: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** `drowse predict` for a table: its columns as they stand, and what is predicted behind them, some rows at a time. */
export async function predictTable(
  { model, preparation }: { model: Model; preparation: Preparation },
  data: string,
  options: TablePredictOptions,
  terminal: Terminal,
): Promise<void> {
  const { output, threads, out, json } = options;
  const source = await fileSource(OPERATION, data);
  const notes = emptyNotes();
  const begun = performance.now();
  let rows = 0;
  const texts = (signal: AbortSignal) =>
    (async function* () {
      for await (const batch of readPrepared(source, preparation, readingOf(options), notes)) {
        if (batch.rows.length === 0) continue;
        const { data: numbers } = await model.predict(batch.x, {
          signal,
          output: output === "logits" ? "logits" : "link",
          ...(threads === undefined ? {} : { threads }),
        });
        const table = predictedColumns(numbers, preparation, output);
        yield json && out === undefined ? jsonLines(batch, table) : csvLines(batch, table);
        rows += batch.rows.length;
      }
    })();
  await interruptible(async (signal) => {
    if (out !== undefined) return writeFileAtomic(out, texts(signal));
    for await (const text of texts(signal)) {
      if (terminal.isClosed) return;
      terminal.write(text);
      await terminal.drained?.();
    }
  });
  tellNotes(notes, terminal);
  const seconds = Number(((performance.now() - begun) / 1000).toFixed(3));
  if (json) terminal.write(`${JSON.stringify({ event: "done", rows, seconds, ...(out === undefined ? {} : { out }) })}\n`);
  else if (out !== undefined) terminal.write(`wrote ${rows} predictions to ${out}\n`);
}

/** Says what was not as in training. */
export function tellNotes({ extra, unseen, filled }: ReadNotes, terminal: Terminal): void {
  const tell = (text: string) => terminal.writeError(`${text}\n`);
  if (extra.size > 0) tell(`not known from training, and passed over: ${[...extra].join(", ")}`);
  for (const [name, count] of unseen) tell(`${name}: ${count} times a category that training did not see`);
  for (const [name, count] of filled)
    tell(`${name}: ${count} missing values, of which training had none; a usual one stands for them`);
}

/** Names and values of what is predicted. */
interface Predicted {
  readonly names: readonly string[];
  readonly values: (row: number) => readonly string[];
}

function predictedColumns(numbers: Float32Array, { target }: Preparation, output: TablePredictOptions["output"]): Predicted {
  if (target.task === "regression") {
    const own = (value: number) => formatFloat(Math.fround(value * target.deviation + target.mean));
    return { names: ["prediction"], values: (row) => [own(numbers[row])] };
  }
  const { classes } = target;
  const of = (row: number) => numbers.subarray(row * classes.length, (row + 1) * classes.length);
  if (output !== "class") {
    const prefix = output === "logits" ? "logit" : "probability";
    return { names: classes.map((name) => `${prefix} ${name}`), values: (row) => Array.from(of(row), formatFloat) };
  }
  return {
    names: ["prediction", "probability"],
    values(row) {
      const best = of(row).reduce((most, value, index, all) => (value > all[most] ? index : most), 0);
      return [classes[best], formatFloat(of(row)[best])];
    },
  };
}

/** A name that the file does not have yet. */
const unused = (name: string, names: readonly string[]): string => (names.includes(name) ? unused(`${name}_`, names) : name);

function csvLines({ names, rows, first }: PreparedRows, predicted: Predicted): string {
  const header = first === 0 ? csvLine([...names, ...predicted.names.map((name) => unused(name, names))]) : "";
  return (
    header + rows.map((row, index) => csvLine([...names.map((_, place) => row[place]), ...predicted.values(index)])).join("")
  );
}

function jsonLines({ rows, first }: PreparedRows, { names, values }: Predicted): string {
  const isNumber = (name: string) => name !== "prediction";
  return rows
    .map((_, index) => {
      const named = values(index).map((value, place) => [names[place], isNumber(names[place]) ? Number(value) : value]);
      return `${JSON.stringify({ event: "prediction", row: first + index, ...Object.fromEntries(named) })}\n`;
    })
    .join("");
}
