import { isPlainDropout } from "../layers/dropout/dropout.ts";
import type { Matrix } from "../wasm/layout.ts";
import type { Argument } from "../wasm/program.ts";
import { INPUT, type Node, readersOf } from "./graph.ts";
import { type PlanBuilder, TRAINS } from "./plan-builder.ts";

// What rides on what, and what may overwrite what: only where nobody else reads the value that is lost.

/** The node whose output a node takes, past nodes that change nothing; none where another node reads it as well. */
export function soleProducer({ request: { graph } }: PlanBuilder, node: Node, random: boolean): Node | undefined {
  let index = node.inputs[0];
  while (index !== INPUT && readersOf(graph, index).length === 1) {
    if (!graph.nodes[index].layer.isIdentity(random)) return graph.nodes[index];
    index = graph.nodes[index].inputs[0];
  }
  return undefined;
}

/** The one node that takes a node's output, past nodes that change nothing. */
export function soleReader({ request: { graph } }: PlanBuilder, node: Node, random: boolean): Node | undefined {
  let readers = readersOf(graph, node.index);
  while (readers.length === 1 && readers[0].layer.isIdentity(random)) readers = readersOf(graph, readers[0].index);
  return readers.length === 1 ? readers[0] : undefined;
}

/** Whether a node's work is done by the product before it: a rectifier behind a dense layer. */
export function ridesForward(plan: PlanBuilder, node: Node, random: boolean): boolean {
  return plan.request.fused && node.layer.activation === "rectifier" && soleProducer(plan, node, random)?.layer.kind === "dense";
}

/** Whether a node may overwrite an input: nothing else needs it. `outputs` are those of the nodes before it. */
export function mayOverwrite(
  plan: PlanBuilder,
  node: Node,
  { input, outputs, random }: { input: Matrix; outputs: readonly Matrix[]; random: boolean },
): boolean {
  const { fused, graph } = plan.request;
  const { layer } = node;
  if (!fused || layer.backwardReads === "input") return false;
  const liesThere = (source: number) => (source === INPUT ? plan.input : outputs[source]) === input;
  return graph.nodes.every((other) => {
    const { backwardReads } = other.layer;
    // Of all whose outputs lie there by now: a sign outlives a layer that keeps signs, a value none.
    if (liesThere(other.index) && (backwardReads === "output" || (backwardReads === "sign" && !layer.homogeneous))) return false;
    if (other === node || !other.inputs.some(liesThere)) return true;
    // Of all others that take it: who comes later has not read it, and who came before may read it again.
    return other.index < node.index && (backwardReads !== "input" || other.layer.isIdentity(random));
  });
}

/** Rectifier, or rectifier and dropout, right below a dense layer: its input gradient passes them in the same call. */
export function gateBelow(plan: PlanBuilder, node: Node): { scale: Argument; rectifier: Node } | undefined {
  if (!plan.request.fused || node.layer.kind !== "dense") return undefined;
  let below = soleProducer(plan, node, true);
  let scale: Argument = 0;
  if (below && isPlainDropout(below.layer)) {
    const parameters = plan.maskOf(below, TRAINS)?.parameters as { record: number };
    scale = { record: parameters.record + 8 };
    below = soleProducer(plan, below, true);
  }
  return below?.layer.activation === "rectifier" ? { scale, rectifier: below } : undefined;
}
