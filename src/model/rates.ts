import { type DropoutLayer, isDropout, type RateRecord } from "../layers/dropout/dropout-layer.ts";
import { checkNumber } from "../layers/options.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Graph, Node } from "./graph.ts";
import type { Numbers } from "./weights.ts";

// The rates of a graph's dropout layers, which may change while it trains. Names, shapes and keys stay as they are.

/** Rates by the names of the dropout layers. */
export type Rates = Readonly<Record<string, number>>;

type DropoutNode = Node & { readonly layer: DropoutLayer };

/** The dropout layers of a graph, in its order. */
export function dropoutNodes(graph: Graph): DropoutNode[] {
  return graph.nodes.filter((node): node is DropoutNode => isDropout(node.layer));
}

/** The shape of a row's mask: one number decides over a unit each, or over a branch as a whole. */
export function maskShapeOf({ layer, outputShape }: DropoutNode): Shape {
  return layer.maskShape?.() ?? outputShape;
}

/** The rates as they are. */
export function ratesOf(graph: Graph): Rates {
  return Object.fromEntries(dropoutNodes(graph).map(({ name, layer }) => [name, layer.rate]));
}

/** The rates as they are, those that layers learn among them. */
export function allRates({ nodes }: Graph, numbers: Numbers): Rates {
  const rates = nodes.flatMap(({ name, layer }): [string, number][] => {
    if (isDropout(layer)) return [[name, layer.rate]];
    const rate = layer.learnedRate?.((parameter) => numbers.get(`${name}.${parameter}`) as Float32Array);
    return rate === undefined ? [] : [[name, rate]];
  });
  return Object.fromEntries(rates);
}

/** @throws {DrowseError} on a name that no dropout layer has. */
export function checkDropoutNames(operation: string, graph: Graph, wanted: readonly string[]): void {
  const names = dropoutNodes(graph).map(({ name }) => name);
  const strange = wanted.find((name) => !names.includes(name));
  if (strange === undefined) return;
  const isOther = graph.nodes.some(({ name }) => name === strange);
  const received = isOther ? `${strange} is no dropout layer` : `there is no layer ${show(strange)}`;
  const remedy = names.length > 0 ? `the dropout layers are ${names.join(", ")}` : "the model has no dropout layer";
  throw new DrowseError(operation, received, remedy);
}

/**
 * The graph with other rates of some dropout layers.
 * @throws {DrowseError} on a name that no dropout layer has, and on a rate outside [0, 1], or that layers of the kind do not take.
 */
export function withRates(operation: string, graph: Graph, rates: Rates): Graph {
  checkDropoutNames(operation, graph, Object.keys(rates));
  for (const [name, rate] of Object.entries(rates)) {
    checkNumber(operation, `the rate of ${name}`, rate, (value) => value >= 0 && value <= 1, "give a number from 0 to 1");
  }
  const nodes = graph.nodes.map((node) => {
    const rate = Object.hasOwn(rates, node.name) ? rates[node.name] : undefined;
    return rate === undefined || !isDropout(node.layer) || node.layer.rate === rate
      ? node
      : { ...node, layer: layerWithRate(operation, node.name, node.layer, rate) };
  });
  return { ...graph, nodes };
}

/**
 * A layer with another rate.
 * @param what - whose rate it is, and when.
 * @throws {DrowseError} on a rate that layers of this kind do not take.
 */
export function layerWithRate(operation: string, what: string, layer: DropoutLayer, rate: number): DropoutLayer {
  try {
    return layer.withRate(rate);
  } catch (error) {
    throw error instanceof DrowseError ? new DrowseError(operation, `${what}: ${error.received}`, error.remedy) : error;
  }
}

/** What the dropout layers' kernels read of a training step's record. */
export function dropoutRecord(graph: Graph): RateRecord[] {
  return dropoutNodes(graph).map(({ layer }) => layer.record);
}

/**
 * Whether a plan that was made for one graph serves for the same with other rates. Thresholds and scales stand in the
 * record of each step, but layers of rate 0 are left out of the programs, and what prediction makes of a rate is a part of them.
 */
export function planServes(planned: Graph, graph: Graph): boolean {
  const now = dropoutNodes(graph);
  return dropoutNodes(planned).every(({ layer }, index) => {
    const { layer: other } = now[index];
    return (!layer.isIdentity(true) || other.isIdentity(true)) && layer.predictionFactor === other.predictionFactor;
  });
}

/** Whether a plan leaves out the same layers as one for another graph would: what training with schedules asks for. */
export function plansAlike(planned: Graph, graph: Graph): boolean {
  const now = dropoutNodes(graph);
  return dropoutNodes(planned).every(({ layer }, index) => layer.isIdentity(true) === now[index].layer.isIdentity(true));
}
