import { weightsHash } from "../formats/weights-hash.ts";
import type { FitEvent } from "../model/fit-events.ts";
import type { Model } from "../model/model.ts";
import type { Preparation } from "../tables/preparation.ts";
import { DrowseError } from "../tensor/errors.ts";
import type { Configuration } from "./configuration.ts";
import { type FoldResult, train } from "./trial.ts";
import { labelledRows, prepareFor, type TrialData } from "./trial-data.ts";

/** A network that has learned from all rows. */
export interface ChosenModel {
  readonly model: Model;
  /** Of tables. */
  readonly preparation: Preparation | undefined;
  readonly epochs: number;
  readonly weightsHash: string;
}

/**
 * Trains a configuration on all rows, for as many epochs as its folds took to their best one: none is left to stop by.
 * @throws {DrowseError} where the training diverges.
 */
export async function trainChoice(
  data: TrialData,
  configuration: Configuration,
  folds: readonly FoldResult[],
  { seed, threads = 1, onEvent }: { seed: number; threads?: number; onEvent?: (event: FitEvent) => void },
): Promise<ChosenModel> {
  const { rows } = labelledRows(data);
  const epochs = Math.max(1, Math.round(folds.reduce((sum, { bestEpoch }) => sum + bestEpoch, 0) / folds.length));
  const prepared = prepareFor(data, rows);
  const parts = { training: rows, stopping: new Uint32Array(0) };
  const whole = { ...configuration, epochs, patience: "none" } as const;
  const { model, failure } = await train(whole, prepared, { rows: parts, seed, threads, ...(onEvent ? { onEvent } : {}) });
  if (failure !== undefined) throw new DrowseError("study", failure, "take another configuration");
  return { model, preparation: prepared.preparation, epochs, weightsHash: await weightsHash(model.weights) };
}
