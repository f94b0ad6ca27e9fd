import type { Numbers } from "./numbers.ts";

/** What a loss makes of the outputs z [B, N] of a batch. */
export interface LossResult {
  /** Each row's loss [B]; the batch's loss is their mean. */
  readonly losses: Float64Array;
  /** Gradient of the mean loss with respect to z [B, N]. */
  readonly gradient: Float64Array;
  /** How many answers of each row are right [B]: 1 where its largest output is the target's, or a count of outputs. */
  readonly correct: Float64Array;
}

/** The rows' losses and gradients times their weights [B]. */
export function weighted({ losses, gradient, correct }: LossResult, weights: Numbers): LossResult {
  const N = gradient.length / losses.length;
  return {
    losses: losses.map((loss, b) => loss * weights[b]),
    gradient: gradient.map((d, i) => d * weights[Math.floor(i / N)]),
    correct,
  };
}

/** The sum of the rows' losses, and how many rows are correct. */
export function sumLosses({ losses, correct }: Pick<LossResult, "losses" | "correct">): { loss: number; correct: number } {
  const sum = (total: number, value: number) => total + value;
  return { loss: losses.reduce(sum, 0), correct: correct.reduce(sum, 0) };
}
