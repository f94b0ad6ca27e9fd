import { DrowseError, show } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import { exchangeByteOrder } from "./byte-order.ts";

// IDX, the format of MNIST and its relatives: two zero bytes, a type byte, the number of axes, each axis's length
// as a 32-bit integer, then the numbers, outermost axis first. Everything is big-endian.
// Described at the foot of Yann LeCun's MNIST page.

/** The numbers of an IDX file, of the type that its header names. */
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** What an IDX file holds. */
export interface IdxArray {
  /** The lengths of the axes, outermost first; a length may be 0. */
  shape: number[];
  /** The numbers, outermost axis first. */
  data: IdxData;
}

interface IdxType {
  readonly code: number;
  readonly array: string;
  readonly width: 1 | 2 | 4 | 8;
  /** `bytes` in host order; the one-byte types look at them in place. */
  readonly view: (bytes: Uint8Array) => IdxData;
}

const TYPES: readonly IdxType[] = [
  { code: 0x08, array: "Uint8Array", width: 1, view: (b) => new Uint8Array(b.buffer, b.byteOffset, b.length) },
  { code: 0x09, array: "Int8Array", width: 1, view: (b) => new Int8Array(b.buffer, b.byteOffset, b.length) },
  { code: 0x0b, array: "Int16Array", width: 2, view: (b) => new Int16Array(b.buffer) },
  { code: 0x0c, array: "Int32Array", width: 4, view: (b) => new Int32Array(b.buffer) },
  { code: 0x0d, array: "Float32Array", width: 4, view: (b) => new Float32Array(b.buffer) },
  { code: 0x0e, array: "Float64Array", width: 8, view: (b) => new Float64Array(b.buffer) },
];

const MAX_AXES = 8;
const MAX_LENGTH = 0xffffffff;

/** How many numbers the shape holds, or undefined past what can be counted exactly. */
function countOf(shape: readonly number[]): number | undefined {
  let count = 1;
  for (const length of shape) {
    count *= length;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

function arrayName(value: unknown): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

/**
 * Reads an IDX file. Strict: the size must be exactly what the header says.
 *
 * @param bytes the whole file, not compressed.
 * @param label what the messages call it, such as the file's path.
 * @returns the axes and the numbers. One-byte numbers are a view of `bytes`, not a copy; wider ones are a copy in
 *   the host's byte order.
 * @throws {DrowseError} on anything but a whole IDX file of 1 to 8 axes.
 * @example
 * const { shape, data } = readIdx(await readFile("train-labels-idx1-ubyte"));   // shape [60000]
 */
export function readIdx(bytes: Uint8Array, label = "the data"): IdxArray {
  const refuse = (received: string, remedy = "it is not an IDX file, or it is damaged: copy or download it again") =>
    new DrowseError("readIdx", `${label} ${received}`, remedy);
  const cutOff = "it is truncated: copy or download it again";
  if (arrayName(bytes) !== "Uint8Array") throw refuse(`is ${show(bytes)}`, "give the file's bytes as a Uint8Array");
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw refuse("is compressed with gzip", "decompress it first");
  if (bytes.length < 4) throw refuse(`has ${bytes.length} bytes, fewer than the 4 an IDX file begins with`, cutOff);

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = TYPES.find(({ code }) => code === bytes[2]);
  const axes = bytes[3] as number;
  const magic = `0x${view.getUint32(0).toString(16).padStart(8, "0")}`;
  if (bytes[0] !== 0 || bytes[1] !== 0) throw refuse(`begins with ${magic}, where an IDX file has two zero bytes`);
  if (type === undefined) throw refuse(`begins with ${magic}, whose third byte is none of the types 08, 09, 0b, 0c, 0d, 0e`);
  if (axes < 1 || axes > MAX_AXES) throw refuse(`begins with ${magic}, so it has ${axes} axes, not 1 to ${MAX_AXES}`);

  const header = 4 + 4 * axes;
  if (bytes.length < header) throw refuse(`has ${bytes.length} bytes, fewer than the ${header} of its header`, cutOff);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = countOf(shape);
  const size = count === undefined ? undefined : header + count * type.width;
  if (size === undefined || !Number.isSafeInteger(size)) throw refuse(`has the shape ${formatShape(shape)}, too large to count`);
  const difference = bytes.length - size;
  const need = `has ${bytes.length} bytes where its shape ${formatShape(shape)} needs ${size}`;
  if (difference < 0) throw refuse(`${need}: ${-difference} are missing`, cutOff);
  if (difference > 0) throw refuse(`${need}: ${difference} are left over`);

  const numbers = new Uint8Array(bytes.buffer, bytes.byteOffset + header, size - header);
  return { shape, data: type.view(type.width === 1 ? numbers : new Uint8Array(exchangeByteOrder(numbers, type.width, false))) };
}

/**
 * Writes an IDX file.
 *
 * @param shape 1 to 8 axes, each a whole number of 0 to 2^32 - 1.
 * @param data the numbers, outermost axis first; its type becomes the file's.
 * @throws {DrowseError} when the shape cannot be written or does not hold as many numbers as `data`.
 * @example
 * await writeFile("labels-idx1-ubyte", writeIdx([3], Uint8Array.of(7, 2, 1)));
 */
export function writeIdx(shape: readonly number[], data: IdxData): Uint8Array {
  const type = TYPES.find(({ array }) => array === arrayName(data));
  if (type === undefined) {
    const remedy = "give a Uint8Array, Int8Array, Int16Array, Int32Array, Float32Array or Float64Array";
    throw new DrowseError("writeIdx", `the data is ${show(data)}`, remedy);
  }
  const whole = Array.isArray(shape) && shape.every((length) => Number.isInteger(length) && length >= 0 && length <= MAX_LENGTH);
  if (!whole || shape.length < 1 || shape.length > MAX_AXES) {
    throw new DrowseError("writeIdx", `the shape is ${show(shape)}`, `give 1 to ${MAX_AXES} whole numbers of 0 to ${MAX_LENGTH}`);
  }
  if (countOf(shape) !== data.length) {
    throw new DrowseError(
      "writeIdx",
      `the shape is ${formatShape(shape)} and the data has ${data.length} numbers`,
      "give one number per place",
    );
  }
  const header = 4 + 4 * shape.length;
  const bytes = new Uint8Array(header + data.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(2, type.code);
  view.setUint8(3, shape.length);
  for (const [axis, length] of shape.entries()) view.setUint32(4 + 4 * axis, length);
  const numbers = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  bytes.set(new Uint8Array(exchangeByteOrder(numbers, type.width, false)), header);
  return bytes;
}
