import type { Matrix } from "../wasm/layout.ts";
import { rowsOf, withRowsOf } from "./copies.ts";
import { INPUT, isTrained } from "./graph.ts";
import type { PlanBuilder, ProgramBuilder } from "./plan-builder.ts";

/**
 * The gradients of a backward pass: of each node's output, the sum over all nodes that take it, in the reverse order of the graph.
 * Those that are needed are those on the way to a parameter that is trained.
 */
export class Gradients {
  readonly #plan: PlanBuilder;
  readonly #program: ProgramBuilder;
  readonly #needed: boolean[] = [];
  readonly #sums = new Map<number, Matrix>();

  constructor(plan: PlanBuilder, program: ProgramBuilder) {
    this.#plan = plan;
    this.#program = program;
    for (const { inputs, parameters } of plan.request.graph.nodes) {
      this.#needed.push(parameters.some(isTrained) || inputs.some((source) => this.areNeeded(source)));
    }
  }

  /** Whether anybody needs the gradient of a node's output, or of the model's input. */
  areNeeded(source: number): boolean {
    return source !== INPUT && this.#needed[source];
  }

  /** The gradient of a node's output, once all that take it have been passed; undefined where nobody needs it. */
  of(index: number): Matrix | undefined {
    return this.#sums.get(index);
  }

  /** Adds a part, whose memory is the sum's from now on; where every value has a buffer of its own, the sum gets another. */
  add(source: number, part: Matrix): void {
    const before = this.#sums.get(source);
    if (!this.areNeeded(source)) {
      this.release(part);
      return;
    }
    // Where rows were repeated on the way forward, the gradients of the copies are added.
    const own = withRowsOf(this.#plan, this.#program, source, part);
    if (own !== part) this.release(part);
    this.#sums.set(source, before ? this.#sum(source, before, own) : own);
  }

  #sum(source: number, before: Matrix, part: Matrix): Matrix {
    const { graph, fused } = this.#plan.request;
    const sum = fused ? before : this.#plan.matrix(before.columns, before.rows);
    const places = { x: before.pointer, f: part.pointer, y: sum.pointer, stride: sum.stride, columns: sum.columns };
    this.#program.emitter(graph.nodes[source].name)("add", { ...places, rows: rowsOf(this.#plan, before), factor: 1 });
    this.release(part);
    return sum;
  }

  /** Gives memory back that nobody reads any more. */
  release(matrix: Matrix): void {
    if (this.#plan.request.fused) this.#plan.release(matrix);
  }
}
