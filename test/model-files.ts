import { batchNorm, DrowseError, dense, dropout, layerNorm, loadModel, type Model, relu, residual, sequential } from "drowse";
import { expect } from "vitest";
import { readSafetensors, type SafetensorsInput, writeSafetensors } from "../src/formats/safetensors.ts";
import { bitsOf } from "./bits.ts";

// Model files with something changed in them, and what `loadModel` says to that.

/** Everything a model is, but for its functions. */
export const essence = (model: Model) => ({
  bits: bitsOf(model.weights),
  names: [...model.weights.keys()],
  seed: model.seed,
  pass: model.pass,
  link: model.link,
  inputScale: model.inputScale,
  shapes: [model.inputShape, model.outputShape],
  summary: model.summary(),
});

/** A model with normalisation and with a block in the branch of another. */
export function branched(): Model {
  const inner = residual([dense(4), relu()], { dropPath: 0.25, scaling: "none" });
  return sequential({ input: [4], seed: 6 }, [
    batchNorm({ momentum: 0.2 }),
    residual([dense(4), inner, dropout({ rate: 0.5 })], { dropPath: 0.5, name: "outer" }),
    layerNorm(),
    dense(2),
  ]);
}

type ChangeTensors = (tensors: SafetensorsInput[]) => SafetensorsInput[];

/** A file with other metadata or tensors. */
export function changed(
  whole: Uint8Array,
  change: { metadata?: Readonly<Record<string, string | undefined>>; tensors?: ChangeTensors | undefined },
): Uint8Array {
  const file = readSafetensors(whole);
  const metadata = { ...Object.fromEntries(file.metadata), ...change.metadata };
  const kept = Object.entries(metadata).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const tensors = [...file.tensors].map(([name, { dtype, shape, bytes }]) => ({ name, dtype, shape, data: bytes }));
  return writeSafetensors(change.tensors?.(tensors) ?? tensors, Object.fromEntries(kept));
}

export interface GraphJson {
  readonly input: unknown;
  readonly nodes: readonly Readonly<Record<string, unknown>>[];
}

export type ChangeGraph = (graph: GraphJson) => object;

/** A file with another graph. */
export function withGraph(whole: Uint8Array, change: ChangeGraph): Uint8Array {
  const graph = JSON.parse(readSafetensors(whole).metadata.get("graph") ?? "");
  return changed(whole, { metadata: { graph: JSON.stringify(change(graph)) } });
}

/** Changes settings of one node; undefined takes one away. */
export function node(index: number, settings: Readonly<Record<string, unknown>>): (graph: GraphJson) => GraphJson {
  return (graph) => ({ ...graph, nodes: graph.nodes.with(index, { ...graph.nodes[index], ...settings }) });
}

/** Other tensors in the place of one. */
export const but =
  (name: string, other: SafetensorsInput[]): ChangeTensors =>
  (tensors) => [...tensors.filter((tensor) => tensor.name !== name), ...other];

export const F32 = (name: string, shape: number[], value = 0): SafetensorsInput => ({
  ...{ name, dtype: "F32", shape },
  data: new Float32Array(shape.reduce((product, length) => product * length, 1)).fill(value),
});

/** The error with which a file is refused. */
export function refusal(bytes: unknown): DrowseError {
  try {
    loadModel(bytes as Uint8Array);
  } catch (error) {
    expect(error).toBeInstanceOf(DrowseError);
    const { message, operation, received, remedy } = error as DrowseError;
    expect(message).toBe(`${operation}: ${received}; ${remedy}`);
    for (const part of [operation, received, remedy]) expect(part).not.toBe("");
    return error as DrowseError;
  }
  throw new Error("it loaded");
}
