import { moreLayers } from "../layers/more-kinds.ts";
import { type Graph, graphParameters, INPUT } from "../model/graph.ts";
import { Model } from "../model/model.ts";
import { GENERATOR } from "../random/philox.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { FORMAT, readModelFile, tensorName } from "./model-file-read.ts";
import { writeSafetensors } from "./safetensors.ts";

// A model is one safetensors file: its parameters as tensors, everything else in the metadata.
//
//   format      "drowse-model/1"
//   generator   of initial weights, masks and order: training can go on only with the same
//   seed, pass  whole numbers
//   link        "softmax", "sigmoid", "identity", "gaussian", or "none" before the first training
//   inputScale  what a byte of the inputs counts, such as 1 / 255 in all its digits
//   graph       JSON: { "input": [784], "nodes": [{ "name", "kind", "inputs", ...settings }, ...] }
//
// Tensors are named by their layer's place in the graph, "1.weight" [out, in] and "1.bias" [out], which are the
// names that a torch.nn.Sequential of the same layers gives them.

function graphText({ input, nodes }: Graph): string {
  const named = (index: number) => (index === INPUT ? "input" : nodes[index].name);
  return JSON.stringify({
    input,
    nodes: nodes.map(({ name, layer, inputs }) => ({ name, kind: layer.kind, inputs: inputs.map(named), ...layer.config })),
  });
}

/**
 * A model as the bytes of a file.
 * @throws {DrowseError} on anything that is not a model.
 * @example
 * await writeFile("model.safetensors", saveModel(model));
 */
export function saveModel(model: Model): Uint8Array {
  if (!(model instanceof Model))
    throw new DrowseError("saveModel", `the model is ${show(model)}`, "give a model of this library");
  const tensors = graphParameters(model.graph).map(({ name, node, specification }) => ({
    name: tensorName(node, specification),
    dtype: "F32" as const,
    shape: specification.shape,
    data: model.weights.get(name) as Float32Array,
  }));
  return writeSafetensors(tensors, {
    format: FORMAT,
    generator: GENERATOR,
    seed: String(model.seed),
    pass: String(model.pass),
    link: model.link ?? "none",
    inputScale: String(model.inputScale),
    graph: graphText(model.graph),
  });
}

/**
 * The model of a file's bytes: it predicts with the same bits, and training goes on with the next pass.
 * @throws {DrowseError} when the bytes are no safetensors file, or not one that `saveModel` made.
 * @example
 * const model = loadModel(await readFile("model.safetensors"));
 */
export function loadModel(bytes: Uint8Array): Model {
  return new Model(readModelFile(bytes, moreLayers));
}
