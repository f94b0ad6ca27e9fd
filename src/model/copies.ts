import type { PassContext } from "../layers/pass-context.ts";
import type { Matrix } from "../wasm/layout.ts";
import type { Graph } from "./graph.ts";
import type { PlanBuilder, PlannedCopies, ProgramBuilder } from "./plan-builder.ts";
import { ROWS } from "./record.ts";

// Losses that meet each row with several masks. K copies of a row lie one after the other, from one node of the graph on; of what
// stands before they are made where a node behind takes it, and there their gradients are added. To masks copies are rows of their
// own. What a step's record says of them the loss writes (`src/losses/copies.ts`). A matrix of copies is K times as long as those of
// the batch.

/** Words before the indices. */
const HEADER = 4;

/** Copies for a plan: from the node of that name on. */
export function planCopies({ nodes }: Graph, batchSize: number, count: number, from: string): PlannedCopies {
  const moved = (plan: PlanBuilder, program: ProgramBuilder, context: PassContext): PassContext => {
    const K = context.input.rows / batchSize;
    if (K === 1) return context;
    const indices = { record: plan.record.copies + 4 * HEADER };
    const mask = context.mask && { ...context.mask, indices };
    return { ...context, B: rowsOf(plan, context.input), mask, work: (perRow) => program.work(K * perRow) };
  };
  return { count, from: nodes.findIndex(({ name }) => name === from), words: HEADER + batchSize * count, context: moved };
}

/** Where the number of a matrix's rows stands. */
export function rowsOf({ request, record }: PlanBuilder, { rows }: Matrix): { value: number } {
  return { value: rows === request.batchSize ? ROWS : record.copies };
}

/**
 * A matrix with as many rows as a node makes: itself, or where copies begin each row several times, or the sums of the copies' rows,
 * which is the way back.
 */
export function withRowsOf(plan: PlanBuilder, program: ProgramBuilder, index: number, x: Matrix): Matrix {
  const { batchSize, copies, graph } = plan.request;
  if (!copies) return x;
  const rows = index >= copies.from ? batchSize * copies.count : batchSize;
  if (x.rows === rows) return x;
  const y = plan.matrix(x.columns, rows);
  const places = { x: x.pointer, y: y.pointer, stride: x.stride, rows: { value: ROWS }, columns: x.columns };
  const emit = program.emitter(graph.nodes[index].name);
  emit(x.rows < rows ? "repeatRows" : "sumCopies", { ...places, copies: copies.count });
  return y;
}
