import { checkNumber, checkOptions } from "../layers/options.ts";
import type { EpochEvent } from "./fit-events.ts";
import type { WatchState } from "./fit-state.ts";
import { bestOf, Monitor, type MonitorOptions, type Watchable } from "./monitor.ts";

/** Lowers the learning rate of a run that does not get better. Defaults as in Keras's `ReduceLROnPlateau`. */
export interface PlateauOptions extends MonitorOptions {
  /** Multiplies the learning rate each time; above 0 and below 1, default 0.1. */
  factor?: number;
  /** Epochs in a row without a better one after which it is lowered, at least 1; default 10. */
  patience?: number;
  /** Default 1e-4. */
  minDelta?: number;
  /** Epochs after lowering that do not count; default 0. */
  cooldown?: number;
  /** Lowest learning rate, at least 0; default 0. */
  minimum?: number;
}

/** Finds the factor of the learning rate after each epoch. */
export class Plateau {
  readonly #monitor: Monitor;
  readonly #factor: number;
  readonly #patience: number;
  readonly #cooldown: number;
  readonly #minimum: number;
  #waited = 0;
  #cooling = 0;

  /** @throws {DrowseError} on options out of range, and a monitored number that the run does not have. */
  constructor(options: PlateauOptions, numbers: Watchable) {
    const operation = "reduceLearningRateOnPlateau";
    checkOptions(operation, options, ["factor", "patience", "minDelta", "cooldown", "minimum", "monitor", "mode"]);
    const { factor = 0.1, patience = 10, minDelta = 1e-4, cooldown = 0, minimum = 0 } = options;
    const check = (name: string, value: unknown, accepts: (value: number) => boolean, remedy: string) =>
      checkNumber(operation, name, value, accepts, remedy);
    this.#factor = check("factor", factor, (value) => value > 0 && value < 1, "give a number above 0 and below 1");
    this.#patience = check(
      "patience",
      patience,
      (value) => Number.isInteger(value) && value >= 1,
      "give a whole number of epochs, at least 1",
    );
    this.#cooldown = check(
      "cooldown",
      cooldown,
      (value) => Number.isInteger(value) && value >= 0,
      "give a whole number of epochs, at least 0",
    );
    this.#minimum = check("minimum", minimum, (value) => value >= 0, "give a learning rate of at least 0");
    this.#monitor = new Monitor(operation, { ...options, minDelta }, numbers);
  }

  /** All that it has seen. */
  get state(): WatchState & { readonly cooling: number } {
    return { ...bestOf(this.#monitor), waited: this.#waited, cooling: this.#cooling };
  }

  set state({ best, waited, cooling }: WatchState & { readonly cooling: number }) {
    this.#monitor.best = best;
    this.#waited = waited;
    this.#cooling = cooling;
  }

  /**
   * The factor from the next step on.
   * @param scheduled - the learning rate without the factor, as the optimizer gave it for the epoch's last step.
   */
  after(epoch: EpochEvent, factor: number, scheduled: number): number {
    const better = this.#monitor.improves(epoch);
    if (this.#cooling > 0) {
      this.#cooling--;
      this.#waited = 0;
    }
    if (better) this.#waited = 0;
    else if (this.#cooling === 0) this.#waited++;
    if (this.#waited < this.#patience) return factor;
    this.#waited = 0;
    if (!(scheduled * factor > this.#minimum)) return factor;
    this.#cooling = this.#cooldown;
    return Math.max(factor * this.#factor, this.#minimum / scheduled);
  }
}
