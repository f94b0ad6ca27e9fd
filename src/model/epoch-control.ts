import { DrowseError } from "../tensor/errors.ts";
import type { FitEvent } from "./fit-events.ts";
import type { Rates } from "./rates.ts";
import type { Trainer } from "./trainer.ts";

/** What `onEpoch` can do to the run that called it, while it is called or until the promise that it returned resolves. */
export interface EpochControl {
  /** Ends the run after this epoch; the text is told in history and events. */
  stop(message?: string): void;
  /**
   * Multiplies the learning rate that the optimizer gives, be it a number or a schedule, from the next step on and until
   * it is set again. Begins at 1; `reduceLearningRateOnPlateau` lowers the same factor.
   */
  learningRateFactor: number;
  /** Rates of the dropout layers, by name. */
  readonly rates: Rates;
  /**
   * Changes the rate of a dropout layer from the next step on; after the last epoch there is none, and nothing changes.
   * @throws {DrowseError} on a name that no dropout layer has, and a rate outside [0, 1].
   */
  setRate(name: string, rate: number): void;
}

/** Opened for each call of `onEpoch`, and closed after it. */
export class Control implements EpochControl {
  readonly #trainer: Trainer;
  readonly #tell: (event: FitEvent) => void;
  readonly #epoch: number;
  #closed = false;
  /** Set by `stop`. */
  stopped: { readonly message: string | undefined } | undefined;

  constructor(trainer: Trainer, epoch: number, tell: (event: FitEvent) => void) {
    this.#trainer = trainer;
    this.#epoch = epoch;
    this.#tell = tell;
  }

  // Functions of their own, so that they may be taken out of the control: ({ epoch }, { stop }) => ...
  readonly stop = (message?: string): void => {
    this.#refuseIfClosed("stop");
    this.stopped = { message: message === undefined ? undefined : String(message) };
  };

  readonly setRate = (name: string, rate: number): void => {
    this.#refuseIfClosed("setRate");
    this.#trainer.setRate(name, rate);
    this.#tell({ event: "rate", epoch: this.#epoch, layer: name, rate });
  };

  get learningRateFactor(): number {
    return this.#trainer.learningRateFactor;
  }

  set learningRateFactor(factor: number) {
    this.#refuseIfClosed("learningRateFactor");
    this.#trainer.learningRateFactor = factor;
    this.#tell({ event: "learningRate", epoch: this.#epoch, cause: "callback", factor });
  }

  get rates(): Rates {
    return this.#trainer.rates;
  }

  close(): void {
    this.#closed = true;
  }

  #refuseIfClosed(operation: string): void {
    if (!this.#closed) return;
    const remedy = "use the control within onEpoch, or return a promise that resolves when you are done with it";
    throw new DrowseError(operation, `onEpoch of epoch ${this.#epoch} is over`, remedy);
  }
}
