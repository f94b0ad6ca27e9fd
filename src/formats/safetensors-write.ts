import { exchangeByteOrder } from "../data/byte-order.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import {
  DTYPE_NAMES,
  DTYPES,
  type Dtype,
  type DtypeInfo,
  isDtype,
  MAX_HEADER_BYTES,
  MAX_TENSORS,
  METADATA_KEY,
  tensorBytes,
} from "./safetensors-dtype.ts";

export interface SafetensorsInput {
  readonly name: string;
  readonly dtype: Dtype;
  /** The lengths of the axes, outermost first; empty for a single number. */
  readonly shape: readonly number[];
  /** A typed array of the dtype, or a `Uint8Array` of its little-endian bytes. */
  readonly data: ArrayBufferView;
}

export type SafetensorsMetadata = Readonly<Record<string, string>> | ReadonlyMap<string, string>;

const LONE_SURROGATE = /\p{Surrogate}/u;

function refusal(received: string, remedy: string): DrowseError {
  return new DrowseError("writeSafetensors", received, remedy);
}

/** By code point, which is the order of the UTF-8 bytes; a plain sort goes by UTF-16 code unit. */
function byCodePoint(a: string, b: string): number {
  const left = a[Symbol.iterator]();
  const right = b[Symbol.iterator]();
  for (;;) {
    const x = left.next().value?.codePointAt(0) ?? -1;
    const y = right.next().value?.codePointAt(0) ?? -1;
    if (x !== y) return x - y;
    if (x === -1) return 0;
  }
}

function checkText(what: string, text: unknown): string {
  if (typeof text !== "string") throw refusal(`${what} is ${show(text)}`, "give a string");
  if (LONE_SURROGATE.test(text)) throw refusal(`${what} ${show(text)} holds half a surrogate pair`, "give a well-formed string");
  return text;
}

function checkTensor({ name, dtype, shape, data }: SafetensorsInput): void {
  checkText("the tensor's name", name);
  const of = `of the tensor ${show(name)}`;
  if (name === METADATA_KEY) throw refusal(`a tensor is named ${METADATA_KEY}`, "choose another name: the format keeps this one");
  if (!isDtype(dtype)) throw refusal(`the dtype ${of} is ${show(dtype)}`, `give one of ${DTYPE_NAMES.join(", ")}`);
  const size = Array.isArray(shape) ? tensorBytes(dtype, shape) : undefined;
  if (size === undefined) throw refusal(`the shape ${of} is ${show(shape)}`, "give whole numbers of 0 or more");

  const array = Object.prototype.toString.call(data).slice("[object ".length, -1);
  const allowed = [...new Set(["Uint8Array", ...(DTYPES[dtype] as DtypeInfo).arrays])];
  if (!allowed.includes(array)) throw refusal(`the ${dtype} data ${of} is ${show(data)}`, `give a ${allowed.join(" or ")}`);
  if (data.byteLength !== size) {
    throw refusal(`the data ${of} has ${data.byteLength} bytes`, `${dtype} of the shape ${show(shape)} takes ${size}`);
  }
}

function metadataJson(metadata: SafetensorsMetadata): string | undefined {
  const entries = metadata instanceof Map ? [...metadata] : Object.entries(metadata);
  if (entries.length === 0) return undefined;
  const members = entries
    .map(([key, text]) => [checkText("a metadata key", key), checkText(`the metadata ${show(key)}`, text)] as const)
    .sort(([a], [b]) => byCodePoint(a, b))
    .map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`);
  return `"${METADATA_KEY}":{${members.join(",")}}`;
}

/**
 * Writes a safetensors file. The same tensors and metadata give the same bytes, in whatever order they come: tensors
 * stand as in the reference implementation, dtypes from wide to narrow and names by code point within, and so do the
 * metadata keys; spaces after the header align the data to 8 bytes, and so every tensor to its numbers' width.
 *
 * @param tensors at most 65,536, of different names.
 * @param metadata strings by name; no `__metadata__` is written when there are none.
 * @returns the whole file.
 * @throws {DrowseError} on what cannot be written or would not be read back.
 * @example
 * const file = writeSafetensors([{ name: "bias", dtype: "F32", shape: [3], data: Float32Array.of(1, 2, 3) }], { seed: "42" });
 */
export function writeSafetensors(tensors: readonly SafetensorsInput[], metadata: SafetensorsMetadata = {}): Uint8Array {
  if (tensors.length > MAX_TENSORS) throw refusal(`there are ${tensors.length} tensors`, `give at most ${MAX_TENSORS}`);
  const names = new Set<string>();
  for (const tensor of tensors) {
    checkTensor(tensor);
    if (names.has(tensor.name)) throw refusal(`two tensors are named ${show(tensor.name)}`, "give each a name of its own");
    names.add(tensor.name);
  }
  const rank = (tensor: SafetensorsInput) => DTYPE_NAMES.indexOf(tensor.dtype);
  const sorted = [...tensors].sort((a, b) => rank(b) - rank(a) || byCodePoint(a.name, b.name));

  let end = 0;
  const members = sorted.map(({ name, dtype, shape, data }) => {
    const begin = end;
    end += data.byteLength;
    return `${JSON.stringify(name)}:{"dtype":"${dtype}","shape":[${shape.join(",")}],"data_offsets":[${begin},${end}]}`;
  });
  const first = metadataJson(metadata);
  const header = new TextEncoder().encode(`{${(first === undefined ? members : [first, ...members]).join(",")}}`);
  const padded = Math.ceil(header.length / 8) * 8;
  if (padded > MAX_HEADER_BYTES) {
    throw refusal(`the header is ${padded} bytes long`, `keep names and metadata below ${MAX_HEADER_BYTES} bytes`);
  }

  const file = new Uint8Array(8 + padded + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.set(header, 8);
  file.fill(" ".charCodeAt(0), 8 + header.length, 8 + padded);
  let position = 8 + padded;
  for (const { data, dtype } of sorted) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const raw = Object.prototype.toString.call(data) === "[object Uint8Array]";
    file.set(raw ? bytes : new Uint8Array(exchangeByteOrder(bytes, DTYPES[dtype].width, true)), position);
    position += data.byteLength;
  }
  return file;
}
