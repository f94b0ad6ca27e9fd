import { checkCount, checkNumber, checkOptions } from "../layers/options.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import type { FitState } from "./fit-state.ts";

/** When a run of `fit` gives its state away, and to whom. */
export interface CheckpointOptions {
  /**
   * Called with everything that the run can go on from, and awaited: the time that it takes is the run's. Also called when the
   * signal aborts. What it throws ends the run.
   */
  save: (state: FitState) => void | Promise<void>;
  /** Seconds, steps and epochs from one checkpoint to the next, whichever is over first; default 60 seconds, where none is given. */
  seconds?: number;
  steps?: number;
  epochs?: number;
}

const DEFAULT_SECONDS = 60;

const now = () => performance.now() / 1000;

/** Says when a checkpoint is due. It never changes what is trained: states are taken between steps. */
export class Checkpoints {
  readonly save: CheckpointOptions["save"];
  readonly #seconds: number;
  readonly #steps: number;
  readonly #epochs: number;
  #last = { time: now(), step: 0, epochs: 0 };

  /** @throws {DrowseError} on options out of range. */
  constructor(options: CheckpointOptions) {
    const operation = "checkpoint";
    checkOptions(operation, options, ["save", "seconds", "steps", "epochs"]);
    const { save, steps, epochs } = options;
    if (typeof save !== "function")
      throw new DrowseError(operation, `save is ${show(save)}`, "give a function, which is given the state");
    for (const [name, value] of Object.entries({ steps, epochs })) {
      if (value !== undefined) checkCount(operation, name, value);
    }
    const { seconds = (steps ?? epochs) === undefined ? DEFAULT_SECONDS : Number.POSITIVE_INFINITY } = options;
    if (options.seconds !== undefined)
      checkNumber(operation, "seconds", seconds, (value) => value >= 0, "give a number of at least 0");
    this.save = save;
    this.#seconds = seconds;
    this.#steps = steps ?? Number.POSITIVE_INFINITY;
    this.#epochs = epochs ?? Number.POSITIVE_INFINITY;
  }

  /** Steps that may be run from a step on before one is due. */
  stepsFrom(step: number): number {
    return Math.max(1, this.#last.step + this.#steps - step);
  }

  isDue(step: number, epochs: number): boolean {
    const { time, step: lastStep, epochs: lastEpochs } = this.#last;
    return now() - time >= this.#seconds || step - lastStep >= this.#steps || epochs - lastEpochs >= this.#epochs;
  }

  /** One was taken, or the run goes on from one. */
  taken(step: number, epochs: number): void {
    this.#last = { time: now(), step, epochs };
  }
}
