import { isDropout } from "../layers/dropout/dropout-layer.ts";
import type { Layer, ParameterSpecification } from "../layers/layer.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { checkShape, type Shape } from "../tensor/shape.ts";

/** The model's input, as the source of a node. */
export const INPUT = -1;

/** A layer in its place. */
export interface Node {
  readonly index: number;
  readonly layer: Layer;
  /** The layer's name, or its kind and number: `dense2` is the second dense layer. */
  readonly name: string;
  /** Nodes whose outputs it takes, or INPUT. */
  readonly inputs: readonly number[];
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

/** Whether a value is a layer. */
export function isLayer(value: unknown): value is Layer {
  return typeof value === "object" && value !== null && typeof (value as Layer).outputShape === "function";
}

/**
 * A chain of layers as a graph.
 * @throws {DrowseError} on no layers, things that are no layers, two layers of one name, and shapes that do not fit.
 */
export function chain(operation: string, input: unknown, layers: readonly Layer[]): Graph {
  const inputShape = checkShape(`${operation}: input`, input);
  if (!Array.isArray(layers) || layers.length === 0) {
    throw new DrowseError(
      operation,
      `the layers are ${show(layers)}`,
      "give an array of at least one layer, such as [dense(10)]",
    );
  }
  const counts = new Map<string, number>();
  const names = new Set<string>();
  const nodes: Node[] = [];
  let shape = inputShape;
  for (const [index, layer] of layers.entries()) {
    if (!isLayer(layer))
      throw new DrowseError(operation, `layer ${index} is ${show(layer)}`, "give layers, such as dense(10) or relu()");
    const number = (counts.get(layer.kind) ?? 0) + 1;
    counts.set(layer.kind, number);
    const name = layer.name ?? `${layer.kind}${number}`;
    if (names.has(name))
      throw new DrowseError(operation, `two layers are named ${show(name)}`, "give each layer a name of its own");
    names.add(name);
    const outputShape = layer.outputShape(shape, name);
    const parameters = layer.parameters(shape, name);
    nodes.push({ index, layer, name, inputs: [index === 0 ? INPUT : index - 1], inputShape: shape, outputShape, parameters });
    shape = outputShape;
  }
  const graph = { input: inputShape, nodes, output: shape };
  const idle = nodes.find((node) => node.layer.penalizesNext && nextWeights(graph, node).length === 0);
  if (idle) {
    throw new DrowseError(
      idle.name,
      "no layer with weights follows it",
      "put it before a dense layer: its penalty is on those weights",
    );
  }
  return graph;
}

/** The parameters that an optimizer updates. */
export function trainedParameters(graph: Graph): GraphParameter[] {
  return graphParameters(graph).filter(({ specification }) => isTrained(specification));
}

/** The nodes with weights that a node's output goes to, past layers without. */
export function nextWeights(graph: Graph, node: Node): Node[] {
  const takers = graph.nodes.filter(({ inputs }) => inputs.includes(node.index));
  return takers.flatMap((taker) => (weightOf(taker) ? [taker] : nextWeights(graph, taker)));
}

/** The matrix of a node that has one. */
export function weightOf({ parameters }: Node): ParameterSpecification | undefined {
  return parameters.find(({ name, shape }) => name === "weight" && shape.length === 2);
}

/** Whether a graph has a dropout layer that drops anything. */
export function hasDropout(graph: Graph): boolean {
  return graph.nodes.some(({ layer }) => isDropout(layer) && layer.rate > 0);
}
