import type { Emit } from "../layers/layer.ts";
import type { Matrix } from "../wasm/layout.ts";
import type { Argument } from "../wasm/program.ts";

/** What predictions are made of logits: stored with the model, applied by `predict`. */
export type OutputLink = "softmax" | "identity";

/** What a loss's kernel call is made of. */
export interface LossContext {
  readonly emit: Emit;
  readonly B: Argument;
  /** The network's output. */
  readonly output: Matrix;
  readonly targets: Argument;
  /** Where the gradient of the mean loss goes, with the output's stride; 0 where it is not needed. */
  readonly gradient: number;
  /** One number per row each: the loss, and whether the prediction is right. */
  readonly losses: number;
  readonly correct: number;
}

/** A loss: what its targets are, which link belongs to it, and its kernel call. */
export interface Loss {
  readonly kind: "crossEntropy" | "meanSquaredError";
  /** One class index per row, or one number per output. */
  readonly targets: "classes" | "values";
  readonly link: OutputLink;
  emit(context: LossContext): void;
}
