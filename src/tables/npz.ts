import { DrowseError, show } from "../tensor/errors.ts";
import { type ByteSource, chunksOf, type Sliceable } from "./byte-source.ts";
import type { Cell, Rows } from "./cells.ts";
import { type NpyArray, openNpy } from "./npy.ts";

// NumPy's archive of arrays: a zip file whose entries are npy files, stored or deflated.
// Format: APPNOTE.TXT of PKWARE, 4.3.

const OPERATION = "npz";
/** What all deflated entries together may grow to: the sizes that they declare may be lies, and several may be made of the same bytes. */
const MOST_BYTES = 2 ** 30;
const MOST_ENTRIES = 4096;
const ROWS = 1024;

interface Entry {
  readonly name: string;
  readonly deflated: boolean;
  readonly compressed: number;
  readonly size: number;
  readonly at: number;
}

/**
 * The rows of an npz file: arrays of one axis are columns, arrays of two are columns of vectors, by the names they were saved with.
 * @throws {DrowseError} on damaged archives, entries that grow past what they declare or declare more than 1 GiB together, and arrays of different lengths.
 */
export async function* readNpz(source: ByteSource): AsyncGenerator<Rows> {
  const arrays: { readonly name: string; readonly array: NpyArray }[] = [];
  const entries = await entriesOf(source);
  if (entries.some(({ name }) => name === "[Content_Types].xml"))
    throw new DrowseError("table", "the file is an Excel workbook, or another of Office", "save the table as CSV");
  const declared = entries.reduce((sum, { deflated, size }) => sum + (deflated ? size : 0), 0);
  if (declared > MOST_BYTES) throw damaged(`its entries declare ${declared} bytes, more than ${MOST_BYTES}`);
  for (const entry of entries) {
    const name = entry.name.replace(/\.npy$/, "");
    arrays.push({ name, array: await openNpy(await open(source, entry), name) });
  }
  const [first] = arrays;
  if (first === undefined) throw new DrowseError(OPERATION, "the archive is empty", "save arrays with numpy.savez");
  const { rows } = first.array;
  const other = arrays.find(({ array }) => array.rows !== rows);
  if (other) {
    const received = `${show(first.name)} has ${rows} rows and ${show(other.name)} ${other.array.rows}`;
    throw new DrowseError(OPERATION, received, "save arrays with a row for each row of the table");
  }
  const names = arrays.map(({ name }) => name);
  for (let start = 0; start < rows; start += ROWS) {
    const count = Math.min(ROWS, rows - start);
    const columns = await Promise.all(arrays.map(({ array, name }) => cellsOf(array, name, start, count)));
    yield { names, rows: Array.from({ length: count }, (_, row) => columns.map((cells) => cells[row])) };
  }
}

async function cellsOf(array: NpyArray, name: string, first: number, count: number): Promise<Cell[]> {
  const values = await array.read(first, count);
  const { columns } = array;
  if (columns === undefined) return values;
  if (values.some((value) => typeof value === "string")) {
    throw new DrowseError(OPERATION, `${show(name)} has rows of texts`, "save an array for each column of texts");
  }
  return Array.from({ length: count }, (_, row) => values.slice(row * columns, (row + 1) * columns).map(Number));
}

const damaged = (received: string) => new DrowseError(OPERATION, received, "copy the file again, or save it with numpy.savez");

async function bytesOf(source: ByteSource, start: number, length: number): Promise<DataView> {
  if (start < 0 || start + length > source.size) throw damaged(`the archive has ${source.size} bytes, too few for what it lists`);
  return new DataView(await source.slice(start, start + length).arrayBuffer());
}

/** The list at the end of the archive. */
async function entriesOf(source: ByteSource): Promise<Entry[]> {
  const tail = await bytesOf(source, Math.max(0, source.size - 65_557), Math.min(source.size, 65_557));
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw damaged("the file is no whole zip archive");
  const count = tail.getUint16(end + 10, true);
  const directory = await bytesOf(source, tail.getUint32(end + 16, true), tail.getUint32(end + 12, true));
  if (count > MOST_ENTRIES) throw damaged(`the archive lists ${count} entries`);
  const entries: Entry[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + 46 > directory.byteLength || directory.getUint32(at, true) !== 0x02014b50)
      throw damaged("the archive's list is damaged");
    const method = directory.getUint16(at + 10, true);
    const [nameLength, extra, comment] = [28, 30, 32].map((place) => directory.getUint16(at + place, true));
    if (at + 46 + nameLength > directory.byteLength) throw damaged("the archive's list is damaged");
    const name = new TextDecoder().decode(new Uint8Array(directory.buffer, at + 46, nameLength));
    const flags = directory.getUint16(at + 8, true);
    if ((method !== 0 && method !== 8) || (flags & 1) === 1)
      throw damaged(`the entry ${show(name)} is compressed in an unknown way`);
    if (entries.some((entry) => entry.name === name)) throw damaged(`two entries are named ${show(name)}`);
    const [compressed, size, start] = [20, 24, 42].map((place) => directory.getUint32(at + place, true));
    entries.push({ name, deflated: method === 8, compressed, size, at: start });
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

/** An entry as bytes of its own; one that is deflated in memory, as long as it says and no longer. */
async function open(source: ByteSource, { name, deflated, compressed, size, at }: Entry): Promise<Sliceable> {
  const head = await bytesOf(source, at, 30);
  if (head.getUint32(0, true) !== 0x04034b50) throw damaged(`the entry ${show(name)} is not where it should be`);
  const start = at + 30 + head.getUint16(26, true) + head.getUint16(28, true);
  if (!deflated) {
    if (compressed !== size || start + size > source.size) throw damaged(`the entry ${show(name)} is cut off`);
    return { size, slice: (from, to) => source.slice(start + from, start + Math.min(to, size)) };
  }
  const bytes = await inflate(await bytesOf(source, start, compressed), size, name);
  return new Blob([bytes]);
}

async function inflate(view: DataView, size: number, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const inflated = new Blob([view.buffer as ArrayBuffer])
    .stream()
    .pipeThrough(new DecompressionStream("deflate-raw") as ReadableWritablePair<Uint8Array, Uint8Array>);
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of chunksOf(inflated)) {
      length += piece.length;
      if (length > size) break;
      pieces.push(piece);
    }
  } catch (error) {
    throw damaged(`the entry ${show(name)} is damaged (${error instanceof Error ? error.message : error})`);
  }
  if (length !== size) throw damaged(`the entry ${show(name)} declares ${size} bytes and has ${length > size ? "more" : length}`);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
