/** What a loss makes of the outputs z [B, N] of a batch. */
export interface LossResult {
  /** Each row's loss [B]; the batch's loss is their mean. */
  readonly losses: Float64Array;
  /** Gradient of the mean loss with respect to z [B, N]. */
  readonly gradient: Float64Array;
  /** 1 for each row whose largest output is the target's, else 0 [B]. */
  readonly correct: Float64Array;
}

/** The mean of the rows' losses. */
export function meanLoss({ losses }: LossResult): number {
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
