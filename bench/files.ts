import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { NetworkJob } from "./job.ts";

/** Numbers of a file in single precision. */
export function floatsFrom(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** The rows of a job: inputs, and class indices or numbers. */
export function rowsFrom({ data, loss }: NetworkJob): { x: Float32Array; y: Int32Array | Float32Array } {
  const targets = floatsFrom(data.y);
  return { x: floatsFrom(data.x), y: loss === "crossEntropy" ? new Int32Array(targets.buffer) : targets };
}

/** Cuts numbers that lie behind each other into those of each name, by their sizes. */
export function cut(values: Float32Array, sizes: ReadonlyMap<string, number>): Record<string, Float32Array> {
  const parts: Record<string, Float32Array> = {};
  let at = 0;
  for (const [name, size] of sizes) {
    parts[name] = values.subarray(at, at + size);
    at += size;
  }
  if (at !== values.length) throw new Error(`bench: a file of weights has ${values.length} numbers, the network ${at}`);
  return parts;
}

/** Writes a file whole or not at all, unless it is there. */
export function writeOnce(path: string, make: () => Float32Array | Int32Array): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.partial`, Buffer.from(make().buffer));
  renameSync(`${path}.partial`, path);
}
