import type { Layer } from "../layers/layer.ts";
import type { Emit } from "../layers/pass-context.ts";
import { DrowseError } from "../tensor/errors.ts";
import type { Matrix } from "../wasm/layout.ts";
import type { KernelSet } from "../wasm/module.ts";
import type { Argument } from "../wasm/program.ts";

/** What predictions are made of logits: stored with the model, applied by `predict`. */
export type OutputLink = "softmax" | "sigmoid" | "identity" | "gaussian";

/** What a loss's kernel call is made of. */
export interface LossContext {
  readonly emit: Emit;
  readonly B: Argument;
  /** The network's output; of a loss with `copies` those of all copies, row after row. */
  readonly output: Matrix;
  readonly targets: Argument;
  /** One factor per row of its loss and gradient; 0 where all are 1. */
  readonly weights: Argument;
  /** Where the gradient of the mean loss goes, with the output's stride; 0 where it is not needed. */
  readonly gradient: number;
  /** One number per row each: the loss, and how many of its answers are right; room for as many as the output has rows. */
  readonly losses: number;
  readonly correct: number;
}

/** What targets are: a class index per row, or per output a number, or a number from 0 to 1. */
export type Targets = "classes" | "values" | "probabilities";

/**
 * Rows that come several times in training, `count` copies of each from one layer on, with masks of their own. What stands before is
 * computed once. Copies of a row lie one after the other.
 */
export interface Copies {
  readonly count: number;
  /**
   * The name of the layer where they begin, for so many rows of data.
   * @throws {DrowseError} where copies would be equal, or there are too many rows.
   * @internal
   */
  beginsAt(operation: string, layers: readonly { readonly name: string; readonly layer: Layer }[], rows: number): string;
  /**
   * The index of the row whose masks a copy has.
   * @internal
   */
  rowOf(row: number, copy: number): number;
  /**
   * What a step's record says: the number of copies of these rows, three words of nothing, and the index of each.
   * @internal
   */
  words(rows: Uint32Array): Uint32Array;
}

/** A loss: what its targets are, which link belongs to it, and its kernel call. */
export interface Loss {
  readonly kind:
    | "crossEntropy"
    | "binaryCrossEntropy"
    | "meanSquaredError"
    | "meanAbsoluteError"
    | "huber"
    | "gaussianNegativeLogLikelihood"
    | "multiSample"
    | "rDrop";
  readonly targets: Targets;
  /** What `predict` makes of logits after training with it. */
  readonly link: OutputLink;
  /** What the user chose: label smoothing, delta. */
  readonly settings: Readonly<Record<string, number>>;
  /** What can be right or wrong, for the accuracy: each row, each output, or nothing. */
  readonly answers: "rows" | "outputs" | "none";
  /** Outputs that belong to one number of a row's targets; default 1. */
  readonly outputsPerTarget?: number;
  /** In training: how many masks a row is met with. */
  readonly copies?: Copies;
  /** The loss that evaluation measures, where nothing sleeps and no copies are made; default the same. */
  readonly evaluation?: Loss;
  /**
   * The sets in which its kernels are, if they are not with those that everyone loads.
   * @internal
   */
  readonly kernels?: readonly KernelSet[];
  /** @internal */
  emit(context: LossContext): void;
}

/**
 * How many classes, or numbers per row, targets are for a network of so many outputs.
 * @throws {DrowseError} when the outputs are not a whole number of what belongs to one target.
 */
export function targetsFor(operation: string, { kind, outputsPerTarget = 1 }: Loss, outputs: number): number {
  if (outputs % outputsPerTarget === 0) return outputs / outputsPerTarget;
  throw new DrowseError(
    operation,
    `the model has ${outputs} output${outputs === 1 ? "" : "s"}, and ${kind} needs ${outputsPerTarget} per target`,
    `end in dense(${outputsPerTarget} n) for n targets per row`,
  );
}

/** How many answers a row has that can be right or wrong. */
export function answersPerRow({ answers }: Loss, outputs: number): number {
  return answers === "none" ? 0 : answers === "rows" ? 1 : outputs;
}

/** The arguments that all losses' kernels have. */
export function lossArguments({ B, output, targets, weights, gradient, losses, correct }: LossContext) {
  return { z: output.pointer, stride: output.stride, B, N: output.columns, targets, weights, d: gradient, losses, correct };
}
