import { createHash } from "node:crypto";
import type { Trace } from "../src/index.ts";

/** Arrays of numbers by name: weights, velocities. */
export type NamedNumbers = ReadonlyMap<string, ArrayBufferView> | Readonly<Record<string, ArrayBufferView>>;

/** The sha256 of names and bytes, in the order of the names: equal exactly where every bit is. */
export function bitsOf(numbers: NamedNumbers): string {
  const entries = numbers instanceof Map ? [...numbers] : Object.entries(numbers as Record<string, ArrayBufferView>);
  const hash = createHash("sha256");
  for (const [name, { buffer, byteOffset, byteLength }] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name}\n`).update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest("hex");
}

/** Everything that a traced step computed, by name. */
export function numbersOfTrace(trace: Trace): Map<string, Float32Array> {
  const numbers = new Map([["input", trace.input.data]]);
  for (const [name, { output, gradient }] of trace.layers) {
    numbers.set(`output of ${name}`, output.data);
    if (gradient) numbers.set(`gradient of ${name}`, gradient.data);
  }
  for (const [name, values] of trace.gradients) numbers.set(`gradient of ${name}`, values);
  for (const [name, values] of trace.updated) numbers.set(`updated ${name}`, values);
  return numbers.set("loss", Float32Array.of(trace.loss));
}
