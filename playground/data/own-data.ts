import { fitPreparation, inputSize, prepareRows, readTable, splitTable, type Table, tableTask } from "drowse/tables";
import { type DataSet, type Points, pictureOf, type Task } from "./data-set.ts";
import { onGrid } from "./rounding.ts";

// A table of one's own as a data set: its last column is learned from the others.

/** Larger files are not read: the page keeps all in memory, and evaluates all for each of its views. */
const MOST_BYTES = 4_000_000;
const MOST_ROWS = 5000;
const FEWEST_ROWS = 12;
/** As many inputs as can be drawn. */
const MOST_INPUTS = 128;
const TEST_SHARE = 0.3;

/** Data from a file, and what it is made of. */
export interface OwnData {
  /** Name of the file. */
  readonly name: string;
  /** Name of the column that is learned. */
  readonly target: string;
  /** What the column holds: two classes, or none where it holds numbers. */
  readonly classes: readonly string[];
  /** Columns that it is learned from. */
  readonly columns: readonly string[];
  /** Columns that are left out, each with the reason. */
  readonly ignored: readonly string[];
  readonly set: DataSet;
}

function count(value: number, most: number, what: string): void {
  if (value > most)
    throw new Error(`it has ${value.toLocaleString("en")} ${what}, and the page takes ${most.toLocaleString("en")}`);
}

/** The last column, if it can be learned. */
function checkTarget({ kinds }: Table): void {
  const { name, type, reason } = kinds[kinds.length - 1];
  if (type !== "ignored") return;
  throw new Error(`its last column, “${name}”, cannot be learned, as ${reason}; put last what is to be learned`);
}

/** 1 / the largest size of each column, so that what can be drawn is drawn from -1 to 1. */
function reachOf(numbers: ArrayLike<number>, columns: number): number[] {
  const most = new Array<number>(columns).fill(0);
  for (let at = 0; at < numbers.length; at++) most[at % columns] = Math.max(most[at % columns], Math.abs(numbers[at]));
  return most.map((size) => (size > 0 ? 1 / size : 1));
}

/** Numbers times the factor of their column, in steps that code can be written in. */
function scaled(numbers: Float32Array | Uint8Array, factors: readonly number[]): Float32Array {
  return Float32Array.from(numbers, (number, at) => onGrid(number * factors[at % factors.length]));
}

/** Scales a data set to what is drawn: as it is where nothing is. */
function toPicture(task: Task, train: Points, test: Points): DataSet {
  const isDrawn = pictureOf(task) !== undefined;
  const factorsOf = (numbers: ArrayLike<number>, columns: number) =>
    isDrawn ? reachOf(numbers, columns) : new Array<number>(columns).fill(1);
  const ofInputs = factorsOf(train.x, task.inputs);
  const ofNumbers = factorsOf(train.y, 1);
  const scale = ({ x, y }: Points): Points => ({
    x: scaled(x, ofInputs),
    y: y instanceof Float32Array ? scaled(y, ofNumbers) : y,
  });
  return { task, train: scale(train), test: scale(test) };
}

/** The two bytes that gzip begins with. */
const GZIP = [0x1f, 0x8b];

/** A file without its gzip, as long as it stays small: a few bytes can be packed that would fill the memory. */
async function unpacked(file: Blob): Promise<Blob> {
  const head = new Uint8Array(await file.slice(0, GZIP.length).arrayBuffer());
  if (!GZIP.every((byte, at) => head[at] === byte)) return file;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = file.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  for (;;) {
    // Of damage the table says more.
    const next = await reader.read().catch(() => undefined);
    if (next === undefined) return file;
    if (next.done) return new Blob(parts);
    bytes += next.value.length;
    if (bytes > MOST_BYTES) {
      await reader.cancel();
      count(bytes, MOST_BYTES, "bytes and more after unpacking");
    }
    parts.push(next.value);
  }
}

/**
 * Reads a table: two numbers and a class are points of the plane, two numbers a curve, and more are learned without a picture.
 * Numbers are standardised, categories become an input each; three rows in ten are new to the networks.
 * @throws {Error} that says why the file cannot be learned from, and what to do.
 */
export async function readOwn(file: Blob, name: string): Promise<OwnData> {
  count(file.size, MOST_BYTES, "bytes");
  const table = await readTable(await unpacked(file));
  count(table.rows, MOST_ROWS, "rows");
  checkTarget(table);
  const { target, classes, rows, kind, ...others } = tableTask(table);
  if (classes.length > 2) {
    const received = `its last column, “${target}”, has ${classes.length} classes (${classes.slice(0, 4).join(", ")}${classes.length > 4 ? ", …" : ""})`;
    throw new Error(`${received}, and the page tells two apart; keep the rows of two`);
  }
  if (rows.length < FEWEST_ROWS) throw new Error(`it has ${rows.length} rows with a “${target}”; give at least ${FEWEST_ROWS}`);
  const asked = { target, classes, rows, kind, ...others };
  const { training, test } = splitTable(asked, { test: TEST_SHARE, seed: 1 });
  const preparation = fitPreparation(asked, training);
  const inputs = inputSize(preparation);
  count(inputs, MOST_INPUTS, "inputs after each category has become one");
  const pointsOf = (places: Uint32Array): Points => {
    const { x, y } = prepareRows(preparation, asked, places);
    return { x: x.data, y };
  };
  const task: Task = { inputs, outputs: 1, loss: kind === "classification" ? "binaryCrossEntropy" : "meanSquaredError" };
  return {
    name,
    target,
    classes,
    columns: preparation.inputs.map((input) => input.name),
    ignored: preparation.ignored.map(({ name: column, reason }) => `${column}: ${reason}`),
    set: toPicture(task, pointsOf(training), pointsOf(test)),
  };
}
