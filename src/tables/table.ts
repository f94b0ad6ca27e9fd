import { checkOptions } from "../layers/options.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { type Cell, CellReader, type Rows } from "./cells.ts";
import { ColumnTally } from "./column-tally.ts";
import { type ColumnKind, type GivenType, kindOf } from "./column-types.ts";
import { openRows, type ReadOptions } from "./open-rows.ts";
import { type Column, ColumnValues } from "./table-columns.ts";

/** How a table is read. */
export interface TableOptions extends ReadOptions {
  /** Types of columns by name, where they are not to be what they look like. */
  readonly types?: Readonly<Record<string, GivenType>>;
  /** Columns that are left out, by name. */
  readonly dropColumns?: readonly string[];
}

/** A table in memory, in typed columns. */
export interface Table {
  readonly rows: number;
  /** Every column of the file in its order, with those that are ignored. */
  readonly kinds: readonly ColumnKind[];
  /** Values of the columns that are not ignored, by name. */
  readonly columns: ReadonlyMap<string, Column>;
  /** Whether the first row of the file named the columns; true for formats whose columns have names. */
  readonly hasHeader: boolean;
}

const OPTIONS = ["format", "delimiter", "header", "skipLines", "decimal", "missing", "types", "dropColumns"];

/**
 * Reads a table: twice, first to find what its columns hold, then to keep it in numbers.
 *
 * @param source - bytes that can be read again: a `Blob` or `File`, or anything with `size`, `stream` and `slice`.
 * @throws {DrowseError} on a damaged file, rows of different lengths, names given twice or unknown, texts among numbers, and no rows.
 * @example
 * const table = await readTable(new Blob(["size,colour\n1.5,red\n2,blue\n"]));
 * table.kinds.map(({ name, type }) => `${name}: ${type}`);   // ["size: number", "colour: category"]
 */
export async function readTable(source: ByteSource, options: TableOptions = {}): Promise<Table> {
  checkOptions("readTable", options, OPTIONS);
  const cells = new CellReader(options);
  const tallies = new Map<string, ColumnTally>();
  let rows = 0;
  let names: readonly string[] = [];
  let hasHeader = true;
  for await (const batch of openRows(source, options)) {
    names = batch.names;
    hasHeader = batch.hasHeader ?? true;
    for (const name of names) if (!tallies.has(name)) tallies.set(name, new ColumnTally(name));
    const columns = names.map((name) => tallies.get(name) as ColumnTally);
    for (const row of batch.rows) {
      rows++;
      for (let column = 0; column < columns.length; column++) columns[column].add(row[column], rows, cells);
    }
  }
  if (rows === 0) throw new DrowseError("table", "there are no rows below the header", "give a file with at least one row");
  const { dropColumns = [], types = {} } = options;
  for (const name of [...dropColumns, ...Object.keys(types)]) checkKnown(name, names);
  const given = (name: string) => (Object.hasOwn(types, name) ? types[name] : undefined);
  const kinds = names.map((name): ColumnKind => {
    if (dropColumns.includes(name)) return { name, type: "ignored", reason: "it is to be dropped", missing: 0 };
    return kindOf(tallies.get(name) as ColumnTally, rows, given(name));
  });
  const columns = await readColumns(source, options, { kinds, rows, cells });
  return { rows, kinds, columns, hasHeader };
}

/**
 * @throws {DrowseError} naming the columns there are.
 */
export function checkKnown(name: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  const shown = names.length > 20 ? `${names.slice(0, 20).join(", ")} and ${names.length - 20} more` : names.join(", ");
  throw new DrowseError("table", `there is no column ${show(name)}`, `the columns are ${shown}`);
}

async function readColumns(
  source: ByteSource,
  options: ReadOptions,
  { kinds, rows, cells }: { kinds: readonly ColumnKind[]; rows: number; cells: CellReader },
): Promise<Map<string, Column>> {
  const kept = kinds.filter(({ type }) => type !== "ignored").map((kind) => new ColumnValues(kind, rows));
  let row = 0;
  for await (const batch of openRows(source, options)) {
    fill(kept, batch, row, cells);
    row += batch.rows.length;
  }
  if (row !== rows)
    throw new DrowseError("table", `the file had ${rows} rows, and now ${row}`, "leave it alone while it is read");
  return new Map(kept.map((values) => [values.kind.name, values.column]));
}

/** Writes rows to columns, which are found by name. */
export function fill(columns: readonly ColumnValues[], { names, rows }: Rows, first: number, cells: CellReader): void {
  const placeOf = new Map(names.map((name, place) => [name, place]));
  const places = columns.map(({ kind }) => placeOf.get(kind.name) ?? -1);
  for (let index = 0; index < rows.length; index++) {
    const row: readonly Cell[] = rows[index];
    for (let column = 0; column < columns.length; column++) columns[column].set(first + index, row[places[column]], cells);
  }
}
