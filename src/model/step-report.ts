import type { StepSettings } from "./record.ts";
import type { FinishedStep } from "./steps.ts";

/** A step, as the trainer tells of it. */
export interface StepReport {
  /** Counted from 0 over the life of the trainer, through resumes. */
  readonly step: number;
  /** Passes over the data that the model had finished before. */
  readonly pass: number;
  /** Batch within the pass, and its rows. */
  readonly batch: number;
  readonly rows: number;
  /** Mean loss of the batch, with dropout; what is minimised is its sum with `penalty`. */
  readonly loss: number;
  /** What layers add to the loss, such as the KL terms of learned dropout, each divided by the rows that are trained on; 0: none does. */
  readonly penalty: number;
  /**
   * Right answers, rows or outputs as the loss counts them, with dropout, and where it meets rows with several masks the mean
   * over these; 0 for losses of numbers.
   */
  readonly right: number;
  /** Share of the products' multiply-adds that were left out because a factor was zero, from 0 to 1. */
  readonly skipped: number;
}

/** Sums over the batches of a pass. */
export interface PassNumbers {
  readonly lossSum: number;
  /** Penalties of the steps, each times its rows. */
  readonly penaltySum: number;
  /** Of all copies of rows. */
  readonly right: number;
  readonly multiplyAdds: number;
}

const NOTHING: PassNumbers = { lossSum: 0, penaltySum: 0, right: 0, multiplyAdds: 0 };

/** The sums of the current pass, or of the last one when none has begun. */
export class PassSums {
  #sums = NOTHING;

  get state(): PassNumbers {
    return this.#sums;
  }

  set state({ lossSum, penaltySum, right, multiplyAdds }: PassNumbers) {
    this.#sums = { lossSum, penaltySum, right, multiplyAdds };
  }

  add({ settings, lossSum, right, multiplyAdds, penalty }: FinishedStep<StepSettings>): void {
    const before = settings.batch === 0 ? NOTHING : this.#sums;
    this.#sums = {
      lossSum: before.lossSum + lossSum,
      penaltySum: before.penaltySum + penalty * settings.rows.length,
      right: before.right + right,
      multiplyAdds: before.multiplyAdds + multiplyAdds,
    };
  }
}
