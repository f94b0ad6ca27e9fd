import { type JsonValue, parseStrictJson } from "../formats/strict-json.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { type ByteSource, textOf } from "./byte-source.ts";
import type { Cell, Rows } from "./cells.ts";
import { checkColumnCount } from "./column-limit.ts";

// JSON lines: an object per line. A key is a column, and a line may lack some: `__proto__` is a key like any other.

const OPERATION = "JSON lines";
const REMEDY = "give an object per line, each key once";
const LONGEST_LINE = 2 ** 23;
/** The least share of the cells that is given in a table of more cells than these. */
const MOST_SPARSE = 0.01;
const FREE_CELLS = 2 ** 22;

/**
 * The rows of a file of JSON lines, some at a time. An array of numbers is a vector; other arrays and objects are their JSON text.
 * @throws {DrowseError} on lines that are no objects, keys given twice, and no rows.
 */
export async function* readJsonLines(source: ByteSource): AsyncGenerator<Rows> {
  const places = new Map<string, number>();
  let number = 0;
  let given = 0;
  for await (const lines of linesOf(source)) {
    const rows: Cell[][] = [];
    for (const line of lines) {
      number++;
      if (line.trim() === "") continue;
      const object = parseStrictJson(line, { operation: `${OPERATION}: line ${number}`, remedy: REMEDY, rounded: true });
      if (!(object instanceof Map)) throw new DrowseError(OPERATION, `line ${number} is ${show(line)}`, REMEDY);
      const row: Cell[] = [];
      for (const [key, value] of object) {
        const place = places.get(key) ?? places.size;
        places.set(key, place);
        row[place] = cellOf(value);
      }
      rows.push(row);
      given += object.size;
      checkColumnCount(OPERATION, places.size);
      checkDensity(number, places.size, given);
    }
    if (rows.length > 0) yield { names: [...places.keys()], rows, isOpen: true };
  }
  if (places.size === 0) throw new DrowseError(OPERATION, "there are no rows", "give a file with at least one object");
}

/** A table has a cell for each row and column: of lines that have nothing in common a small file would make a large one. */
function checkDensity(lines: number, columns: number, given: number): void {
  if (lines * columns <= FREE_CELLS || given >= MOST_SPARSE * lines * columns) return;
  const received = `${lines} lines have ${columns} keys, of which a line has ${(given / lines).toFixed(1)}`;
  throw new DrowseError(OPERATION, received, "give lines that have their keys in common");
}

function cellOf(value: JsonValue): Cell {
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "number")) return value;
  return typeof value === "object" && value !== null ? textOfValue(value) : value;
}

const textOfValue = (value: JsonValue): string =>
  JSON.stringify(value, (_, inner) => (inner instanceof Map ? { entries: [...inner] } : inner));

/** Whole lines, those of a piece of the file together. */
async function* linesOf(source: ByteSource): AsyncGenerator<string[]> {
  let waiting = "";
  for await (const text of textOf(OPERATION, source)) {
    const lines = (waiting + text).split("\n");
    waiting = lines.pop() as string;
    if (waiting.length > LONGEST_LINE) {
      throw new DrowseError(OPERATION, `a line has more than ${LONGEST_LINE} characters: ${show(waiting)}`, REMEDY);
    }
    yield lines;
  }
  yield [waiting];
}
