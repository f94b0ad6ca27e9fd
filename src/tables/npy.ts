import { DrowseError, show } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import type { ByteSource, Sliceable } from "./byte-source.ts";
import type { Cell, Rows } from "./cells.ts";
import { checkColumnCount } from "./column-limit.ts";

// NumPy's array file: a magic word, the length of a header, a header that says type, order and shape, and the numbers.
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

const OPERATION = "npy";
const LONGEST_HEADER = 2 ** 16;
// No repetition within a repetition: a header that almost fits must not be tried in all ways.
const HEADER =
  /^\{\s*'descr':\s*'([<>|=])([a-zA-Z])(\d{1,6})',\s*'fortran_order':\s*(True|False),\s*'shape':\s*\(([\d, ]*)\),?\s*\}\s*$/;
/** Bytes of a batch of rows. */
const BATCH_BYTES = 2 ** 20;

type Read = (view: DataView, at: number, little: boolean) => number | string | boolean;

/** How a number is read, by its kind and size in bytes. */
const READERS: Readonly<Record<string, Read>> = {
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  b1: (view, at) => view.getUint8(at) !== 0,
};

/** An array in a file: its shape as rows and columns, and how to read any of it. */
export interface NpyArray {
  readonly rows: number;
  /** Numbers per row; undefined where the array has one axis. */
  readonly columns: number | undefined;
  /** Values of `count` rows from `first`, one row after the other. */
  read(first: number, count: number): Promise<Cell[]>;
}

/**
 * Opens an array of one or two axes of numbers, truths or texts.
 * @throws {DrowseError} on anything else, objects (pickles) among it, and on files that end too early.
 */
export async function openNpy(source: Sliceable, name = "the file"): Promise<NpyArray> {
  const refuse = (received: string, remedy = "save the array again with numpy.save"): never => {
    throw new DrowseError(OPERATION, `${name} ${received}`, remedy);
  };
  const head = new DataView(await source.slice(0, Math.min(12, source.size)).arrayBuffer());
  const isNpy = head.byteLength === 12 && head.getUint32(0) === 0x934e554d && head.getUint16(4) === 0x5059;
  if (!isNpy) refuse("is no npy file");
  const [start, length] = head.getUint8(6) === 1 ? [10, head.getUint16(8, true)] : [12, head.getUint32(8, true)];
  if (length > LONGEST_HEADER) refuse(`has a header of ${length} bytes`);
  const text = new TextDecoder("latin1").decode(await source.slice(start, start + length).arrayBuffer());
  const header = HEADER.exec(text);
  if (!header)
    return refuse(`has the header ${show(text.trim())}`, "give an array of plain numbers or texts: no objects, no records");
  const [, order, kind, bytes, isFortran, axes] = header;
  const shape = axes
    .split(",")
    .filter((axis) => axis.trim() !== "")
    .map(Number);
  if (shape.length < 1 || shape.length > 2 || !shape.every((axis) => Number.isSafeInteger(axis) && axis > 0)) {
    refuse(`has the shape ${formatShape(shape)}`, "give the shape [rows] or [rows, columns], none of them 0");
  }
  const size = kind === "U" ? 4 * Number(bytes) : Number(bytes);
  const read = kind === "U" ? readText(Number(bytes)) : READERS[`${kind}${bytes}`];
  if (!read || size === 0) return refuse(`holds ${kind}${bytes}`, "give float32, float64, whole numbers, truths or texts (U)");
  const [rows, columns = 1] = shape;
  const offset = start + length;
  if (offset + rows * columns * size !== source.size) {
    refuse(`has ${source.size} bytes, and its header promises ${offset + rows * columns * size}`, "copy the file again");
  }
  const little = order !== ">";
  const values = async (first: number, count: number): Promise<Cell[]> => {
    const view = new DataView(await source.slice(offset + first * size, offset + (first + count) * size).arrayBuffer());
    return Array.from({ length: count }, (_, index) => read(view, index * size, little));
  };
  return {
    rows,
    columns: shape.length === 1 ? undefined : columns,
    async read(first, count) {
      if (isFortran === "False" || columns === 1) return values(first * columns, count * columns);
      const byColumn: Cell[][] = [];
      for (let column = 0; column < columns; column++) byColumn.push(await values(column * rows + first, count));
      return Array.from({ length: count * columns }, (_, index) => byColumn[index % columns][Math.floor(index / columns)]);
    },
  };
}

/** Text of UTF-32, filled up with zeros. */
const readText =
  (length: number): Read =>
  (view, at, little) => {
    let text = "";
    for (let i = 0; i < length; i++) {
      const code = view.getUint32(at + 4 * i, little);
      if (code === 0) break;
      text += String.fromCodePoint(Math.min(code, 0x10ffff));
    }
    return text;
  };

/** The rows of an npy file: a column per number of a row, `c1`, `c2`, … */
export async function* readNpy(source: ByteSource): AsyncGenerator<Rows> {
  const array = await openNpy(source);
  const columns = array.columns ?? 1;
  checkColumnCount(OPERATION, columns);
  const names = Array.from({ length: columns }, (_, column) => `c${column + 1}`);
  const batch = Math.max(1, Math.floor(BATCH_BYTES / (8 * columns)));
  for (let first = 0; first < array.rows; first += batch) {
    const count = Math.min(batch, array.rows - first);
    const values = await array.read(first, count);
    yield { names, rows: Array.from({ length: count }, (_, row) => values.slice(row * columns, (row + 1) * columns)) };
  }
}
