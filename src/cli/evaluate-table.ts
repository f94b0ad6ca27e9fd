import type { ClassMetricName } from "../metrics/metric.ts";
import type { Preparation, TableTarget } from "../tables/preparation.ts";
import { emptyNotes, type PreparedRows, readPrepared } from "../tables/read-prepared.ts";
import { DrowseError } from "../tensor/errors.ts";
import { fileSource } from "./file-source.ts";
import { formatCount } from "./format.ts";
import { interruptible } from "./interrupt.ts";
import { type LabelledBlock, measureRows, type Predictor } from "./measure-rows.ts";
import { tellNotes } from "./predict-table.ts";
import { measuresText } from "./table-measures.ts";
import { readingOf, type TableReading } from "./table-options.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const OPERATION = "evaluate";

export interface TableEvaluateOptions extends TableReading {
  readonly metrics?: readonly ClassMetricName[];
  readonly threads?: number;
  readonly json?: boolean;
}

/** `drowse evaluate` for a table: what the model is worth on the rows that have a target, some rows at a time. */
export async function evaluateTable(
  { model, preparation }: { model: Predictor; preparation: Preparation },
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
  let [rows, left] = [0, 0];
  async function* blocks() {
    for await (const batch of readPrepared(source, preparation, readingOf(options), notes)) {
      if (!batch.targets) {
        throw new DrowseError(OPERATION, `${path} has no column ${JSON.stringify(target.name)}`, "give the target too");
      }
      const block = labelledRows(batch, batch.targets, target);
      rows += block.y.length;
      left += batch.rows.length - block.y.length;
      if (block.y.length > 0) yield block;
    }
    if (rows === 0) throw new DrowseError(OPERATION, `${path} has no rows with a target`, "give rows that have one");
  }
  const measures = await interruptible((signal) =>
    measureRows(model, target, blocks(), { metrics, signal, ...(threads === undefined ? {} : { threads }) }),
  );
  tellNotes(notes, terminal);
  if (left > 0) terminal.writeError(`${left} rows without a target that training knew are left out\n`);
  if (json) terminal.write(`${JSON.stringify({ event: "done", ...measures })}\n`);
  else terminal.write(`${path}: ${formatCount(rows)} rows: ${measuresText(measures)}\n`);
}

/** The rows of a batch that have a target which training knew. */
function labelledRows({ x }: PreparedRows, found: Int32Array | Float64Array, target: TableTarget): LabelledBlock {
  const [rows, size] = x.shape;
  const isClass = target.task === "classification";
  const kept = Uint32Array.from({ length: rows }, (_, row) => row).filter((row) =>
    isClass ? found[row] >= 0 : !Number.isNaN(found[row]),
  );
  const data = new Float32Array(kept.length * size);
  for (const [place, row] of kept.entries()) data.set(x.data.subarray(row * size, (row + 1) * size), place * size);
  const y = isClass
    ? Int32Array.from(kept, (row) => found[row])
    : Float32Array.from(kept, (row) => (found[row] - target.mean) / target.deviation);
  return { x: { data, shape: [kept.length, size] }, y };
}
