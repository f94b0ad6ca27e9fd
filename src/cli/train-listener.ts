import type { MetricName } from "../metrics/metric.ts";
import type { BeginEvent, EndEvent, EpochEvent, FitEvent, ProgressEvent } from "../model/fit-events.ts";
import { validationName } from "../model/monitor.ts";
import type { Measures, TrainEpoch, TrainEvent, TrainProgress, TrainStart } from "./train-events.ts";

/** What is known of a training before it begins. */
interface Circumstances {
  /** The start, but for the rows, which `fit` counts. */
  readonly start: Omit<TrainStart, "event" | "rows" | "validationRows">;
  /** The set that `fit` measures on after each epoch, where there is any. */
  readonly watched: SetName;
  readonly metrics: readonly MetricName[];
  /** Epochs that were told before, of a run that goes on. */
  readonly before?: readonly EpochEvent[];
  readonly onEvent: (event: TrainEvent) => void;
}

type SetName = "validation" | "test";

/** The share of wrong rows of a share of right ones, without the rounding of 1 - accuracy. */
export function errorShare(accuracy: number, rows: number): number {
  return Math.round((1 - accuracy) * rows) / rows;
}

export const round = (value: number, digits: number) => Number(value.toFixed(digits));

/** What was measured on a set with nothing asleep, each number under the set's name: `validationLoss`, `testF1`. */
export function measuresOf(
  set: SetName,
  { loss, accuracy = 0, rows }: { readonly loss: number; readonly accuracy: number | undefined; readonly rows: number },
  metrics: readonly (readonly [name: MetricName, value: number | undefined])[],
): Partial<Measures> {
  const named = metrics.map(([name, value]) => [validationName(name).replace("validation", set), value]);
  return { [`${set}Loss`]: loss, [`${set}Error`]: errorShare(accuracy, rows), ...Object.fromEntries(named) };
}

/** Hears what `fit` tells, hands it on in the words of the command, and keeps what came of the epochs. */
export class TrainListener {
  readonly epochs: TrainEpoch[] = [];
  readonly #circumstances: Circumstances;
  readonly #measures: Measures[] = [];
  #begun: BeginEvent | undefined;
  #ended: EndEvent | undefined;

  constructor(circumstances: Circumstances) {
    this.#circumstances = circumstances;
  }

  /** Rows to train on, and rows that are measured after each epoch. */
  get rows(): Pick<BeginEvent, "rows" | "validationRows"> {
    const { rows = 0, validationRows = 0 } = this.#begun ?? {};
    return { rows, validationRows };
  }

  /** How the run ended. */
  get end(): Pick<EndEvent, "reason" | "bestEpoch"> {
    const { reason = "failed", bestEpoch } = this.#ended ?? {};
    return { reason, ...(bestEpoch === undefined ? {} : { bestEpoch }) };
  }

  /** The numbers of the epoch whose weights the model has, and what was skipped in all of them. */
  get measures(): Measures {
    const { epochs } = this;
    const chosen = this.#measures[(this.end.bestEpoch ?? epochs.length) - 1];
    return { ...chosen, skipped: round(epochs.reduce((sum, { skipped }) => sum + skipped, 0) / epochs.length, 4) };
  }

  readonly hear = (event: FitEvent): void => {
    const { onEvent } = this.#circumstances;
    if (event.event === "begin") onEvent(this.#start(event));
    else if (event.event === "progress") onEvent(this.#progress(event));
    else if (event.event === "epoch") onEvent(this.#epoch(event));
    else if (event.event === "learningRate") onEvent(event);
    else if (event.event === "end") this.#ended = event;
  };

  #start(event: BeginEvent): TrainStart {
    this.#begun = event;
    const { start, watched, before = [] } = this.#circumstances;
    for (const epoch of before) this.#epoch(epoch);
    const { rows, validationRows, warnings } = event;
    const held = watched === "validation" ? validationRows : 0;
    const { data, ...rest } = start;
    return { event: "start", data, rows, validationRows: held, ...rest, ...(warnings ? { warnings } : {}) };
  }

  #progress({ accuracy = 0, ...event }: ProgressEvent): TrainProgress {
    const { rows, batchSize } = this.#begun as BeginEvent;
    const seen = Math.min(rows, event.batch * batchSize);
    return {
      ...event,
      error: errorShare(accuracy, seen),
      skipped: round(event.skipped, 4),
      examplesPerSecond: round(event.examplesPerSecond, 0),
      secondsLeft: round(event.secondsLeft, 1),
    };
  }

  #epoch(event: EpochEvent): TrainEpoch {
    const { watched, metrics } = this.#circumstances;
    const { rows, validationRows } = this.#begun as BeginEvent;
    const { accuracy = 0, validationLoss: loss, validationAccuracy, epoch, epochs, learningRate } = event;
    const named = metrics.map((name) => [name, event[validationName(name)]] as const);
    const measures: Measures = {
      loss: event.loss,
      error: errorShare(accuracy, rows),
      testLoss: null,
      testError: null,
      ...(loss === undefined ? {} : measuresOf(watched, { loss, accuracy: validationAccuracy, rows: validationRows }, named)),
      skipped: round(event.skipped, 4),
    };
    const pace = { seconds: round(event.seconds, 3), examplesPerSecond: round(event.examplesPerSecond, 0) };
    const told: TrainEpoch = { event: "epoch", epoch, epochs, ...measures, learningRate, ...pace };
    this.#measures.push(measures);
    this.epochs.push(told);
    return told;
  }
}
