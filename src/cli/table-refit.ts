import type { EpochEvent } from "../model/fit-events.ts";
import type { FitOptions } from "../model/fit-options.ts";
import type { Model } from "../model/model.ts";
import { rateScheduleOf } from "../study/dropout-schedules.ts";
import { followFactors, learningRateFactors } from "../study/fit-configuration.ts";
import { prepareRows } from "../tables/apply-preparation.ts";
import { fitPreparation } from "../tables/fit-preparation.ts";
import type { ReadOptions } from "../tables/open-rows.ts";
import { inputSize, outputSize, type Preparation } from "../tables/preparation.ts";
import type { TableSplit } from "../tables/split-table.ts";
import type { TableTask } from "../tables/table-task.ts";
import { imageNetwork } from "./image-network.ts";
import { optimizerOf } from "./optimizer-settings.ts";
import { type FitListener, fitTable, type TableFit, tableLoss } from "./table-fit.ts";
import { fitOptions } from "./train-run.ts";
import type { TrainSettings } from "./train-settings.ts";

// Early stopping holds rows out to find how long to train, and then these have taught nothing. So the network is trained a second time,
// from the same first weights, on all rows but those to test on, for as many epochs as the best had (Goodfellow, Bengio and Courville
// 2016, algorithm 7.2). Nothing is left to stop it by, and nothing that it could be measured on but the test rows.

/** What the second training is made of. */
export interface RefitRequest {
  readonly task: TableTask;
  readonly split: TableSplit;
  readonly reading: ReadOptions;
  readonly settings: TrainSettings;
  /** The first training's epochs, and the best of them. */
  readonly events: readonly EpochEvent[];
  readonly bestEpoch: number;
}

/** A network that has learned from all rows but those to test on. */
export interface Refitted extends TableFit {
  readonly model: Model;
  readonly preparation: Preparation;
}

/** The rows that are trained on and those that were held out, in ascending order. */
export function refitRows({ training, validation }: TableSplit): Uint32Array {
  const rows = new Uint32Array(training.length + validation.length);
  rows.set(training);
  rows.set(validation, training.length);
  return rows.sort();
}

/**
 * Trains again. The preparation is fitted again as well, on the same rows as the weights: means, deviations and what stands for a
 * value that is missing.
 * @param keeping - what keeps the training.
 */
export async function refitTable(
  request: RefitRequest,
  keeping: Pick<FitOptions, "checkpoint" | "resume" | "signal">,
  listener: FitListener,
): Promise<Refitted> {
  const { task, split, reading, settings } = request;
  const rows = refitRows(split);
  const preparation = fitPreparation(task, rows, reading);
  const model = imageNetwork([inputSize(preparation)], outputSize(preparation), settings);
  const options = { ...refitOptions(request, rows.length), ...keeping, loss: tableLoss(task, settings) };
  const fitted = await fitTable(model, prepareRows(preparation, task, rows), options, { ...listener, least: 0 });
  return { ...fitted, model, preparation };
}

/** How `fit` trains again: by schedules that go over all epochs there might be, as the first training's did. */
function refitOptions({ settings, split, events, bestEpoch }: RefitRequest, rows: number): FitOptions {
  const { dropoutSchedule, reduceOnPlateau, epochs, batchSize } = settings;
  const alone = { validation: undefined, earlyStopping: undefined, reduceOnPlateau: undefined, metrics: undefined };
  const steps = epochs * Math.ceil(rows / batchSize);
  const schedule = dropoutSchedule === undefined ? undefined : rateScheduleOf(dropoutSchedule);
  const batches = Math.ceil(split.training.length / batchSize);
  const factors =
    reduceOnPlateau === undefined
      ? undefined
      : learningRateFactors(events, optimizerOf(settings, split.training.length), batches);
  return {
    ...fitOptions({ ...settings, ...alone }, rows),
    epochs: bestEpoch,
    ...(schedule
      ? { dropoutSchedule: (step: number, { rate }: { readonly rate: number }) => schedule(step, { steps, rate }) }
      : {}),
    ...(factors ? { onEpoch: followFactors(factors) } : {}),
  };
}
