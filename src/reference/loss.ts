/** What a loss makes of the outputs z [B, N] of a batch. */
export interface LossResult {
  /** Each row's loss [B]; the batch's loss is their mean. */
  readonly losses: Float64Array;
  /** Gradient of the mean loss with respect to z [B, N]. */
  readonly gradient: Float64Array;
  /** 1 for each row whose largest output is the target's, else 0 [B]. */
  readonly correct: Float64Array;
}

/** The sum of the rows' losses, and how many rows are correct. */
export function sumLosses({ losses, correct }: Pick<LossResult, "losses" | "correct">): { loss: number; correct: number } {
  const sum = (total: number, value: number) => total + value;
  return { loss: losses.reduce(sum, 0), correct: correct.reduce(sum, 0) };
}
