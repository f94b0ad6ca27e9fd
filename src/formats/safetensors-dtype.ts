/** A number type of safetensors and how its data may be given and taken. */
export interface DtypeInfo {
  /** Bytes per number. */
  readonly width: 1 | 2 | 4 | 8;
  /** The typed arrays that hold such numbers; raw little-endian bytes in a `Uint8Array` serve every type. */
  readonly arrays: readonly string[];
}

/**
 * The number types, in the order of the reference implementation, which writes the last ones first: so wide numbers
 * stand before narrow ones and every tensor is aligned. Types narrower than a byte (F4, F6) are not read.
 */
export const DTYPES = {
  BOOL: { width: 1, arrays: [] },
  U8: { width: 1, arrays: ["Uint8Array", "Uint8ClampedArray"] },
  I8: { width: 1, arrays: ["Int8Array"] },
  F8_E5M2: { width: 1, arrays: [] },
  F8_E4M3: { width: 1, arrays: [] },
  F8_E8M0: { width: 1, arrays: [] },
  I16: { width: 2, arrays: ["Int16Array"] },
  U16: { width: 2, arrays: ["Uint16Array"] },
  F16: { width: 2, arrays: ["Float16Array"] },
  BF16: { width: 2, arrays: [] },
  I32: { width: 4, arrays: ["Int32Array"] },
  U32: { width: 4, arrays: ["Uint32Array"] },
  F32: { width: 4, arrays: ["Float32Array"] },
  C64: { width: 8, arrays: [] },
  F64: { width: 8, arrays: ["Float64Array"] },
  I64: { width: 8, arrays: ["BigInt64Array"] },
  U64: { width: 8, arrays: ["BigUint64Array"] },
} as const satisfies Readonly<Record<string, DtypeInfo>>;

export type Dtype = keyof typeof DTYPES;

// Marked, for bundlers: a page that reads no files goes without.
export const DTYPE_NAMES = /* @__PURE__ */ Object.keys(DTYPES) as readonly Dtype[];

export function isDtype(value: unknown): value is Dtype {
  return typeof value === "string" && Object.hasOwn(DTYPES, value);
}

/** The header's bytes at most: a hundredth of this is a large model. The reference implementation takes ten times as many. */
export const MAX_HEADER_BYTES = 10_000_000;
export const MAX_TENSORS = 65_536;
export const METADATA_KEY = "__metadata__";

/**
 * The bytes that a tensor of this shape takes, or undefined when a length is not a whole number of 0 or more or the
 * size cannot be counted exactly (also where a later length is 0, as in the reference implementation).
 */
export function tensorBytes(dtype: Dtype, shape: readonly unknown[]): number | undefined {
  let bytes: number = DTYPES[dtype].width;
  for (const length of shape) {
    if (typeof length !== "number" || !Number.isSafeInteger(length) || length < 0) return undefined;
    bytes *= length;
    if (!Number.isSafeInteger(bytes)) return undefined;
  }
  return bytes;
}
