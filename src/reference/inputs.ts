import type { Numbers } from "./numbers.ts";

/** x = bytes scale, for data kept as bytes until it is used, such as pixels with scale 1 / 255. */
export function inputs(bytes: Numbers, scale: number): Float64Array {
  return Float64Array.from(bytes, (byte) => byte * scale);
}
