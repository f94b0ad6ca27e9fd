import { exchangeByteOrder } from "../data/byte-order.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { formatShape, type Shape, sameShape } from "../tensor/shape.ts";
import {
  DTYPE_NAMES,
  DTYPES,
  type Dtype,
  isDtype,
  MAX_HEADER_BYTES,
  MAX_TENSORS,
  METADATA_KEY,
  tensorBytes,
} from "./safetensors-dtype.ts";
import { type JsonValue, parseStrictJson } from "./strict-json.ts";

export interface SafetensorsTensor {
  readonly dtype: Dtype;
  /** The lengths of the axes, outermost first; empty for a single number. */
  readonly shape: readonly number[];
  /** The numbers, little-endian: a view of the file's bytes, at any alignment. */
  readonly bytes: Uint8Array;
}

export interface Safetensors {
  /** The tensors by name, in the order of their data. */
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

const OPERATION = "readSafetensors";
const REMEDY = "it is not a safetensors file, or it was truncated or changed: copy or download it again";

function refusal(received: string): DrowseError {
  return new DrowseError(OPERATION, received, REMEDY);
}

interface Entry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The header's JSON and where the data begins. */
function readHeader(bytes: Uint8Array): { header: Map<string, JsonValue>; dataStart: number } {
  if (bytes.length < 8) throw refusal(`the file has ${bytes.length} bytes, fewer than the 8 of the header's length`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) throw refusal(`the header would be ${length} bytes long, more than ${MAX_HEADER_BYTES}`);
  const dataStart = 8 + Number(length);
  if (dataStart > bytes.length) throw refusal(`the header needs ${dataStart} bytes and the file has ${bytes.length}`);

  // A copy, because a TextDecoder does not take shared memory.
  const text = new Uint8Array(bytes.subarray(8, dataStart));
  if (text[0] !== "{".charCodeAt(0)) throw refusal(`the header of ${length} bytes does not begin with "{"`);
  let json: string;
  try {
    json = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text);
  } catch {
    throw refusal("the header is not valid UTF-8");
  }
  const header = parseStrictJson(json, { operation: `${OPERATION} (header)`, remedy: REMEDY, wholeNumbers: true });
  return { header: header as Map<string, JsonValue>, dataStart };
}

function readMetadata(value: JsonValue | undefined): Map<string, string> {
  const metadata = new Map<string, string>();
  if (value === undefined) return metadata;
  if (!(value instanceof Map)) throw refusal(`${METADATA_KEY} is ${show(value)}, not an object of strings`);
  for (const [key, text] of value) {
    if (typeof text !== "string") throw refusal(`the metadata ${show(key)} is ${kind(text)}, not a string`);
    metadata.set(key, text);
  }
  return metadata;
}

function readEntry(name: string, value: JsonValue): Entry {
  const of = `of the tensor ${show(name)}`;
  if (!(value instanceof Map)) throw refusal(`the entry ${of} is ${show(value)}, not an object`);
  for (const key of value.keys()) {
    if (!["dtype", "shape", "data_offsets"].includes(key)) throw refusal(`the entry ${of} has the unknown key ${show(key)}`);
  }
  const { dtype, shape, data_offsets: offsets } = Object.fromEntries(value);
  if (!isDtype(dtype)) throw refusal(`the dtype ${of} is ${kind(dtype)}, not one of ${DTYPE_NAMES.join(", ")}`);
  if (!isNumbers(shape)) throw refusal(`the shape ${of} is ${kind(shape)}, not an array of whole numbers`);
  if (!isNumbers(offsets) || offsets.length !== 2)
    throw refusal(`the data_offsets ${of} are ${kind(offsets)}, not two whole numbers`);

  const [begin, end] = offsets as [number, number];
  const size = tensorBytes(dtype, shape);
  if (size === undefined) throw refusal(`the shape ${of} is ${show(shape)}, too large to count`);
  if (begin > end) throw refusal(`the data_offsets ${of} are ${show(offsets)}, the end before the begin`);
  if (end - begin !== size) {
    throw refusal(`the data_offsets ${of} are ${show(offsets)}, but ${dtype} of the shape ${show(shape)} takes ${size} bytes`);
  }
  return { name, dtype, shape, begin, end };
}

function isNumbers(value: JsonValue | undefined): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number");
}

function kind(value: JsonValue | undefined): string {
  if (value === undefined) return "missing";
  return value instanceof Map ? "an object" : show(value);
}

/** Sorts the entries by their place in the data and checks that they fill it: no hole, no overlap, no rest. */
function checkLayout(entries: Entry[], dataLength: number): void {
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== position) {
      const fault = begin > position ? "leaves a hole after" : "overlaps";
      throw refusal(`the data of the tensor ${show(name)} begins at ${begin} and ${fault} what ends at ${position}`);
    }
    position = end;
  }
  if (position !== dataLength) throw refusal(`the tensors take ${position} bytes and the file holds ${dataLength} bytes of data`);
}

/**
 * Reads a safetensors file held in memory. Strict, so that two readers cannot see two different files in one: no key
 * twice, none unknown, and the tensors fill the data exactly.
 *
 * @param bytes the whole file.
 * @returns the tensors as views of `bytes` (nothing is copied) and the metadata.
 * @throws {DrowseError} on anything but a whole safetensors file of at most 65,536 tensors and a header of at most 10 MB.
 * @example
 * const file = readSafetensors(await readFile("model.safetensors"));
 * const weight = copyTensor(file, "dense1.weight", "F32", [1024, 784]);
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  if (Object.prototype.toString.call(bytes) !== "[object Uint8Array]") {
    throw new DrowseError(OPERATION, `the file is ${show(bytes)}`, "give its bytes as a Uint8Array");
  }
  const { header, dataStart } = readHeader(bytes);
  const metadata = readMetadata(header.get(METADATA_KEY));
  header.delete(METADATA_KEY);
  if (header.size > MAX_TENSORS) throw refusal(`the header names ${header.size} tensors, more than ${MAX_TENSORS}`);

  const entries = [...header].map(([name, value]) => readEntry(name, value));
  checkLayout(entries, bytes.length - dataStart);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    tensors.set(name, { dtype, shape, bytes: new Uint8Array(bytes.buffer, bytes.byteOffset + dataStart + begin, end - begin) });
  }
  return { tensors, metadata };
}

const COPIES = {
  F32: (buffer: ArrayBuffer) => new Float32Array(buffer),
  F64: (buffer: ArrayBuffer) => new Float64Array(buffer),
  I8: (buffer: ArrayBuffer) => new Int8Array(buffer),
  I16: (buffer: ArrayBuffer) => new Int16Array(buffer),
  I32: (buffer: ArrayBuffer) => new Int32Array(buffer),
  I64: (buffer: ArrayBuffer) => new BigInt64Array(buffer),
  U8: (buffer: ArrayBuffer) => new Uint8Array(buffer),
  U16: (buffer: ArrayBuffer) => new Uint16Array(buffer),
  U32: (buffer: ArrayBuffer) => new Uint32Array(buffer),
  U64: (buffer: ArrayBuffer) => new BigUint64Array(buffer),
};

/**
 * A tensor's numbers as a typed array of their own, in the host's byte order: a copy, so its alignment is right and the
 * file's bytes may go. Bits are kept, NaN payloads too.
 *
 * @param file what `readSafetensors` gave.
 * @param dtype the type it must have; it is not converted.
 * @param shape the shape it must have, when one is given.
 * @throws {DrowseError} when there is no such tensor or it has another type or shape.
 */
export function copyTensor<D extends keyof typeof COPIES>(
  file: Safetensors,
  name: string,
  dtype: D,
  shape?: Shape,
): ReturnType<(typeof COPIES)[D]> {
  const tensor = file.tensors.get(name);
  const other = "use a file that was written for this";
  if (tensor === undefined) {
    const names = [...file.tensors.keys()];
    const rest = names.length > 8 ? `${names.slice(0, 8).map(show).join(", ")}, ...` : names.map(show).join(", ");
    throw new DrowseError("copyTensor", `the file has no tensor ${show(name)} among its ${names.length} (${rest})`, other);
  }
  if (tensor.dtype !== dtype) {
    throw new DrowseError("copyTensor", `the tensor ${show(name)} is ${tensor.dtype} where ${dtype} is due`, other);
  }
  if (shape !== undefined && !sameShape(tensor.shape, shape)) {
    const received = `the tensor ${show(name)} has the shape ${formatShape(tensor.shape)} where ${formatShape(shape)} is due`;
    throw new DrowseError("copyTensor", received, other);
  }
  return COPIES[dtype](exchangeByteOrder(tensor.bytes, DTYPES[dtype].width, true)) as ReturnType<(typeof COPIES)[D]>;
}
