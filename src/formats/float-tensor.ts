import { exchangeByteOrder } from "../data/byte-order.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import type { Dtype, SafetensorsTensor } from "./safetensors.ts";

/** How numbers of other types become single precision: exactly, but for those of double precision, which are rounded. */
const CONVERSIONS: Readonly<Partial<Record<Dtype, (bytes: Uint8Array) => Float32Array>>> = {
  F32: (bytes) => new Float32Array(exchangeByteOrder(bytes, 4, true)),
  F64: (bytes) => Float32Array.from(new Float64Array(exchangeByteOrder(bytes, 8, true))),
  F16: (bytes) => Float32Array.from(new Uint16Array(exchangeByteOrder(bytes, 2, true)), half),
  BF16(bytes) {
    const halves = new Uint16Array(exchangeByteOrder(bytes, 2, true));
    // The upper half of a number in single precision.
    return new Float32Array(Uint32Array.from(halves, (bits) => bits << 16).buffer);
  },
};

/**
 * The numbers of a tensor in single precision.
 * @throws {DrowseError} on a tensor that does not hold floating point numbers of 16, 32 or 64 bits.
 */
export function floatsOf(operation: string, name: string, { dtype, bytes }: SafetensorsTensor): Float32Array {
  const convert = CONVERSIONS[dtype];
  if (convert) return convert(bytes);
  const types = Object.keys(CONVERSIONS).join(", ");
  throw new DrowseError(operation, `the tensor ${show(name)} is ${dtype}`, `save it as one of ${types}`);
}

/** A number of half precision by its bits: a sign, 5 bits of exponent and 10 of fraction. */
function half(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  // 2^(exponent - 25), and 2^-24 where the number is subnormal.
  if (exponent === 0) return (sign * fraction) / 2 ** 24;
  return sign * (1024 + fraction) * (2 ** exponent / 2 ** 25);
}
