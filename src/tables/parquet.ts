import { parquetMetadataAsync, parquetSchema } from "hyparquet/src/metadata.js";
import { parquetRead } from "hyparquet/src/read.js";
import { DrowseError } from "../tensor/errors.ts";
import type { ByteSource } from "./byte-source.ts";
import type { Cell, Rows } from "./cells.ts";
import { checkColumnCount } from "./column-limit.ts";
import { columnNames } from "./csv-header.ts";
import { checkPages } from "./parquet-pages.ts";

// Parquet, by hyparquet: a row group at a time, in pieces.

const OPERATION = "Parquet";
const ROWS = 4096;

/**
 * The rows of a Parquet file, some at a time. Lists of numbers are vectors; dates are their ISO text; other lists and records their JSON text.
 * @throws {DrowseError} on damaged files, codecs other than snappy or none, and no rows.
 */
export async function* readParquet(source: ByteSource): AsyncGenerator<Rows> {
  const file = { byteLength: source.size, slice: (start: number, end = source.size) => source.slice(start, end).arrayBuffer() };
  const metadata = await mended(() => parquetMetadataAsync(file));
  const schema = await mended(async () => parquetSchema(metadata));
  checkColumnCount(OPERATION, schema.children.length);
  const names = columnNames(
    OPERATION,
    schema.children.map(({ element: { name } }: { element: { name?: string } }, column) => {
      if (typeof name !== "string") throw damaged(`column ${column + 1} has no name`);
      return name;
    }),
  );
  let begun = 0;
  for (const group of metadata.row_groups) {
    await mended(() => checkPages(metadata, group, source.size, file.slice));
    const count = Number(group.num_rows);
    if (!Number.isSafeInteger(count) || count < 0) throw damaged(`rows from ${begun} on do not say how many they are`);
    const end = begun + count;
    for (let rowStart = begun; rowStart < end; rowStart += ROWS) {
      const rowEnd = Math.min(end, rowStart + ROWS);
      let rows: unknown[][] = [];
      const onComplete = (read: unknown[][]) => {
        rows = read;
      };
      await mended(() => parquetRead({ file, metadata, rowStart, rowEnd, rowFormat: "array", onComplete }));
      if (rows.length !== rowEnd - rowStart) throw damaged(`rows ${rowStart} to ${rowEnd} have ${rows.length} rows`);
      yield { names, rows: rows.map((row) => row.map(cellOf)) };
    }
    begun = end;
  }
  if (begun === 0) throw new DrowseError(OPERATION, "there are no rows", "give a file with at least one row");
}

const damaged = (received: string) =>
  new DrowseError(OPERATION, received, "write it again, compressed by snappy or not at all: other codecs are not read");

/** What hyparquet throws is about the file. */
async function mended<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    throw damaged(`the file cannot be read (${error instanceof Error ? error.message : error})`);
  }
}

function cellOf(value: unknown): Cell {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value) && value.length > 0) {
    const numbers = value.map((item) => (typeof item === "bigint" ? Number(item) : item));
    if (numbers.every((item) => typeof item === "number")) return numbers;
  }
  if (typeof value === "object" && value !== null) {
    return JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? String(inner) : inner));
  }
  return value as Cell;
}
