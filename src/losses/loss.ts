import type { Emit } from "../layers/layer.ts";
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
  /** The network's output. */
  readonly output: Matrix;
  readonly targets: Argument;
  /** One factor per row of its loss and gradient; 0 where all are 1. */
  readonly weights: Argument;
  /** Where the gradient of the mean loss goes, with the output's stride; 0 where it is not needed. */
  readonly gradient: number;
  /** One number per row each: the loss, and how many of its answers are right. */
  readonly losses: number;
  readonly correct: number;
}

/** What targets are: a class index per row, or per output a number, or a number from 0 to 1. */
export type Targets = "classes" | "values" | "probabilities";

/** A loss: what its targets are, which link belongs to it, and its kernel call. */
export interface Loss {
  readonly kind:
    | "crossEntropy"
    | "binaryCrossEntropy"
    | "meanSquaredError"
    | "meanAbsoluteError"
    | "huber"
    | "gaussianNegativeLogLikelihood";
  readonly targets: Targets;
  /** What `predict` makes of logits after training with it. */
  readonly link: OutputLink;
  /** What the user chose: label smoothing, delta. */
  readonly settings: Readonly<Record<string, number>>;
  /** What can be right or wrong, for the accuracy: each row, each output, or nothing. */
  readonly answers: "rows" | "outputs" | "none";
  /** Outputs that belong to one number of a row's targets; default 1. */
  readonly outputsPerTarget?: number;
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
