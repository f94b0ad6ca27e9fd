import type { PassContext } from "../layers/pass-context.ts";
import type { Loss, OutputLink } from "../losses/loss.ts";
import type { Matrix } from "../wasm/layout.ts";
import type { Argument, Program } from "../wasm/program.ts";
import { mayOverwrite, ridesForward, soleReader } from "./fusion.ts";
import { INPUT, type Node } from "./graph.ts";
import { type PassKind, type PlanBuilder, PREDICTS, ProgramBuilder } from "./plan-builder.ts";
import { LOSS_SUM, ROWS } from "./record.ts";

// How the layers of a graph become the calls of a program: forward through the nodes. The way back is in training-pass.ts.

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

/** The values that a node takes. */
export function inputsOf(plan: PlanBuilder, { inputs }: Node, outputs: readonly Matrix[]): Matrix[] {
  return inputs.map((source) => (source === INPUT ? plan.input : outputs[source]));
}

/** What else rides forward on products where masks are drawn: only who trains loads it. */
export interface ForwardRiders {
  /** Whether a node's work is done by a product before it. */
  rides(plan: PlanBuilder, node: Node): boolean;
  /** Where the mask lies that a dense layer's product takes, or 0. */
  maskFor(plan: PlanBuilder, program: ProgramBuilder, node: Node, output: Matrix): number;
}

/** Forward through all nodes; returns what each makes. `take` says what they take. */
export function emitForward(
  plan: PlanBuilder,
  program: ProgramBuilder,
  kind: PassKind,
  riders?: ForwardRiders,
  take = inputsOf,
): Matrix[] {
  const { random } = kind;
  const { nodes } = plan.request.graph;
  const outputs: Matrix[] = [];
  plan.freeMatrices();
  emitInputs(plan, program);
  for (const node of nodes) {
    const inputs = take(plan, node, outputs);
    const passes = ridesForward(plan, node, random) || riders?.rides(plan, node) || node.layer.isIdentity(random);
    const place = passes ? inputs[0] : inputs.find((input) => mayOverwrite(plan, node, { input, outputs, random }));
    const output = place ?? plan.matrix(columnsOf(node), inputs[0].rows);
    outputs.push(output);
    if (passes) continue;
    const reader = soleReader(plan, node, random);
    node.layer.forward({
      ...passContext(plan, program, node, kind, { inputs, output }),
      rectify: node.layer.kind === "dense" && reader !== undefined && ridesForward(plan, reader, random),
      sharedMask: riders?.maskFor(plan, program, node, output) ?? 0,
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
  { inputs, output }: { inputs: readonly Matrix[]; output: Matrix },
): PassContext {
  const context: PassContext = {
    emit: program.emitter(node.name),
    B,
    input: inputs[0],
    inputs,
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
  return plan.request.copies?.context(plan, program, context) ?? context;
}

/** The loss of the last output, its sum and, where wanted, its gradient. */
export function emitLoss(plan: PlanBuilder, program: ProgramBuilder, loss: Loss, output: Matrix, gradient: number): void {
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

/** Evaluation and prediction: nothing sleeps, unless another kind of pass is asked for. */
export function emitInference(
  plan: PlanBuilder,
  name: string,
  { loss, link, kind = PREDICTS }: { loss: Loss | undefined; link: OutputLink | undefined; kind?: PassKind },
): Program {
  const program = new ProgramBuilder(plan);
  const output = emitForward(plan, program, kind).at(-1) as Matrix;
  if (loss) emitLoss(plan, program, loss, output, 0);
  const { pointer: z, stride, columns: N } = output;
  if (link) program.emitter("output")(link, { z, stride, B, N, out: { result: plan.record.predictions } });
  return program.build(name);
}
