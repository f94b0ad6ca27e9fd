import type { ClassMetricName } from "../metrics/metric.ts";
import type { Model } from "../model/model.ts";
import { inputSize, type Preparation } from "../tables/preparation.ts";
import { emptyNotes, readPrepared } from "../tables/read-prepared.ts";
import { DrowseError } from "../tensor/errors.ts";
import { fileSource } from "./file-source.ts";
import { formatCount } from "./format.ts";
import { interruptible } from "./interrupt.ts";
import { tellNotes } from "./predict-table.ts";
import { measuresText, measureTable } from "./table-measures.ts";
import { readingOf, type TableReading } from "./table-options.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const OPERATION = "evaluate";

export interface TableEvaluateOptions extends TableReading {
  readonly metrics?: readonly ClassMetricName[];
  readonly threads?: number;
  readonly json?: boolean;
}

/** `drowse evaluate` for a table: what the model is worth on the rows that have a target. */
export async function evaluateTable(
  { model, preparation }: { model: Model; preparation: Preparation },
  path: string,
  options: TableEvaluateOptions,
  terminal: Terminal,
): Promise<void> {
  const { metrics = [], threads, json } = options;
  const { target } = preparation;
  if (target.task === "regression" && metrics.length > 0) {
    throw new UsageError("drowse", `--metrics is given, and ${target.name} holds numbers`, "leave it out");
  }
  const source = await fileSource(OPERATION, path);
  const notes = emptyNotes();
  const inputs: Float32Array[] = [];
  const targets: number[] = [];
  let left = 0;
  for await (const { x, targets: found } of readPrepared(source, preparation, readingOf(options), notes)) {
    if (!found) throw new DrowseError(OPERATION, `${path} has no column ${JSON.stringify(target.name)}`, "give the target too");
    const [rows, size] = x.shape;
    for (let row = 0; row < rows; row++) {
      const value = found[row];
      if (target.task === "classification" ? value < 0 : Number.isNaN(value)) left++;
      else {
        inputs.push(x.data.subarray(row * size, (row + 1) * size));
        targets.push(target.task === "classification" ? value : (value - target.mean) / target.deviation);
      }
    }
  }
  if (targets.length === 0) throw new DrowseError(OPERATION, `${path} has no rows with a target`, "give rows that have one");
  const size = inputSize(preparation);
  const x = { data: new Float32Array(inputs.length * size), shape: [inputs.length, size] };
  for (const [row, values] of inputs.entries()) x.data.set(values, row * size);
  const y = target.task === "classification" ? Int32Array.from(targets) : Float32Array.from(targets);
  const measures = await interruptible((signal) =>
    measureTable(model, preparation, { x, y }, { metrics, signal, ...(threads === undefined ? {} : { threads }) }),
  );
  tellNotes(notes, terminal);
  if (left > 0) terminal.writeError(`${left} rows without a target that training knew are left out\n`);
  if (json) terminal.write(`${JSON.stringify({ event: "done", ...measures })}\n`);
  else terminal.write(`${path}: ${formatCount(targets.length)} rows: ${measuresText(measures)}\n`);
}
