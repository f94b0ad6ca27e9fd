import { DrowseError, show } from "../tensor/errors.ts";
import type { EpochEvent } from "./fit-events.ts";
import type { FitRequest } from "./fit-options.ts";
import type { Rates } from "./rates.ts";
import type { Trainer } from "./trainer.ts";
import type { TrainerState } from "./trainer-state.ts";

/** What a model had after an epoch of a run. */
export interface EpochWeights {
  readonly epoch: number;
  /** Weights, biases and running statistics by name. */
  readonly values: Readonly<Record<string, Float32Array>>;
  /** Rates of the dropout layers. */
  readonly rates: Rates;
}

/** What watches a number from epoch to epoch: its best value, if there was one, and the epochs since. */
export interface WatchState {
  readonly best?: number;
  readonly waited: number;
}

/**
 * Everything that a run of `fit` goes on from, at any of its steps: plain values and numbers by parameter name. `structuredClone`,
 * IndexedDB and Node's `v8.serialize` keep every bit of it; `saveFitState` makes the bytes of a file of it.
 */
export interface FitState {
  readonly version: 1;
  /** Where training stands: weights, what the optimizer remembers, step and pass, rates, masks that are replayed. */
  readonly trainer: TrainerState;
  /** What the finished epochs told: the history so far. */
  readonly epochs: readonly EpochEvent[];
  /** What the model has: the numbers of the last finished epoch; left out where none is. */
  readonly last?: EpochWeights;
  /** With `earlyStopping`: those of the best one. */
  readonly best?: EpochWeights;
  readonly earlyStopping?: WatchState;
  readonly reduceLearningRateOnPlateau?: WatchState & { readonly cooling: number };
  /** That the run took so far, and that the steps of the current epoch took. */
  readonly seconds: number;
  readonly epochSeconds: number;
}

/**
 * Checks that a run of `fit` can go on from a state, but for what its trainer checks.
 * @throws {DrowseError} on a state of another version, or of a run with other options.
 */
export function checkFitState(state: FitState, { stopping, plateau, epochs }: FitRequest, { stepsPerEpoch }: Trainer): void {
  const refuse = (received: string, remedy: string): never => {
    throw new DrowseError("fit: resume", received, remedy);
  };
  if (state?.version !== 1) refuse(`the state has version ${show(state?.version)}`, "give a state that checkpoint was given");
  if (!Array.isArray(state.epochs)) refuse(`its epochs are ${show(state.epochs)}`, "give a state that checkpoint was given");
  const finished = state.epochs.length;
  if (finished >= epochs) refuse(`the state has ${finished} finished epochs`, `${epochs} are asked for: give more, or leave it`);
  for (const [name, has, wants] of [
    ["earlyStopping", state.earlyStopping, stopping],
    ["reduceLearningRateOnPlateau", state.reduceLearningRateOnPlateau, plateau],
  ] as const) {
    if ((has === undefined) === (wants === undefined)) continue;
    refuse(`the state has ${has ? "" : "no "}${name}, and this run has ${wants ? "it" : "none"}`, "go on with the same options");
  }
  const step = state.trainer?.step - finished * stepsPerEpoch;
  if (!(step >= 0 && step <= stepsPerEpoch))
    refuse(`the state is of step ${show(state.trainer?.step)} after ${finished} epochs`, `an epoch has ${stepsPerEpoch} steps`);
  if (finished > 0 && state.last?.epoch !== finished)
    refuse(`the state has no weights of epoch ${finished}`, "give a state that checkpoint was given");
}
