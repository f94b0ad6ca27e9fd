import { isDropout } from "../layers/dropout/dropout-layer.ts";
import { type Graph, INPUT, type Node } from "./graph.ts";

/** What is allowed and yet seldom meant. */
export interface ModelWarning {
  readonly kind: "dropoutBeforeBatchNorm" | "outputsDropped" | "everyUnitSleeps";
  /** The layer that it is about. */
  readonly layer: string;
  /** What is so, and what would be better. */
  readonly message: string;
}

/** What is worth a word about a graph at its present rates. */
export function warningsOf({ nodes }: Graph): ModelWarning[] {
  return nodes.flatMap((node) => [
    ...afterDropout(nodes, node),
    ...outputsDropped(nodes, node),
    ...(isDropout(node.layer) && !node.layer.joins && node.layer.rate === 1 ? [everyUnitSleeps(node)] : []),
  ]);
}

/** Whether units of a layer are masked or noisy, at its present rate. What joins a branch drops rows of it, not units. */
const draws = ({ layer }: Node) => layer.isRandom === true && !layer.joins;

/** Whether a layer has weights of a product. */
const hasWeights = ({ parameters }: Node) => parameters.some(({ decays }) => decays);

/** Statistics of a batch with dropout's noise in them have another variance than predictions will (Li, Chen, Hu and Yang 2018). */
function afterDropout(nodes: readonly Node[], node: Node): ModelWarning[] {
  if (node.layer.kind !== "batchNorm") return [];
  const before = ancestors(nodes, node).find(draws);
  if (!before) return [];
  const message =
    `${before.name} stands before ${node.name}, whose statistics then have the variance of training, which predictions have not ` +
    "(arXiv 1801.05134): put dropout behind the last batch normalisation";
  return [{ kind: "dropoutBeforeBatchNorm", layer: node.name, message }];
}

/** A layer that draws, with no weights of its own, behind the last layer that has some. */
function outputsDropped(nodes: readonly Node[], node: Node): ModelWarning[] {
  if (!draws(node) || hasWeights(node)) return [];
  if (nodes.some((later) => hasWeights(later) && ancestors(nodes, later).includes(node))) return [];
  const message = `${node.name} drops the network's outputs: put it before the last dense layer`;
  return [{ kind: "outputsDropped", layer: node.name, message }];
}

function everyUnitSleeps({ name }: Node): ModelWarning {
  const message = `${name} has rate 1, so that every unit sleeps and nothing is learned from what passes it: lower its rate`;
  return { kind: "everyUnitSleeps", layer: name, message };
}

/** All nodes whose outputs a node is made of, the nearest first. */
function ancestors(nodes: readonly Node[], { inputs }: Node): Node[] {
  const wanted = new Set(inputs);
  return nodes.toReversed().filter(({ index, inputs: others }) => {
    if (index === INPUT || !wanted.has(index)) return false;
    for (const other of others) wanted.add(other);
    return true;
  });
}
