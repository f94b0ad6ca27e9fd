import type { Emit, ForwardContext } from "../layers/pass-context.ts";
import type { OutputLink } from "../losses/loss.ts";
import type { Matrix } from "../wasm/layout.ts";
import type { Program } from "../wasm/program.ts";
import { mayOverwrite, ridesForward, soleReader } from "./fusion.ts";
import { INPUT, type Node } from "./graph.ts";
import { columnsOf, emitInputs, inputsOf, passContext } from "./passes.ts";
import { type PlanBuilder, ProgramBuilder, SAMPLES, type SamplingSize } from "./plan-builder.ts";

// Monte Carlo prediction as two programs over one memory. R rows and S samples make a batch of S blocks of R rows each.
//
//   trunk    the rows' inputs, and the layers that no mask or noise reaches: once for all samples of the rows
//   sample   the others, for S samples at once. A layer that draws runs block by block, each with the pass of its own sample;
//            all others once for all blocks, so that each product goes through its weights once for R S rows
//
// The first layer that draws reads the trunk's rows for each block, and so makes S blocks of them.

/** The programs `trunk` and `sample`. */
export function emitSampling(plan: PlanBuilder, link: OutputLink, { rows: R, samples: S }: SamplingSize): Program[] {
  const { nodes } = plan.request.graph;
  const trunk = new ProgramBuilder(plan);
  const rest = new ProgramBuilder(plan);
  const outputs: Matrix[] = [];
  const isSampled: boolean[] = [];
  // Both programs have their matrices from one beginning: the samples must not overwrite the trunk.
  plan.freeMatrices();
  emitInputs(plan, trunk);
  for (const node of nodes) {
    const inputs = inputsOf(plan, node, outputs);
    const fromSampled = node.inputs.map((source) => source !== INPUT && isSampled[source]);
    const sampled = fromSampled.includes(true) || node.layer.isRandom === true;
    isSampled.push(sampled);
    const isDone = ridesForward(plan, node, true) || node.layer.isIdentity(true);
    const place = isDone
      ? inputs[0]
      : inputs.find((input, i) => fromSampled[i] === sampled && mayOverwrite(plan, node, { input, outputs, random: true }));
    const output = place ?? plan.matrix(columnsOf(node));
    outputs.push(output);
    if (isDone) continue;
    const after = soleReader(plan, node, true);
    const program = sampled ? rest : trunk;
    const context = {
      ...passContext(plan, program, node, SAMPLES, { inputs, output }),
      B: sampled ? R * S : R,
      rectify: node.layer.kind === "dense" && after !== undefined && ridesForward(plan, after, true),
      sharedMask: 0,
    };
    // Also one with a mask at which nothing is random: it reads the keys of R rows. And one that takes rows of the trunk.
    if (sampled && (node.layer.isRandom || context.mask || fromSampled.includes(false)))
      emitBlocks(plan, node, context, { R, S, fromSampled });
    else node.layer.forward(context);
  }
  const last = outputs[outputs.length - 1];
  const { pointer: z, stride, columns: N } = last;
  rest.emitter("output")(link, { z, stride, B: R * S, N, out: { result: plan.record.predictions } });
  return [trunk.build("trunk"), rest.build("sample")];
}

/** A layer that draws, block by block. An input is the trunk's, the same for every block, or the samples'. */
function emitBlocks(
  plan: PlanBuilder,
  { layer }: Node,
  context: ForwardContext,
  { R, S, fromSampled }: { R: number; S: number; fromSampled: readonly boolean[] },
): void {
  const { output, mask, emit } = context;
  // Blocks lie apart. Where each is one call, threads need not meet in between; a program begins with a call where they do.
  let calls = 0;
  layer.forward({ ...context, emit: () => void calls++ });
  for (let s = 0; s < S; s++) {
    const inputs = context.inputs.map((input, i) => (fromSampled[i] ? block(input, R, s) : input));
    const meets = calls > 1 || s === 0 || s === S - 1;
    const emitBlock: Emit = (kernel, values, options) => emit(kernel, values, meets ? options : { barrier: false });
    layer.forward({
      ...context,
      emit: emitBlock,
      B: R,
      input: inputs[0],
      inputs,
      output: block(output, R, s),
      // A mask that a batch shares is one for each sample.
      mask: mask && { ...mask, pass: { value: plan.record.passes + 4 * s }, batch: 0 },
    });
  }
}

function block(matrix: Matrix, R: number, s: number): Matrix {
  return { ...matrix, pointer: matrix.pointer + 4 * matrix.stride * R * s, rows: R };
}
