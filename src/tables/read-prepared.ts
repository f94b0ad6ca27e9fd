import { DrowseError, show } from "../tensor/errors.ts";
import { type PreparationNotes, prepareInputs } from "./apply-preparation.ts";
import type { ByteSource } from "./byte-source.ts";
import { CellReader, type Rows } from "./cells.ts";
import type { ColumnKind } from "./column-types.ts";
import { openRows, type ReadOptions } from "./open-rows.ts";
import { inputSize, type Preparation, type TableInput } from "./preparation.ts";
import { fill } from "./table.ts";
import { ColumnValues } from "./table-columns.ts";

/** Some rows of a file, as they stand there and as a network takes them. */
export interface PreparedRows extends Rows {
  readonly x: { readonly data: Float32Array; readonly shape: readonly [rows: number, inputs: number] };
  /** The index of the first row in the file. */
  readonly first: number;
  /** Class index or plain number of each row; -1, -2 or NaN where it is missing or no class of training. Undefined: no such column. */
  readonly targets: Int32Array | Float64Array | undefined;
}

/** What was not as in training, found on the way. */
export interface ReadNotes extends PreparationNotes {
  /** Columns that training did not know. */
  readonly extra: Set<string>;
}

/** Notes with nothing in them. */
export const emptyNotes = (): ReadNotes => ({ filled: new Map(), unseen: new Map(), extra: new Set() });

/**
 * Reads a file by a preparation, some rows at a time, at least one: columns are found by their names, in whatever order.
 * @param options - how the file is read, where it is not as in training.
 * @param notes - gets what was not as in training.
 * @throws {DrowseError} naming a column that is missing, and a row whose cell is not of its column's type; on a file without rows.
 * @example
 * for await (const { x } of readPrepared(file, preparation)) await model.predict(x);
 */
export async function* readPrepared(
  source: ByteSource,
  preparation: Preparation,
  options: ReadOptions = {},
  notes: ReadNotes = emptyNotes(),
): AsyncGenerator<PreparedRows> {
  const { inputs, target, ignored, reading } = preparation;
  const cells = new CellReader({ ...reading, ...options });
  const known = new Set([...inputs, ...ignored, target].map(({ name }) => name));
  let first = 0;
  for await (const batch of openRows(source, { ...reading, ...options })) {
    checkColumns(batch, inputs);
    for (const name of batch.names) if (!known.has(name)) notes.extra.add(name);
    const count = batch.rows.length;
    // A piece of text may hold no whole row, or none but the header.
    if (count === 0) continue;
    const columns = inputs.map((input) => new ColumnValues(kindOfInput(input), count, first));
    const targetColumn = batch.names.includes(target.name)
      ? new ColumnValues(kindOfTarget(preparation), count, first)
      : undefined;
    fill(targetColumn ? [...columns, targetColumn] : columns, batch, first, cells);
    const rows = Uint32Array.from({ length: count }, (_, row) => row);
    const byName = new Map(columns.map(({ kind, column }) => [kind.name, column]));
    const data = prepareInputs(preparation, byName, rows, notes);
    const column = targetColumn?.column;
    const targets = column?.type === "category" ? column.codes : column?.type === "number" ? column.values : undefined;
    yield { ...batch, first, targets, x: { data, shape: [count, inputSize(preparation)] } };
    first += count;
  }
  if (first === 0) throw new DrowseError("table", "there are no rows below the header", "give a file with at least one row");
}

function checkColumns({ names, isOpen }: Rows, inputs: readonly TableInput[]): void {
  // A line of JSON may leave out what is missing, if training has seen that.
  const missing = inputs.filter(({ name, indicator }) => !names.includes(name) && !(isOpen && indicator)).map(({ name }) => name);
  if (missing.length === 0) return;
  const what = missing.length === 1 ? `the column ${show(missing[0])} is` : `the columns ${missing.map(show).join(", ")} are`;
  throw new DrowseError(
    "table",
    `${what} missing`,
    `give the columns that the model was trained on; there are ${names.join(", ")}`,
  );
}

function kindOfInput(input: TableInput): ColumnKind {
  const { name, type } = input;
  if (input.type === "category") return { name, type, missing: 0, levels: input.levels };
  return input.type === "vector" ? { name, type, missing: 0, size: input.mean.length } : { name, type, missing: 0 };
}

function kindOfTarget({ target }: Preparation): ColumnKind {
  const { name } = target;
  return target.task === "classification"
    ? { name, type: "category", missing: 0, levels: target.classes }
    : { name, type: "number", missing: 0 };
}
