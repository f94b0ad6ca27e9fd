import { checkNumber, checkOptions } from "../layers/options.ts";
import type { EpochEvent } from "./fit-events.ts";
import type { WatchState } from "./fit-state.ts";
import { bestOf, Monitor, type MonitorOptions, type Watchable } from "./monitor.ts";

/** Ends a run that does not get better, and keeps its best epoch. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs in a row without a better one after which training stops, at least 1. */
  patience: number;
}

/** Tells after each epoch whether it is the best and whether it was the last (Prechelt 1998). */
export class EarlyStopping {
  readonly #monitor: Monitor;
  readonly #patience: number;
  #waited = 0;

  /** @throws {DrowseError} on options out of range, and a monitored number that the run does not have. */
  constructor(options: EarlyStoppingOptions, numbers: Watchable) {
    const operation = "earlyStopping";
    checkOptions(operation, options, ["patience", "minDelta", "monitor", "mode"]);
    const { patience } = options;
    this.#patience = checkNumber(
      operation,
      "patience",
      patience,
      (value) => Number.isInteger(value) && value >= 1,
      "give a whole number of epochs, at least 1",
    );
    this.#monitor = new Monitor(operation, options, numbers);
  }

  /** All that it has seen. */
  get state(): WatchState {
    return { ...bestOf(this.#monitor), waited: this.#waited };
  }

  set state({ best, waited }: WatchState) {
    this.#monitor.best = best;
    this.#waited = waited;
  }

  after(epoch: EpochEvent): { best: boolean; stops: boolean } {
    const best = this.#monitor.improves(epoch);
    this.#waited = best ? 0 : this.#waited + 1;
    return { best, stops: this.#waited >= this.#patience };
  }
}
