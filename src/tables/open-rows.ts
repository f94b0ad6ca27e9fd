import { DrowseError, show } from "../tensor/errors.ts";
import type { ByteSource } from "./byte-source.ts";
import type { Rows } from "./cells.ts";
import { readCsv } from "./csv.ts";
import type { CsvOptions } from "./csv-options.ts";
import { readJsonLines } from "./json-lines.ts";
import { readNpy } from "./npy.ts";
import { readNpz } from "./npz.ts";
import { readParquet } from "./parquet.ts";

/** Formats of tables. */
export type TableFormat = "csv" | "jsonl" | "npy" | "npz" | "parquet";

/** How a file is read. */
export interface ReadOptions extends CsvOptions {
  /** Default: by the first bytes, where they say it. Text that begins with `{` is JSON lines, other text separated values. */
  readonly format?: TableFormat;
}

/** First bytes that say a format. */
const SIGNS: readonly (readonly [sign: string, format: TableFormat])[] = [
  ["\x93NUMPY", "npy"],
  ["PK\x03\x04", "npz"],
  ["PK\x05\x06", "npz"],
  ["PAR1", "parquet"],
  ["{", "jsonl"],
  ["\xef\xbb\xbf{", "jsonl"],
];

/** What people give for tables, by how it begins, and what to do about it. */
const OTHERS: readonly (readonly [sign: RegExp, what: string, remedy: string])[] = [
  [/^(\x89PNG|\xff\xd8\xff|GIF8)/, "an image", "give a table, or a folder of PNG images with a folder for each class"],
  [/^%PDF/, "a PDF document", "give the table that it was made of, as CSV"],
  [/^\xd0\xcf.\xe0/, "an old Excel workbook", "save it as CSV"],
  [/^SQLite format 3/, "an SQLite database", "write a table of it as CSV"],
  [/^\s*<(!doctype|html|\?xml)/i, "HTML or XML", "save the table as CSV"],
  [/^\s*\[\s*\{/, "a JSON array of objects", "write an object on each line, without the brackets and commas around them"],
];
const LOOKED_AT = 64;

/**
 * The format of a file by its first bytes.
 * @throws {DrowseError} on what is known to be no table.
 */
export async function formatOf(source: ByteSource): Promise<TableFormat> {
  const head = String.fromCharCode(...new Uint8Array(await source.slice(0, Math.min(LOOKED_AT, source.size)).arrayBuffer()));
  const other = OTHERS.find(([sign]) => sign.test(head));
  if (other) throw new DrowseError("table", `the file is ${other[1]}`, other[2]);
  return SIGNS.find(([sign]) => head.startsWith(sign))?.[1] ?? "csv";
}

/** The rows of a file, whatever its format, some at a time. */
export async function* openRows(source: ByteSource, options: ReadOptions = {}): AsyncGenerator<Rows> {
  if (source.size === 0) throw new DrowseError("table", "the file is empty", "give a file with at least one row");
  const format = options.format ?? (await formatOf(source));
  if (format === "csv") yield* readCsv(source, options);
  else if (format === "jsonl") yield* readJsonLines(source);
  else if (format === "npy") yield* readNpy(source);
  else if (format === "npz") yield* readNpz(source);
  else if (format === "parquet") yield* readParquet(source);
  else throw new DrowseError("table", `the format is ${show(format)}`, "give csv, jsonl, npy, npz or parquet");
}
