import type { Loss } from "../losses/loss.ts";
import type { EpochEvent } from "../model/fit-events.ts";
import type { EpochWeights, FitState } from "../model/fit-state.ts";
import type { Model } from "../model/model.ts";
import { ratesOf, withRates } from "../model/rates.ts";
import { GENERATOR } from "../random/philox.ts";
import { DrowseError } from "../tensor/errors.ts";
import type { TableFit } from "./table-fit.ts";
import type { TrainSettings } from "./train-settings.ts";

// Where a network is trained twice, a checkpoint stands between the two trainings: what the epochs of the first told, and the weights of
// the best one. Nothing is left to do for its trainer, of which the checkpoint has no numbers.

/** The checkpoint at the end of a first training on so many rows, whose model has its best epoch. */
export function betweenState(
  model: Model,
  { events, bestEpoch }: { readonly events: readonly EpochEvent[]; readonly bestEpoch: number },
  { rows, settings, seconds }: { readonly rows: number; readonly settings: TrainSettings; readonly seconds: number },
): FitState {
  const rates = ratesOf(model.graph);
  const { batchSize, optimizer, seed } = settings;
  const step = events.length * Math.ceil(rows / batchSize);
  return {
    version: 1,
    trainer: {
      version: 1,
      generator: GENERATOR,
      ...{ seed, rows, batchSize, step, pass: events.length, batch: 0 },
      ...{ lossSum: 0, penaltySum: 0, right: 0, multiplyAdds: 0 },
      ...{ rates, learningRateFactor: 1, values: {}, optimizer, slots: {} },
    },
    epochs: events,
    best: { epoch: bestEpoch, values: Object.fromEntries(model.weights), rates },
    seconds,
    epochSeconds: 0,
  };
}

/**
 * Gives a model that was made alike what the first training came to.
 * @throws {DrowseError} on a state that is not one of {@link betweenState} and of such a model.
 */
export function takeUpFirst(model: Model, { epochs, best }: FitState, loss: Loss, patience: number): TableFit {
  if (best === undefined || best.epoch < 1 || best.epoch > epochs.length || !hasAll(model, best))
    throw new DrowseError(
      "train",
      "the checkpoint of the first training's end has not all of its weights",
      "train from the start",
    );
  model.setWeights(best.values);
  const graph = withRates("train", model.graph, best.rates);
  model.accept(model.weights, { graph, pass: epochs.length, link: loss.link, inputScale: undefined });
  const reason = epochs.length - best.epoch >= patience ? "patience" : "epochs";
  return { events: epochs, reason, bestEpoch: best.epoch, stopped: undefined };
}

const hasAll = (model: Model, { values }: EpochWeights) => Object.keys(values).length === model.weights.size;
