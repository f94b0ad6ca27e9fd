import type { BatchSource } from "../data/source.ts";
import type {
  Emit,
  MaskPlace,
  ParameterPlace,
  PassContext,
  ProductPath,
  WeightPlace,
  Workspace,
} from "../layers/pass-context.ts";
import type { Loss, OutputLink } from "../losses/loss.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Arena } from "../wasm/arena.ts";
import { argumentNames } from "../wasm/kernels.ts";
import type { Matrix } from "../wasm/layout.ts";
import type { KernelSet } from "../wasm/module.ts";
import type { Argument, Call, Program } from "../wasm/program.ts";
import { type Graph, type Node, nextWeights } from "./graph.ts";
import { type RecordLayout, WORK } from "./record.ts";

/** How much of a Monte Carlo prediction runs in one step: every step is full. */
export interface SamplingSize {
  readonly rows: number;
  readonly samples: number;
}

/** Such a prediction, and what makes its programs, `trunk` and `sample`: who only predicts does not load it. */
export interface SamplingRequest extends SamplingSize {
  readonly emit: (plan: PlanBuilder, link: OutputLink, size: SamplingSize) => readonly Program[];
}

/** Every row comes `count` times from the node `from` on, of which so many words of a record tell. */
export interface PlannedCopies {
  readonly count: number;
  readonly from: number;
  readonly words: number;
  /** A node's context, for as many rows as its input has. */
  readonly context: (plan: PlanBuilder, program: ProgramBuilder, context: PassContext) => PassContext;
}

/** What a plan is asked to do. */
export interface PlanRequest {
  /** The kernels that every program of this kind needs; the layers and the loss add theirs. */
  readonly kernels: readonly KernelSet[];
  readonly graph: Graph;
  readonly seed: number;
  readonly batchSize: number;
  /** What inputs look like. */
  readonly source: Pick<BatchSource, "inputShape" | "inputType" | "inputScale" | "weighted">;
  /** Programs to make: train (by this optimizer, with the loss), evaluate (the same loss, nothing sleeps), predict (through the link). */
  readonly optimizer: Optimizer | undefined;
  readonly loss: Loss | undefined;
  readonly predict: OutputLink | undefined;
  /** Monte Carlo prediction through that link instead: so many rows in so many samples at a time, which make the batch. */
  readonly sampling?: SamplingRequest | undefined;
  readonly threads: number;
  /** Most memory that a slot of step records takes. */
  readonly slotBytes?: number | undefined;
  /** Fused: rectifiers, dropout and updates ride on the products. Unfused: every intermediate value has its own buffer. */
  readonly fused: boolean;
  readonly path: ProductPath;
  /** Rows that come several times in training; default once. */
  readonly copies?: PlannedCopies | undefined;
  /** Rows that are trained on; left out where nothing is. */
  readonly trainingRows?: number;
}

/** Whether a node's updates ride on the products of its gradients, so that none of these is stored. */
export function updatesRide({ fused, optimizer, graph }: PlanRequest, node: Node): boolean {
  const isPenalized = graph.nodes.some((other) => other.layer.penalizesNext && nextWeights(graph, other).includes(node));
  return fused && node.layer.carriesUpdates === true && optimizer?.clipNorm === undefined && !isPenalized;
}

/** What a pass is for: whether it takes the batch's statistics and makes gradients, and whether masks and noise are drawn. */
export interface PassKind {
  readonly training: boolean;
  readonly random: boolean;
}

export const TRAINS: PassKind = { training: true, random: true };
export const PREDICTS: PassKind = { training: false, random: false };
/** Monte Carlo prediction: what sleeps in training sleeps, and nothing else is as in training. */
export const SAMPLES: PassKind = { training: false, random: true };

/** A node's output, and in training the gradient of the loss with respect to it, in memory. */
export interface NodeBuffers {
  output: Matrix;
  gradient: Matrix | undefined;
}

/** The shared parts of a plan while its programs are made. */
export interface PlanBuilder {
  readonly request: PlanRequest;
  /** All that the programs need. */
  readonly kernels: readonly KernelSet[];
  readonly arena: Arena;
  readonly record: RecordLayout;
  readonly input: Matrix;
  readonly places: ReadonlyMap<string, ParameterPlace & { readonly bytes: number }>;
  readonly workspace: Workspace;
  /** One loss and one mark of right or wrong per row. */
  readonly rows: { readonly losses: number; readonly correct: number };
  readonly statusOf: (name: string) => number;
  maskOf(node: Node, kind: PassKind): MaskPlace | undefined;
  parametersOf(node: Node): ReadonlyMap<string, ParameterPlace>;
  /** The weights that a node's output goes to. */
  nextWeights(node: Node): readonly WeightPlace[];
  /** A node's own memory, from forward to backward; 0 in plans that do not train. */
  keptOf(node: Node): number;
  /** An activation matrix, of so many rows at most; default those of the batch. Programs run one after the other, so each begins with all matrices free again. */
  matrix(columns: number, rows?: number): Matrix;
  /** Gives a matrix back within a program. */
  release(matrix: Matrix): void;
  freeMatrices(): void;
}

/** A program that grows by kernel calls. */
export class ProgramBuilder {
  readonly #calls: Call[] = [];
  readonly #names: ReturnType<typeof argumentNames>;
  #products = 0;
  #multiplyAdds = 0;
  #penalties = 0;

  constructor({ kernels }: PlanBuilder) {
    this.#names = argumentNames(kernels);
  }

  /** Where the next product says how many multiply-adds it did, of so many per row. */
  work(perRow: number): Argument {
    this.#multiplyAdds += perRow;
    return { result: WORK + 8 * this.#products++ };
  }

  /** Multiply-adds of all products for one row, when nothing is skipped. */
  get multiplyAdds(): number {
    return this.#multiplyAdds;
  }

  /** Where the next penalty goes. */
  penalty({ penalties }: RecordLayout): Argument {
    return { result: penalties + 8 * this.#penalties++ };
  }

  emitter(layer: string): Emit {
    return (kernel, values, { barrier = true } = {}) => {
      const named = values as Record<string, Argument>;
      this.#calls.push({ kernel, layer, barrier, arguments: this.#names[kernel].map((name) => named[name]) });
    };
  }

  build(name: string): Program {
    return { name, calls: this.#calls };
  }
}
