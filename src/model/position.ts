import { DrowseError } from "../tensor/errors.ts";
import type { RowOrder } from "./row-order.ts";

/** What a step trains on: the pass over the data, the batch's place in it, and its rows. */
export interface StepPlace {
  readonly pass: number;
  readonly batch: number;
  readonly rows: Uint32Array;
}

/** Where a trainer stands: steps done, passes finished, batches done in the current one. */
export class Position {
  step = 0;
  pass: number;
  batch = 0;
  /** Steps of a pass over the data. */
  readonly stepsPerEpoch: number;
  readonly #order: RowOrder;
  readonly #batchSize: number;

  constructor(order: RowOrder, batchSize: number, pass: number) {
    this.#order = order;
    this.#batchSize = batchSize;
    this.pass = pass;
    this.stepsPerEpoch = Math.ceil(order.count / batchSize);
  }

  /**
   * What a step trains on, before or after where the trainer stands.
   * @throws {DrowseError} on one before the model's first pass.
   */
  placeOf(step: number): StepPlace {
    const position = this.batch + step - this.step;
    const pass = this.pass + Math.floor(position / this.stepsPerEpoch);
    if (pass < 0) throw new DrowseError("trainer", `step ${step} was before the model's first pass`, "ask for a later step");
    const batch = position - (pass - this.pass) * this.stepsPerEpoch;
    return { pass, batch, rows: this.#order.of(pass).subarray(batch * this.#batchSize, (batch + 1) * this.#batchSize) };
  }

  /** Goes behind a step that is done. */
  passBy({ step, pass, batch }: { readonly step: number; readonly pass: number; readonly batch: number }): void {
    const next = batch + 1;
    this.goTo({ step: step + 1, pass: pass + Math.floor(next / this.stepsPerEpoch), batch: next % this.stepsPerEpoch });
  }

  goTo({ step, pass, batch }: { readonly step: number; readonly pass: number; readonly batch: number }): void {
    this.step = step;
    this.pass = pass;
    this.batch = batch;
  }
}
