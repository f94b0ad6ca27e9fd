import Papa from "papaparse";
import { DrowseError, show } from "../tensor/errors.ts";
import { type ByteSource, textOf } from "./byte-source.ts";
import type { Rows } from "./cells.ts";
import { checkColumnCount } from "./column-limit.ts";
import { columnNames, isHeader } from "./csv-header.ts";
import type { CsvOptions } from "./csv-options.ts";

// Comma- and tab-separated values (RFC 4180) in pieces, by Papa Parse: whole rows go on, the rest waits for the next piece.

const OPERATION = "CSV";

/** Characters that are looked at to find the delimiter. */
const LOOKED_AT = 2 ** 16;
/** Rows that are looked at to find whether the first is a header. */
const ROWS_LOOKED_AT = 200;
/** A row beyond this has a quote that nobody closed; to look for its end again with each piece would take for ever. */
const LONGEST_ROW = 2 ** 23;
/** Lines before a table that are no rows. */
const MOST_LINES = 20;
const DELIMITERS = [",", "\t", ";", "|"];

/**
 * The rows of a file of separated values, some at a time; cells are the texts of the file. Line ends become `\n`, also within quotes.
 * @throws {DrowseError} on rows of different lengths, quotes that are not closed, names given twice, and no rows.
 */
export async function* readCsv(source: ByteSource, options: CsvOptions = {}): AsyncGenerator<Rows> {
  let names: readonly string[] | undefined;
  let hasHeader = false;
  let head: string[][] = [];
  let count = options.skipLines ?? 0;
  const begin = (): Rows => {
    const [first] = head;
    if (first === undefined) throw new DrowseError(OPERATION, "there are no rows", "give a file with at least one row");
    checkColumnCount(OPERATION, first.length);
    hasHeader = options.header ?? isHeader(head, options);
    names = hasHeader ? columnNames(OPERATION, first) : first.map((_, column) => `c${column + 1}`);
    const rows = hasHeader ? head.slice(1) : head;
    return { names, hasHeader, rows: checkLengths(rows, names.length, count - rows.length) };
  };
  for await (const records of recordsOf(source, options)) {
    count += records.length;
    if (names === undefined) {
      head = head.concat(records);
      if (head.length >= ROWS_LOOKED_AT) yield begin();
    } else yield { names, hasHeader, rows: checkLengths(records, names.length, count - records.length) };
  }
  if (names === undefined) yield begin();
}

/** Rows as they are cut, blank ones left out. */
async function* recordsOf(source: ByteSource, options: CsvOptions): AsyncGenerator<string[][]> {
  let parser: { parse(input: string, baseIndex: number, ignoreLastRow: boolean): Papa.ParseResult<string[]> } | undefined;
  let waiting = "";
  const cut = (isLast: boolean): string[][] => {
    parser ??= new Papa.Parser({ delimiter: options.delimiter ?? delimiterOf(waiting), newline: "\n" });
    const { data, errors, meta } = parser.parse(waiting, 0, !isLast);
    // An error in the row that waits may be none when the rest of it is there.
    const error = errors.find(({ row }) => isLast || (row ?? 0) < data.length);
    if (error)
      throw new DrowseError(OPERATION, `a quote is not closed, or text follows it: ${show(near(waiting, error.index))}`, QUOTES);
    waiting = isLast ? "" : waiting.slice(meta.cursor);
    if (waiting.length > LONGEST_ROW) {
      const received = `a row has more than ${LONGEST_ROW} characters: ${show(waiting)}`;
      throw new DrowseError(OPERATION, received, QUOTES);
    }
    return data.filter((fields) => fields.length > 1 || fields[0].trim() !== "");
  };
  for await (const text of withoutLines(linesOf(source), options.skipLines ?? 0)) {
    waiting += text;
    if (parser === undefined && waiting.length < LOOKED_AT) continue;
    yield cut(false);
  }
  yield cut(true);
}

const QUOTES = "close each quote, and write a quote within quotes twice";

const near = (text: string, index = 0) => text.slice(Math.max(0, index - 1), index + 40);

/** Text whose lines all end in `\n`. */
async function* linesOf(source: ByteSource): AsyncGenerator<string> {
  let held = "";
  for await (const text of textOf(OPERATION, source)) {
    const joined = held + text;
    held = joined.endsWith("\r") ? "\r" : "";
    yield joined.slice(0, joined.length - held.length).replace(/\r\n?/g, "\n");
  }
  if (held !== "") yield "\n";
}

/** Text without its first lines. */
async function* withoutLines(texts: AsyncGenerator<string>, lines: number): AsyncGenerator<string> {
  let left = lines;
  for await (const text of texts) {
    let from = 0;
    for (; left > 0; left--) {
      const end = text.indexOf("\n", from);
      if (end < 0) break;
      from = end + 1;
    }
    if (left === 0) yield text.slice(from);
  }
}

function delimiterOf(text: string): string {
  const { meta } = Papa.parse(text, { delimitersToGuess: DELIMITERS, newline: "\n", preview: 20, skipEmptyLines: true });
  return DELIMITERS.includes(meta.delimiter) ? meta.delimiter : ",";
}

/** @param before - rows of the file before these. */
function checkLengths(rows: string[][], columns: number, before: number): string[][] {
  const wrong = rows.findIndex(({ length }) => length !== columns);
  if (wrong < 0) return rows;
  const received = `row ${before + wrong + 1} has ${rows[wrong].length} fields, and the rows before it ${columns}: ${show(rows[wrong].join(","))}`;
  // Of lines that are no rows before a table there are few, and behind them all rows are as long as the first of them.
  const lines = before + wrong;
  const isBegin = lines <= MOST_LINES && rows.slice(wrong).every(({ length }) => length === rows[wrong].length);
  const remedy = isBegin
    ? `if what stands before is no row and no header, pass over it with skipLines: ${lines} (--skip-lines ${lines})`
    : "give rows of one length";
  throw new DrowseError(OPERATION, received, `${remedy}; or name the delimiter`);
}
