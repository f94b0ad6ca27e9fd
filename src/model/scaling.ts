import type { DropConnect } from "../layers/dropout/drop-connect.ts";
import { dropout, isPlainDropout, predictionScale, type Scaling } from "../layers/dropout/dropout.ts";
import type { Layer } from "../layers/layer.ts";
import type { Residual } from "../layers/residual.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { type Graph, INPUT, type Node, readersOf } from "./graph.ts";
import type { Network, NetworkParts } from "./network.ts";

/** How many times a value of the new model the old one's is, and the dropout layer because of which: undefined where they are equal. */
interface Factor {
  readonly factor: number;
  readonly of: string | undefined;
}

const EQUAL: Factor = { factor: 1, of: undefined };

/**
 * The parts of a model with the other scaling of its dropout layers and residual blocks, and the same predictions.
 *
 * Standard scaling predicts with keep x where inverted scaling predicts with x, so the weights of the next dense
 * layer take the factor: W <- keep W on the way to inverted, W <- W / keep on the way back; those of DropConnect are its own. Rectifiers let a factor
 * pass, max(0, keep z) = keep max(0, z); other activations do not, and between dropout and dense layer they are
 * refused. What a branch is scaled by is taken by the last dense layer in it, weights and biases. Equal but for the rounding of
 * keep W, and to the bit where keep is a power of two.
 *
 * @throws {DrowseError} when a dropout layer that changes has no dense layer after it, keeps nothing (rate 1), or stands before
 * an activation or a residual block that lets no factor pass, and when a branch whose scale changes does not end in a dense layer.
 */
export function convertScaling(model: Network, scaling: Scaling): NetworkParts {
  if (scaling !== "inverted" && scaling !== "standard") {
    throw new DrowseError("withScaling", `scaling is ${show(scaling)}`, 'give "inverted" or "standard"');
  }
  const { graph, seed, pass, link, inputScale } = model;
  const weights = new Map([...model.weights].map(([name, values]) => [name, values.slice()]));
  const factors: Factor[] = [];
  for (const node of graph.nodes) {
    const { layer, name, inputs } = node;
    const [input, branch = EQUAL] = inputs.map((source) => (source === INPUT ? EQUAL : factors[source]));
    const { factor, of } = changed(layer, name, scaling, input);
    if (of !== undefined && (layer.kind === "dense" || isDropConnect(layer))) {
      multiply(weights.get(`${name}.weight`), factor);
      factors.push(EQUAL);
      continue;
    }
    if (of !== undefined && !layer.homogeneous) {
      const received = `the factor of ${of} does not pass ${name}`;
      throw new DrowseError("withScaling", received, `move ${of} behind ${name}, right before a dense layer`);
    }
    if (isResidual(layer)) absorb(graph, weights, node, branchFactor(layer, name, scaling, branch));
    factors.push({ factor, of });
  }
  const { of } = factors[factors.length - 1];
  if (of !== undefined) {
    throw new DrowseError("withScaling", `no dense layer follows ${of}`, "move the dropout layer before a dense layer");
  }
  const nodes = graph.nodes.map((node) => ({ ...node, layer: scaled(node.layer, scaling) }));
  return { graph: { ...graph, nodes }, seed, weights, pass, link, inputScale };
}

/** The factor behind a layer that drops, or changes nothing about it. */
function changed(layer: Layer, name: string, scaling: Scaling, { factor, of }: Factor): Factor {
  if (!(isPlainDropout(layer) || isDropConnect(layer)) || layer.scaling === scaling || layer.rate === 0) return { factor, of };
  if (layer.rate === 1) {
    throw new DrowseError("withScaling", `${name} has rate 1`, "nothing passes it in training: lower its rate");
  }
  return { factor: (factor * predictionScale(layer.rate, layer.scaling)) / predictionScale(layer.rate, scaling), of: name };
}

/** What the branch of a block has to be multiplied by. At rate 1 it counts for nothing, by either scaling. */
function branchFactor({ rate, scaling: before }: Residual, name: string, scaling: Scaling, branch: Factor): Factor {
  if (before === "none" || before === scaling || rate === 0 || rate === 1) return branch;
  const change = predictionScale(rate, before) / predictionScale(rate, scaling);
  return { factor: branch.factor * change, of: branch.of ?? name };
}

/** The last dense layer of a branch makes all that the branch makes a factor larger: weights and biases. */
function absorb(graph: Graph, weights: ReadonlyMap<string, Float32Array>, node: Node, { factor, of }: Factor): void {
  if (of === undefined) return;
  let [, source] = node.inputs;
  while (source !== INPUT && readersOf(graph, source).length === 1) {
    const { layer, name, inputs } = graph.nodes[source];
    if (layer.kind === "dense" || isDropConnect(layer)) {
      multiply(weights.get(`${name}.weight`), factor);
      multiply(weights.get(`${name}.bias`), factor);
      return;
    }
    if (!layer.homogeneous) break;
    [source] = inputs;
  }
  const received = `no dense layer at the end of the branch of ${node.name} takes the factor of ${of}`;
  throw new DrowseError("withScaling", received, "end the branch in a dense layer");
}

function multiply(values: Float32Array | undefined, factor: number): void {
  for (let i = 0; values && i < values.length; i++) values[i] *= factor;
}

function scaled(layer: Layer, scaling: Scaling): Layer {
  if (isResidual(layer)) return layer.scaling === "none" ? layer : layer.withScaling(scaling);
  if (isDropConnect(layer)) return layer.withScaling(scaling);
  if (!isPlainDropout(layer)) return layer;
  const named = layer.name === undefined ? {} : { name: layer.name };
  return dropout({ ...layer.config, rate: layer.rate, scaling, ...named });
}

// By their kinds, so that nobody loads them who has none.
function isResidual(layer: Layer): layer is Residual {
  return layer.kind === "residual";
}

function isDropConnect(layer: Layer): layer is DropConnect {
  return layer.kind === "dropConnect";
}
