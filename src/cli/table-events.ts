import type { ClassMetricName } from "../metrics/metric.ts";
import type { EpochEvent, ProgressEvent } from "../model/fit-events.ts";
import type { Preparation } from "../tables/preparation.ts";
import type { TableTask } from "../tables/table-task.ts";
import type { TableMeasures } from "./table-measures.ts";
import { errorShare, round } from "./train-listener.ts";
import type { TrainSettings } from "./train-settings.ts";

/** Rows of a training on a table. */
export interface TableRows {
  readonly rows: number;
  readonly validationRows: number;
  readonly testRows: number;
}

/** Before the first step: what was found, and what is done with it. */
export interface TableStart extends TableRows {
  readonly event: "start";
  readonly data: string;
  readonly task: TableTask;
  readonly preparation: Preparation;
  readonly units: readonly number[];
  readonly parameters: number;
  /** Whether it is trained again on all rows but those to test on, when the best epoch is known. */
  readonly refit: boolean;
  readonly settings: TrainSettings;
}

/** While an epoch runs. */
export type TableProgress = Omit<ProgressEvent, "accuracy" | "skipped"> & {
  readonly phase: TablePhase;
  readonly error?: number;
};

/** The training that stops early, or the one on all rows but those to test on that follows. */
export type TablePhase = "first" | "refit";

/** An epoch of a training on a table; errors are shares of wrong rows, left out in regressions. Metrics that were asked for have their names. */
export type TableEpoch = EpochOfTable & { readonly [name in `validation${Capitalize<ClassMetricName>}`]?: number };

interface EpochOfTable {
  readonly event: "epoch";
  readonly phase: TablePhase;
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  readonly error?: number;
  readonly validationLoss?: number;
  readonly validationError?: number;
  readonly learningRate: number;
  readonly skipped: number;
  readonly seconds: number;
}

/** How a training on a table ended. */
export interface TableEnd {
  readonly event: "done" | "interrupted" | "error";
  readonly message?: string;
  readonly epochs: number;
  readonly reason: string;
  readonly bestEpoch?: number;
  /** Rows and epochs of the second training, whose weights the model has: left out where there is none. */
  readonly refit?: { readonly rows: number; readonly epochs: number };
  /** With nothing asleep; numbers are in the target's own units. Of the first training, which has not seen these rows. */
  readonly validation?: TableMeasures;
  readonly test?: TableMeasures;
  readonly weightsHash: string;
  readonly seconds: number;
}

/** Progress of `fit` in the words of the command. */
export function tableProgress(
  { accuracy, skipped: _, ...event }: ProgressEvent,
  { rows, batchSize }: { readonly rows: number; readonly batchSize: number },
  phase: TablePhase,
): TableProgress {
  const seen = Math.min(rows, event.batch * batchSize);
  return { ...event, phase, ...(accuracy === undefined ? {} : { error: errorShare(accuracy, seen) }) };
}

/** An epoch of `fit` in the words of the command. */
export function tableEpoch(
  event: EpochEvent,
  { rows, validationRows }: Pick<TableRows, "rows" | "validationRows">,
  phase: TablePhase,
): TableEpoch {
  const { epoch, epochs, loss, accuracy, validationLoss, validationAccuracy, learningRate, skipped, seconds } = event;
  const isMetric = (name: string) => /^validation(?!Loss$|Accuracy$)/.test(name);
  return {
    event: "epoch",
    ...{ phase, epoch, epochs, loss },
    ...(accuracy === undefined ? {} : { error: errorShare(accuracy, rows) }),
    ...(validationLoss === undefined ? {} : { validationLoss }),
    ...(validationAccuracy === undefined ? {} : { validationError: errorShare(validationAccuracy, validationRows) }),
    ...Object.fromEntries(Object.entries(event).filter(([name]) => isMetric(name))),
    ...{ learningRate, skipped: round(skipped, 4), seconds: round(seconds, 3) },
  };
}
