import { isPlainDropout } from "../layers/dropout/dropout.ts";
import type { PassContext } from "../layers/layer.ts";
import type { Loss, OutputLink } from "../losses/loss.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Matrix } from "../wasm/layout.ts";
import type { Argument, Program } from "../wasm/program.ts";
import { INPUT, isTrained, type Node } from "./graph.ts";
import {
  type NodeBuffers,
  type PassKind,
  type PlanBuilder,
  PREDICTS,
  ProgramBuilder,
  TRAINS,
  updatesRide,
} from "./plan-builder.ts";
import { HYPER, LOSS_SUM, ROWS } from "./record.ts";
import { emitUpdates, ruleNumber } from "./updates.ts";

// How the layers of a graph become the calls of a program: forward through the nodes, and in training back again.

const B: Argument = { value: ROWS };

/** Inputs of the batch, from the record to the first activation matrix. */
export function emitInputs(plan: PlanBuilder, program: ProgramBuilder): void {
  const { input, record, request } = plan;
  const common = {
    source: { record: record.inputs },
    target: input.pointer,
    stride: input.stride,
    rows: B,
    columns: input.columns,
  };
  const emit = program.emitter("input");
  if (record.inputType === "u8") emit("inputBytes", { ...common, scale: request.source.inputScale });
  else emit("inputFloats", common);
}

/** The node whose output a node takes, past nodes that change nothing. */
function producer(nodes: readonly Node[], node: Node, random: boolean): Node | undefined {
  let index = node.inputs[0];
  while (index !== INPUT && nodes[index].layer.isIdentity(random)) index = nodes[index].inputs[0];
  return index === INPUT ? undefined : nodes[index];
}

/** The one node that takes a node's output, past nodes that change nothing. */
export function consumer(nodes: readonly Node[], node: Node, random: boolean): Node | undefined {
  let found = nodes.find(({ inputs }) => inputs.includes(node.index));
  while (found?.layer.isIdentity(random)) {
    const { index } = found;
    found = nodes.find(({ inputs }) => inputs.includes(index));
  }
  return found;
}

/** Whether a node's work is done by the product before it: a rectifier behind a dense layer. */
export function ridesForward(plan: PlanBuilder, node: Node, random: boolean): boolean {
  const { fused, graph } = plan.request;
  return fused && node.layer.activation === "rectifier" && producer(graph.nodes, node, random)?.layer.kind === "dense";
}

/** Whether a node may overwrite its input: nothing else needs it. `outputs` are those of the nodes before it. */
export function worksInPlace(plan: PlanBuilder, { layer }: Node, input: Matrix, outputs: readonly Matrix[]): boolean {
  const { fused, graph } = plan.request;
  if (!fused || layer.backwardReads === "input") return false;
  // Of all whose outputs lie there by now: a sign outlives a layer that keeps signs, a value none.
  return graph.nodes.every(({ index, layer: { backwardReads } }) => {
    return outputs[index] !== input || (backwardReads !== "output" && (backwardReads !== "sign" || layer.homogeneous));
  });
}

/** Forward through all nodes; returns what each makes. */
function emitForward(plan: PlanBuilder, program: ProgramBuilder, kind: PassKind): Matrix[] {
  const { random } = kind;
  const { nodes } = plan.request.graph;
  const outputs: Matrix[] = [];
  plan.freeMatrices();
  emitInputs(plan, program);
  for (const node of nodes) {
    const input = node.inputs[0] === INPUT ? plan.input : outputs[node.inputs[0]];
    const rides = ridesForward(plan, node, random);
    const shares = rides || node.layer.isIdentity(random) || worksInPlace(plan, node, input, outputs);
    const output = shares ? input : plan.matrix(columnsOf(node));
    outputs.push(output);
    if (rides || node.layer.isIdentity(random)) continue;
    const after = consumer(nodes, node, random);
    node.layer.forward({
      ...passContext(plan, program, node, kind, { input, output }),
      rectify: node.layer.kind === "dense" && after !== undefined && ridesForward(plan, after, random),
    });
  }
  return outputs;
}

export function columnsOf(node: Node): number {
  return node.outputShape.reduce((product, length) => product * length, 1);
}

export function passContext(
  plan: PlanBuilder,
  program: ProgramBuilder,
  node: Node,
  kind: PassKind,
  { input, output }: { input: Matrix; output: Matrix },
): PassContext {
  return {
    emit: program.emitter(node.name),
    B,
    input,
    output,
    parameters: plan.parametersOf(node),
    workspace: plan.workspace,
    path: plan.request.path,
    work: kind.training ? (perRow) => program.work(perRow) : () => 0,
    ...kind,
    mask: plan.maskOf(node, kind),
    kept: plan.keptOf(node),
    penalty: () => program.penalty(plan.record),
    trainingRows: plan.request.trainingRows ?? 0,
    nextWeights: node.layer.penalizesNext ? plan.nextWeights(node) : [],
    status: plan.statusOf(node.name),
  };
}

/** The loss of the last output, its sum and, where wanted, its gradient. */
function emitLoss(plan: PlanBuilder, program: ProgramBuilder, loss: Loss, output: Matrix, gradient: number): void {
  const emit = program.emitter("loss");
  const { targets, weights } = plan.record;
  const weighted = gradient !== 0 && weights !== 0;
  const places = { targets: { record: targets }, weights: weighted ? { record: weights } : 0, gradient, ...plan.rows };
  loss.emit({ emit, B, output, ...places });
  // Thread 0 sums while the others go on: only the next step's loss writes these rows again.
  emit(
    "sumLosses",
    { ...plan.rows, B, result: { result: LOSS_SUM }, status: plan.statusOf("loss") },
    { barrier: gradient === 0 },
  );
}

/** Evaluation and prediction: nothing sleeps. */
export function emitInference(
  plan: PlanBuilder,
  name: string,
  { loss, link }: { loss: Loss | undefined; link: OutputLink | undefined },
): Program {
  const program = new ProgramBuilder();
  const output = emitForward(plan, program, PREDICTS).at(-1) as Matrix;
  if (loss) emitLoss(plan, program, loss, output, 0);
  const { pointer: z, stride, columns: N } = output;
  if (link) program.emitter("output")(link, { z, stride, B, N, out: { result: plan.record.predictions } });
  return program.build(name);
}

/** A training step: forward, loss, backward and update. Fills `buffers` with where every value can be read. */
export function emitTraining(
  plan: PlanBuilder,
  { loss, optimizer }: { loss: Loss; optimizer: Optimizer },
  buffers: Map<string, NodeBuffers>,
): { program: Program; multiplyAdds: number } {
  const program = new ProgramBuilder();
  const { graph, fused } = plan.request;
  const { nodes } = graph;
  const outputs = emitForward(plan, program, TRAINS);
  const last = outputs[outputs.length - 1];
  for (const node of nodes) buffers.set(node.name, { output: outputs[node.index], gradient: undefined });

  let gradient: Matrix = plan.matrix(last.columns);
  emitLoss(plan, program, loss, last, gradient.pointer);
  // Below the first node that learns nobody needs a gradient.
  const first = nodes.findIndex(({ parameters }) => parameters.some(isTrained));
  for (let index = nodes.length - 1; index >= 0 && first >= 0 && index >= first; index--) {
    const node = nodes[index];
    (buffers.get(node.name) as NodeBuffers).gradient = gradient;
    if (node.layer.isIdentity(true)) continue;
    const input = node.inputs[0] === INPUT ? plan.input : outputs[node.inputs[0]];
    const gated = fused && node.layer.kind === "dense" ? gateBelow(plan, node) : undefined;
    const inPlace = fused && !node.layer.keepsGradient && input.columns === gradient.columns;
    const below = index > first ? (inPlace ? gradient : plan.matrix(input.columns)) : undefined;
    node.layer.backward({
      ...passContext(plan, program, node, TRAINS, { input, output: outputs[index] }),
      outputGradient: gradient,
      inputGradient: below,
      gate: gated,
      update: updatesRide(plan.request, node)
        ? { rule: ruleNumber(optimizer), hyper: { record: HYPER }, status: plan.statusOf(node.name) }
        : undefined,
    });
    if (below) gradient = below;
    if (gated) index = gated.rectifier;
  }
  emitUpdates(plan, program, optimizer);
  return { program: program.build("train"), multiplyAdds: program.multiplyAdds };
}

/** Rectifier, or rectifier and dropout, right below a dense layer: its input gradient passes them in the same call. */
function gateBelow(plan: PlanBuilder, node: Node): { scale: Argument; rectifier: number } | undefined {
  const { nodes } = plan.request.graph;
  let below = producer(nodes, node, true);
  let scale: Argument = 0;
  if (below && isPlainDropout(below.layer)) {
    const parameters = plan.maskOf(below, TRAINS)?.parameters as { record: number };
    scale = { record: parameters.record + 8 };
    below = producer(nodes, below, true);
  }
  return below?.layer.activation === "rectifier" ? { scale, rectifier: below.index } : undefined;
}
