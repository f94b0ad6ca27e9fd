import { crossEntropy } from "../losses/cross-entropy.ts";
import type { Loss } from "../losses/loss.ts";
import { meanSquaredError } from "../losses/mean-squared-error.ts";
import type { EpochEvent, FitEvent, ProgressEvent, StopReason } from "../model/fit-events.ts";
import type { FitOptions } from "../model/fit-options.ts";
import type { Model } from "../model/model.ts";
import type { prepareRows } from "../tables/apply-preparation.ts";
import type { TableTask } from "../tables/table-task.ts";
import { DrowseError } from "../tensor/errors.ts";
import { Interrupted } from "./interrupt.ts";
import type { KeptRun } from "./kept-run.ts";
import {
  type TableEpoch,
  type TablePhase,
  type TableProgress,
  type TableRows,
  tableEpoch,
  tableProgress,
} from "./table-events.ts";
import type { TrainSettings } from "./train-settings.ts";

/** Rows of a table as a network takes them. */
export type PreparedRows = ReturnType<typeof prepareRows>;

/** A training on rows of a table that is over. */
export interface TableFit {
  /** What its epochs told, also those of before it was resumed. */
  readonly events: readonly EpochEvent[];
  readonly reason: StopReason;
  readonly bestEpoch?: number;
  /** What stopped it, where that is no reason to throw. */
  readonly stopped: Interrupted | DrowseError | undefined;
}

/** What is told of a training while it runs. */
export interface FitListener {
  readonly onProgress: (event: ProgressEvent) => void;
  readonly onEpoch: (event: EpochEvent) => void;
}

/** The loss of a table. */
export const tableLoss = ({ kind }: TableTask, { labelSmoothing = 0 }: TrainSettings): Loss =>
  kind === "classification" ? crossEntropy({ labelSmoothing }) : meanSquaredError();

/**
 * Trains, and tells of it.
 * @param least - finished epochs from which on what stops the training is told, not thrown.
 */
export async function fitTable(
  model: Model,
  rows: PreparedRows,
  options: FitOptions,
  { onEpoch, onProgress, least }: FitListener & { readonly least: number },
): Promise<TableFit> {
  const events = [...(options.resume?.epochs ?? [])];
  let ended: Pick<TableFit, "reason" | "bestEpoch"> = { reason: "failed" };
  const onEvent = (event: FitEvent): void => {
    if (event.event === "end") ended = { reason: event.reason, ...(event.bestEpoch ? { bestEpoch: event.bestEpoch } : {}) };
    if (event.event === "progress") onProgress(event);
    if (event.event !== "epoch") return;
    events.push(event);
    onEpoch(event);
  };
  let stopped: Interrupted | DrowseError | undefined;
  try {
    await model.fit(rows, { ...options, onEvent });
  } catch (error) {
    if (events.length < least || !(error instanceof Interrupted || error instanceof DrowseError)) throw error;
    stopped = error;
  }
  return { events, ...ended, stopped };
}

/** Tells of a phase in the words of the command, behind the epochs that were told before. */
export function phaseTeller(
  phase: TablePhase,
  rows: Pick<TableRows, "rows" | "validationRows"> & { readonly batchSize: number },
  { epochs, kept, onEvent }: { epochs: TableEpoch[]; kept: KeptRun; onEvent: (event: TableProgress | TableEpoch) => void },
) {
  return {
    /** Epochs of before the run was resumed. */
    before(events: readonly EpochEvent[]): void {
      for (const event of events) epochs.push(tableEpoch(event, rows, phase));
    },
    onProgress: (event: ProgressEvent): void => onEvent(tableProgress(event, rows, phase)),
    onEpoch(event: EpochEvent): void {
      const told = tableEpoch(event, rows, phase);
      epochs.push(told);
      kept.tell(epochs);
      onEvent(told);
    },
  };
}
