import type { Numbers } from "../model/weights.ts";
import { sha256 } from "./sha256.ts";

/**
 * SHA-256 over the weights, as 64 hexadecimal digits: for each parameter, in the order of the layers, the bytes of its
 * name and its numbers as little-endian 32-bit floats. Two models of one hash have the same weights to the last bit.
 */
export function weightsHash(numbers: Numbers): Promise<string> {
  const parameters = [...numbers].map(([name, values]) => ({ name: new TextEncoder().encode(name), values }));
  const bytes = new Uint8Array(parameters.reduce((sum, { name, values }) => sum + name.length + 4 * values.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { name, values } of parameters) {
    bytes.set(name, at);
    at += name.length;
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return sha256(bytes);
}
