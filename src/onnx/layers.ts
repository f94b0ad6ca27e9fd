import type { LayerKind } from "../layers/layer.ts";
import type { Node } from "../model/graph.ts";
import { DrowseError } from "../tensor/errors.ts";
import { activations } from "./activations.ts";
import type { GraphBuilder } from "./graph-builder.ts";
import { randomLayers } from "./random-layers.ts";

/** What the nodes of a layer are made of. */
export interface LayerPlace {
  readonly graph: GraphBuilder;
  readonly node: Node;
  /** The values of the nodes that it takes; the first is what most layers have. */
  readonly inputs: readonly string[];
  /** The tensor of one of its parameters. */
  readonly parameter: (name: string) => string;
  /** The values of one of its parameters. */
  readonly values: (name: string) => Float32Array;
  /** The input that says whether masks and noise are drawn; undefined: they never are. */
  readonly live: string | undefined;
}

/** Writes a layer, and returns its output. */
export type LayerWriter = (place: LayerPlace) => string;

const layers: Readonly<Partial<Record<LayerKind, LayerWriter>>> = {
  ...activations,
  ...randomLayers,
  dense,
  flatten,
  maxout,
  batchNorm,
  layerNorm,
};

/**
 * Writes a layer, and returns its output.
 * @throws {DrowseError} on a kind that has no form in ONNX.
 */
export function writeLayer(place: LayerPlace): string {
  const { kind } = place.node.layer;
  const write = layers[kind];
  if (!write)
    throw new DrowseError(
      "toOnnx",
      `${place.node.name} is a ${kind} layer`,
      "take a network without: ONNX export does not know it",
    );
  return write(place);
}

// y = x Wt + b
function dense({ graph, node, inputs: [x], parameter }: LayerPlace): string {
  return graph.op("Gemm", [x, ...node.parameters.map(({ name }) => parameter(name))], { transB: 1 });
}

/** A length of 0 is that of the same axis of the input: the batch. */
function flatten({ graph, node, inputs: [x] }: LayerPlace): string {
  return graph.op("Reshape", [x, graph.lengths("shape", [0, ...node.outputShape])]);
}

// y = max of each group
function maxout({ graph, node, inputs: [x] }: LayerPlace): string {
  const pieces = Number(node.layer.config.pieces);
  const groups = graph.op("Reshape", [x, graph.lengths("shape", [0, ...node.outputShape, pieces])]);
  return graph.op("ReduceMax", [groups], { axes: [node.outputShape.length + 1], keepdims: 0 });
}

// y = weight (x - running_mean) / sqrt(running_var + epsilon) + bias
function batchNorm({ graph, node, inputs: [x], parameter }: LayerPlace): string {
  const parameters = ["weight", "bias", "running_mean", "running_var"].map(parameter);
  return graph.op("BatchNormalization", [x, ...parameters], { epsilon: { float: Number(node.layer.config.epsilon) } });
}

/** y = weight (x - mean) / sqrt(variance + epsilon) + bias: the operator of this name came with version 17. */
function layerNorm({ graph, node, inputs: [x], parameter }: LayerPlace): string {
  const mean = (value: string) => graph.op("ReduceMean", [value], { axes: [1], keepdims: 1 });
  const centred = graph.op("Sub", [x, mean(x)]);
  const variance = mean(graph.op("Mul", [centred, centred]));
  const deviation = graph.op("Sqrt", [graph.op("Add", [variance, graph.constant("epsilon", Number(node.layer.config.epsilon))])]);
  const scaled = graph.op("Mul", [graph.op("Div", [centred, deviation]), parameter("weight")]);
  return graph.op("Add", [scaled, parameter("bias")]);
}
