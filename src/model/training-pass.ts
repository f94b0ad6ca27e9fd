import type { Loss } from "../losses/loss.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Matrix } from "../wasm/layout.ts";
import type { Program } from "../wasm/program.ts";
import { withRowsOf } from "./copies.ts";
import { gateBelow } from "./fusion.ts";
import { Gradients } from "./gradients.ts";
import type { Node } from "./graph.ts";
import { emitForward, emitLoss, inputsOf, passContext } from "./passes.ts";
import { makePlan, type Plan } from "./plan.ts";
import { type NodeBuffers, type PlanBuilder, type PlanRequest, ProgramBuilder, TRAINS, updatesRide } from "./plan-builder.ts";
import { HYPER } from "./record.ts";
import { sharedMasks } from "./shared-masks.ts";
import { emitUpdates, ruleNumber } from "./updates.ts";

// The way back through the nodes, which a page that only predicts does not load.

/** A training step: forward, loss, backward and update. Fills `buffers` with where every value can be read. */
export function emitTraining(
  plan: PlanBuilder,
  { loss, optimizer }: { loss: Loss; optimizer: Optimizer },
  buffers: Map<string, NodeBuffers>,
): { program: Program; multiplyAdds: number } {
  const program = new ProgramBuilder(plan);
  const { nodes } = plan.request.graph;
  const taken: Matrix[][] = [];
  const outputs = emitForward(plan, program, TRAINS, sharedMasks, (_, node, made) => {
    const inputs = inputsOf(plan, node, made).map((input) => withRowsOf(plan, program, node.index, input));
    taken.push(inputs);
    return inputs;
  });
  const last = outputs[outputs.length - 1];
  for (const node of nodes) buffers.set(node.name, { output: outputs[node.index], gradient: undefined });
  const gradients = new Gradients(plan, program);
  const gradient = plan.matrix(last.columns, last.rows);
  emitLoss(plan, program, loss, last, gradient.pointer);
  gradients.add(nodes.length - 1, gradient);
  for (const node of nodes.toReversed()) {
    const own = gradients.of(node.index);
    // Nobody needs it, or the product behind has passed this node.
    if (!own) continue;
    (buffers.get(node.name) as NodeBuffers).gradient = own;
    emitBackward(plan, program, { node, inputs: taken[node.index], outputs, gradients, optimizer });
  }
  emitUpdates(plan, program, optimizer);
  return { program: program.build("train"), multiplyAdds: program.multiplyAdds };
}

/** From the gradient of a node's output to those of its inputs. */
function emitBackward(
  plan: PlanBuilder,
  program: ProgramBuilder,
  step: { node: Node; inputs: readonly Matrix[]; outputs: readonly Matrix[]; gradients: Gradients; optimizer: Optimizer },
): void {
  const { node, inputs, outputs, gradients, optimizer } = step;
  const outputGradient = gradients.of(node.index) as Matrix;
  if (node.layer.isIdentity(true)) {
    gradients.add(node.inputs[0], outputGradient);
    return;
  }
  const gate = gateBelow(plan, node);
  // Most make the gradient of an input of the same size in place.
  const place = node.inputs.findIndex((source, i) => gradients.areNeeded(source) && inputs[i].columns === outputGradient.columns);
  const inPlace = plan.request.fused && !node.layer.keepsGradient ? place : -1;
  const inputGradients = node.inputs.map((source, i) => {
    if (i === inPlace) return outputGradient;
    return gradients.areNeeded(source) ? plan.matrix(inputs[i].columns, inputs[i].rows) : undefined;
  });
  node.layer.backward({
    ...passContext(plan, program, node, TRAINS, { inputs, output: outputs[node.index] }),
    outputGradient,
    inputGradient: inputGradients[0],
    inputGradients,
    gate,
    update: updatesRide(plan.request, node)
      ? { rule: ruleNumber(optimizer), hyper: { record: HYPER }, status: plan.statusOf(node.name) }
      : undefined,
  });
  if (inPlace < 0) gradients.release(outputGradient);
  for (const [i, made] of inputGradients.entries()) if (made) gradients.add((gate?.rectifier ?? node).inputs[i], made);
}

export type EmitTraining = typeof emitTraining;

/** The plan of a run that trains. */
export function makeTrainingPlan(request: PlanRequest): Plan {
  return makePlan(request, emitTraining);
}
