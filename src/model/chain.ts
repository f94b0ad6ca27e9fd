import type { Block, Layer, Layers } from "../layers/layer.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { checkShape, type Shape } from "../tensor/shape.ts";
import { type Graph, INPUT, type Node, nextWeights } from "./graph.ts";

/** How deep blocks may lie within blocks. */
export const MOST_NESTED = 32;

/**
 * Layers one after the other as a graph. A block stands for the layers of its branch, which take what stands before the block, and
 * the layer that joins the two; names are numbered in the order of reading, so that `dense2` is the second dense layer, in a
 * branch or not.
 * @throws {DrowseError} on no layers, things that are no layers, two layers of one name, shapes that do not fit, and blocks that are
 * nested too deep.
 */
export function chain(operation: string, input: unknown, layers: Layers): Graph {
  const inputShape = checkShape(`${operation}: input`, input);
  const builder = new GraphBuilder(operation, inputShape);
  builder.append(layers, [], INPUT);
  const { nodes } = builder;
  const graph: Graph = { input: inputShape, nodes, output: nodes[nodes.length - 1].outputShape };
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

class GraphBuilder {
  readonly nodes: Node[] = [];
  readonly #operation: string;
  readonly #inputShape: Shape;
  readonly #counts = new Map<string, number>();
  readonly #names = new Set<string>();

  constructor(operation: string, inputShape: Shape) {
    this.#operation = operation;
    this.#inputShape = inputShape;
  }

  /** Layers that follow a node, in a branch whose place is `path`; returns the last one's node. */
  append(layers: Layers, path: readonly number[], from: number): number {
    if (!Array.isArray(layers) || layers.length === 0) {
      throw new DrowseError(
        this.#operation,
        `the layers are ${show(layers)}`,
        "give an array of at least one layer, such as [dense(10)]",
      );
    }
    if (path.length > MOST_NESTED) {
      throw new DrowseError(this.#operation, `blocks lie ${path.length} deep within blocks`, `nest at most ${MOST_NESTED}`);
    }
    let before = from;
    for (const [index, given] of layers.entries()) {
      const place = [...path, index];
      if (isBlock(given)) {
        const name = this.#nameOf(given.join);
        const branch = this.append(given.branch, place, before);
        // A file says what a block takes by name.
        if (this.#names.has("input")) {
          const remedy = "give it another name: where there are blocks, that is what the model takes";
          throw new DrowseError(this.#operation, 'a layer is named "input"', remedy);
        }
        before = this.#add(given.join, name, place, [before, branch]);
      } else if (isLayer(given) && !given.joins) before = this.#add(given, this.#nameOf(given), place, [before]);
      else {
        const received = `layer ${place.join(".")} is ${show(given)}`;
        throw new DrowseError(this.#operation, received, "give layers, such as dense(10) or relu()");
      }
    }
    return before;
  }

  #nameOf({ kind, name: given }: Layer): string {
    const number = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, number);
    const name = given ?? `${kind}${number}`;
    if (this.#names.has(name)) {
      throw new DrowseError(this.#operation, `two layers are named ${show(name)}`, "give each layer a name of its own");
    }
    this.#names.add(name);
    return name;
  }

  #add(layer: Layer, name: string, place: readonly number[], inputs: readonly number[]): number {
    const [inputShape, ...others] = inputs.map((index) => (index === INPUT ? this.#inputShape : this.nodes[index].outputShape));
    const outputShape = layer.outputShape(inputShape, name, ...others);
    const parameters = layer.parameters(inputShape, name);
    const index = this.nodes.length;
    this.nodes.push({ index, layer, name, path: place.join("."), inputs, inputShape, outputShape, parameters });
    return index;
  }
}

/** Whether a value is a layer. */
export function isLayer(value: unknown): value is Layer {
  return typeof value === "object" && value !== null && typeof (value as Layer).outputShape === "function";
}

/** Whether a value is a block. */
export function isBlock(value: unknown): value is Block {
  return typeof value === "object" && value !== null && "branch" in value && isLayer((value as Block).join);
}
