import { isDropout } from "../layers/dropout/dropout-layer.ts";
import type { Layer, ParameterSpecification } from "../layers/layer.ts";
import type { Shape } from "../tensor/shape.ts";

/** The model's input, as the source of a node. */
export const INPUT = -1;

/** A layer in its place. */
export interface Node {
  readonly index: number;
  readonly layer: Layer;
  /** The layer's name, or its kind and number: `dense2` is the second dense layer. */
  readonly name: string;
  /** Places within places, `3` or `3.0`: the fourth layer, and the first in the branch of that. */
  readonly path: string;
  /** Nodes whose outputs it takes, or INPUT: the first is what all layers have. */
  readonly inputs: readonly number[];
  /** Of the first input. */
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly parameters: readonly ParameterSpecification[];
}

/** Layers and what flows between them, in an order in which each comes after its inputs. */
export interface Graph {
  readonly input: Shape;
  readonly nodes: readonly Node[];
  readonly output: Shape;
}

/** A parameter's name over the whole model, `dense1.weight`: the key of its first values belongs to it. */
export function parameterName(node: Node, parameter: ParameterSpecification): string {
  return `${node.name}.${parameter.name}`;
}

/** A parameter in its place. */
export interface GraphParameter {
  readonly name: string;
  readonly node: Node;
  readonly specification: ParameterSpecification;
}

/** Whether an optimizer updates a parameter: all but running statistics. */
export function isTrained({ isTrained = true }: ParameterSpecification): boolean {
  return isTrained;
}

/** The place of the first value that a parameter cannot have, and what it can; undefined where there is none. */
export function firstWrong(values: Float32Array, { least = -Infinity, most = Infinity }: ParameterSpecification) {
  const at = values.findIndex((value) => !Number.isFinite(value) || value < least || value > most);
  if (at < 0) return undefined;
  if (!Number.isFinite(values[at])) return { at, remedy: "give finite numbers" };
  return { at, remedy: values[at] < least ? `give at least ${least}` : `give at most ${most}` };
}

/** All parameters of a graph, with the nodes they belong to. */
export function graphParameters(graph: Graph): GraphParameter[] {
  return graph.nodes.flatMap((node) =>
    node.parameters.map((specification) => ({ name: parameterName(node, specification), node, specification })),
  );
}

/** The parameters that an optimizer updates. */
export function trainedParameters(graph: Graph): GraphParameter[] {
  return graphParameters(graph).filter(({ specification }) => isTrained(specification));
}

/** The nodes with weights that a node's output goes to, past layers without. Each is met once, however many ways lead to it. */
export function nextWeights(graph: Graph, node: Node, met = new Set<Node>()): Node[] {
  return readersOf(graph, node.index).flatMap((reader) => {
    if (met.has(reader)) return [];
    met.add(reader);
    return weightOf(reader) ? [reader] : nextWeights(graph, reader, met);
  });
}

/** The matrix of a node that has one. */
export function weightOf({ parameters }: Node): ParameterSpecification | undefined {
  return parameters.find(({ name, shape }) => name === "weight" && shape.length === 2);
}

/** Whether a graph has a dropout layer that drops anything. */
export function hasDropout(graph: Graph): boolean {
  return graph.nodes.some(({ layer }) => isDropout(layer) && layer.rate > 0);
}

/** The nodes that take a node's output, or the model's input. */
export function readersOf({ nodes }: Pick<Graph, "nodes">, index: number): Node[] {
  return nodes.filter(({ inputs }) => inputs.includes(index));
}
