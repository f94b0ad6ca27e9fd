import type { Layers } from "../layers/layer.ts";
import { type LayerKinds, layerFrom, type UnknownConfig } from "../layers/registry.ts";
import type { OutputLink } from "../losses/loss.ts";
import { chain } from "../model/chain.ts";
import { firstWrong, type Graph, graphParameters, type Node } from "../model/graph.ts";
import type { NetworkParts } from "../model/network.ts";
import { GENERATOR } from "../random/philox.ts";
import { checkSeed } from "../random/streams.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { copyTensor, readSafetensors, type Safetensors } from "./safetensors.ts";
import { type JsonValue, parseStrictJson } from "./strict-json.ts";

// Reading apart from `loadModel`, which makes of it a model that can do everything: who only predicts loads this file alone.

/** The version of the format, which model-file.ts describes. */
export const FORMAT = "drowse-model/1";
const LINKS: readonly string[] = ["softmax", "sigmoid", "identity", "gaussian"] satisfies OutputLink[];

/** The name of a parameter's tensor. */
export const tensorName = (node: Node, parameter: { name: string }) => `${node.path}.${parameter.name}`;

/**
 * What the bytes of a file say, checked.
 * @param more - kinds of layers beside those that everyone loads.
 */
export function readModelFile(bytes: Uint8Array, more: LayerKinds): NetworkParts {
  const file = readSafetensors(bytes);
  const { metadata } = file;
  const format = metadata.get("format");
  if (format !== FORMAT) {
    const received =
      format === undefined ? "the file is safetensors without a model of this library" : `the file's format is ${show(format)}`;
    throw new DrowseError("loadModel", received, `give a file that saveModel made (${FORMAT})`);
  }
  if (metadata.get("generator") !== GENERATOR) {
    throw new DrowseError(
      "loadModel",
      `the file's generator is ${show(metadata.get("generator"))}`,
      `this version has ${GENERATOR}: load it with the version that saved it`,
    );
  }
  const seed = checkSeed("loadModel", wholeNumber("seed", metadata.get("seed")));
  const pass = wholeNumber("pass", metadata.get("pass"));
  if (pass >= 2 ** 31) throw damaged(`its pass is "${pass}"`);
  const link = metadata.get("link");
  if (link === undefined || (link !== "none" && !LINKS.includes(link))) throw damaged(`the output link is ${show(link)}`);
  const inputScale = finiteNumber("inputScale", metadata.get("inputScale"));
  const graph = readGraph(metadata.get("graph"), more);
  const weights = readWeights(file, graph);
  return { graph, seed, weights, pass, link: link === "none" ? undefined : (link as OutputLink), inputScale };
}

function damaged(received: string): DrowseError {
  return new DrowseError("loadModel", received, "the file was changed or damaged: save the model again");
}

function wholeNumber(name: string, text: string | undefined): number {
  if (text === undefined || !/^(0|[1-9]\d{0,15})$/.test(text) || !Number.isSafeInteger(Number(text))) {
    throw damaged(`its ${name} is ${show(text)}`);
  }
  return Number(text);
}

function finiteNumber(name: string, text: string | undefined): number {
  const value = Number(text);
  if (text === undefined || !Number.isFinite(value) || String(value) !== text) throw damaged(`its ${name} is ${show(text)}`);
  return value;
}

function readGraph(text: string | undefined, more: LayerKinds): Graph {
  const json = parseStrictJson(text ?? "", {
    operation: "loadModel: graph",
    remedy: "the file was changed or damaged: save the model again",
  });
  if (!(json instanceof Map)) throw damaged("its graph is not an object");
  const nodes = json.get("nodes");
  if (json.size !== 2 || !Array.isArray(nodes)) throw damaged("its graph has not just input and nodes");
  const layers = readLayers(nodes, more);
  return chain("loadModel", json.get("input"), layers);
}

/**
 * The layers of a file's nodes. Each takes the node before it; one that joins a branch takes the node before the branch as well,
 * and so what has been read since is its branch.
 */
function readLayers(nodes: readonly JsonValue[], more: LayerKinds): Layers {
  const read: { name: string; layer: Layers[number] }[] = [];
  for (const node of nodes) {
    if (!(node instanceof Map)) throw damaged("a node of its graph is not an object");
    const { name, kind, inputs, ...config } = Object.fromEntries(node) as Record<string, JsonValue>;
    if (typeof name !== "string") throw damaged(`a node's name is ${show(name)}`);
    const layer = layerFrom(kind, name, config as UnknownConfig, more);
    const before = read.at(-1)?.name ?? "input";
    if (!layer.joins) {
      if (!isList(inputs, [before])) throw damaged(`${name} takes ${show(inputs)} where ${show([before])} is due`);
      read.push({ name, layer });
      continue;
    }
    const from = Array.isArray(inputs) ? inputs[0] : undefined;
    const first = from === "input" ? 0 : read.findIndex((other) => other.name === from) + 1;
    if (!isList(inputs, [from, before]) || (from !== "input" && first === 0)) {
      throw damaged(`${name} takes ${show(inputs)}, and joins no branch`);
    }
    const branch = read.splice(first).map((inner) => inner.layer);
    read.push({ name, layer: { branch, join: layer } });
  }
  return read.map(({ layer }) => layer);
}

function isList(value: JsonValue, expected: readonly unknown[]): boolean {
  return Array.isArray(value) && value.length === expected.length && value.every((item, i) => item === expected[i]);
}

function readWeights(file: Safetensors, graph: Graph): Map<string, Float32Array> {
  const parameters = graphParameters(graph);
  if (file.tensors.size !== parameters.length) {
    throw damaged(`it has ${file.tensors.size} tensors where its graph has ${parameters.length} parameters`);
  }
  return new Map(
    parameters.map(({ name, node, specification }) => {
      const values = copyTensor(file, tensorName(node, specification), "F32", specification.shape);
      const wrong = firstWrong(values, specification);
      if (wrong) throw damaged(`number ${wrong.at} of ${tensorName(node, specification)} is ${values[wrong.at]}`);
      return [name, values];
    }),
  );
}
