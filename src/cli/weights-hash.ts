import { createHash } from "node:crypto";
import type { Numbers } from "../model/weights.ts";

/**
 * SHA-256 over the weights, as 64 hexadecimal digits: for each parameter, in the order of the layers, the bytes of its
 * name and its numbers as little-endian 32-bit floats. Two models of one hash have the same weights to the last bit.
 */
export function weightsHash(numbers: Numbers): string {
  const hash = createHash("sha256");
  for (const [name, values] of numbers) {
    const bytes = new Uint8Array(4 * values.length);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i], true);
    hash.update(name).update(bytes);
  }
  return hash.digest("hex");
}
