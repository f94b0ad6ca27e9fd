import type { Configuration } from "./configuration.ts";
import type { Executor } from "./executor.ts";
import type { StoredFold } from "./fold-record.ts";
import { foldKey, type StudyHeader } from "./journal.ts";
import type { Journal } from "./journal-file.ts";
import { meanOf, standardError } from "./paired.ts";
import { asynchronousHalving, median, noPruning, rungs, survivors } from "./pruner.ts";
import { type FoldIndex, foldIndices, type Resampling } from "./resampling.ts";
import type { Sampler } from "./sampler.ts";
import { configurationOf } from "./settings.ts";
import type { Parameters, Space } from "./space.ts";
import { createStudy, type Study, type Trial } from "./study.ts";
import type { FoldMeasures, FoldResult } from "./trial.ts";
import type { TrialRecord } from "./trial-record.ts";

/** What is to be small, over the folds: see {@link FoldMeasures}. */
export type Objective = keyof FoldMeasures;

/** How trials are given up; see the pruners. `halving` is the synchronous one. */
export type Pruning = "none" | "median" | "halving" | "asynchronousHalving";

/** All that decides a sweep beside its data. */
export interface SweepRequest {
  readonly space: Space;
  /** What stays, where it is not the standard configuration. */
  readonly fixed: Partial<Configuration>;
  readonly sampler: Sampler;
  readonly pruning: Pruning;
  readonly trials: number;
  readonly objective: Objective;
  readonly resampling: Resampling;
  readonly seed: number;
  /** See `lag` of a study. */
  readonly lag: number;
}

/** With what a sweep is carried out. */
export interface SweepMeans {
  readonly executor: Executor;
  readonly journal?: Journal | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of each training and each trial that is over; not of those that a journal knew. */
  readonly onEvent?: (event: SweepEvent) => void;
}

/** What happens. */
export type SweepEvent =
  | { readonly event: "begin"; readonly trial: number; readonly parameters: Parameters }
  | ({ readonly event: "fold" } & StoredFold)
  | ({ readonly event: "trial"; readonly seconds: number } & TrialRecord);

/** A trial that is over, and its trainings. */
export interface SweptTrial extends TrialRecord {
  readonly configuration: Configuration;
  readonly folds: readonly FoldResult[];
}

/** What a sweep is, for the first line of its journal. */
export function sweepHeader(request: SweepRequest, data: { name: string; hash: string }, versions: object): StudyHeader {
  const { sampler, ...rest } = request;
  return { ...versions, data, ...rest, sampler: sampler.name };
}

/**
 * Carries out a sweep: trials are trained on the same folds, from the same first weights. Whatever the executor, the trials are the
 * same, but with asynchronous halving.
 * @returns the trials in their order.
 * @throws {DrowseError} on settings that cannot be trained. What was finished until then is in the journal.
 */
export async function sweep(request: SweepRequest, means: SweepMeans): Promise<SweptTrial[]> {
  means.signal?.throwIfAborted();
  const work = new Sweep(request, means).run();
  const { signal } = means;
  if (!signal) return work;
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  work.catch(() => {});
  return Promise.race([work, aborted]);
}

/** A trial on its way. */
interface OpenTrial {
  readonly trial: Trial;
  readonly configuration: Configuration;
  readonly values: number[];
  seconds: number;
  failed: boolean;
}

const pruners = { none: noPruning, halving: noPruning, median, asynchronousHalving };

class Sweep {
  readonly #request: SweepRequest;
  readonly #means: SweepMeans;
  readonly #study: Study;
  readonly #indices: readonly FoldIndex[];
  readonly #folds: Map<string, StoredFold>;
  /** Trials that the journal has already. */
  readonly #written: ReadonlySet<number>;

  constructor(request: SweepRequest, means: SweepMeans) {
    this.#request = request;
    this.#means = means;
    const { space, sampler, pruning, seed, lag, resampling } = request;
    const { folds = [], trials = [] } = means.journal?.contents ?? {};
    this.#folds = new Map(folds.map((fold) => [foldKey(fold), fold]));
    this.#written = new Set(trials.map(({ number }) => number));
    // Synchronous halving is played again from the trainings, none of which is repeated.
    const before = pruning === "halving" ? [] : trials;
    this.#study = createStudy({ space, sampler, pruner: pruners[pruning](), seed, lag, trials: before });
    this.#indices = foldIndices(resampling);
  }

  async run(): Promise<SweptTrial[]> {
    await (this.#request.pruning === "halving" ? this.#halve() : this.#runTrials());
    return this.#study.trials.map((trial) => ({
      ...trial,
      configuration: configurationOf(this.#request.fixed, trial.parameters),
      folds: this.#indices.flatMap((index) => this.#folds.get(foldKey({ trial: trial.number, ...index })) ?? []),
    }));
  }

  /** As many trials at once as the executor carries out, each asked for as soon as those that it looks at are told. */
  async #runTrials(): Promise<void> {
    const { trials } = this.#request;
    const running = new Set<Promise<void>>();
    while (this.#study.nextNumber < trials) {
      if (running.size > 0 && (running.size >= this.#means.executor.capacity || !this.#study.isReady)) {
        await Promise.race(running);
        continue;
      }
      const open = this.#ask();
      const work = this.#runTrial(open).finally(() => running.delete(work));
      running.add(work);
    }
    await Promise.all(running);
  }

  async #runTrial(open: OpenTrial): Promise<void> {
    const { trial } = open;
    const isPruning = this.#request.pruning !== "none";
    if (!isPruning) await this.#runFolds(open, this.#indices.length);
    while (open.values.length < this.#indices.length && !open.failed) {
      await this.#runFolds(open, open.values.length + 1);
      if (open.failed) break;
      trial.report(meanOf(open.values), open.values.length);
      if (open.values.length < this.#indices.length && trial.shouldPrune()) return this.#tell(open, "pruned");
    }
    this.#tell(open, open.failed ? "failed" : "complete");
  }

  /** At each rung the best share of the trials goes on, when all of them have come to it. */
  async #halve(): Promise<void> {
    let left = Array.from({ length: this.#request.trials }, () => this.#ask());
    for (const rung of rungs(this.#indices.length)) {
      await Promise.all(left.map((open) => this.#runFolds(open, rung)));
      for (const { trial, values, failed } of left) if (!failed) trial.report(meanOf(values), values.length);
      for (const open of left.filter(({ failed }) => failed)) this.#tell(open, "failed");
      left = left.filter(({ failed }) => !failed);
      if (rung === this.#indices.length || left.length === 0) break;
      const kept = survivors(left.map(({ values }) => meanOf(values)));
      for (const [place, open] of left.entries()) if (!kept.includes(place)) this.#tell(open, "pruned");
      left = kept.map((place) => left[place]);
    }
    for (const open of left) this.#tell(open, "complete");
  }

  #ask(): OpenTrial {
    const trial = this.#study.ask();
    const configuration = configurationOf(this.#request.fixed, trial.parameters);
    this.#means.onEvent?.({ event: "begin", trial: trial.number, parameters: trial.parameters });
    return { trial, configuration, values: [], seconds: 0, failed: false };
  }

  /** Trains on the folds up to a number of them. */
  async #runFolds(open: OpenTrial, upTo: number): Promise<void> {
    const indices = this.#indices.slice(open.values.length, upTo);
    const results = await Promise.all(indices.map((index) => this.#runFold(open, index)));
    for (const { measures, seconds } of results) {
      const value = measures?.[this.#request.objective];
      open.seconds += seconds;
      if (value === undefined) open.failed = true;
      else open.values.push(value);
    }
  }

  async #runFold({ trial, configuration }: OpenTrial, index: FoldIndex): Promise<FoldResult> {
    const key = foldKey({ trial: trial.number, ...index });
    const known = this.#folds.get(key);
    if (known) return known;
    const { executor, journal, signal, onEvent } = this.#means;
    signal?.throwIfAborted();
    const result = await executor.run({ configuration, resampling: this.#request.resampling, ...index });
    signal?.throwIfAborted();
    const stored = { trial: trial.number, ...result };
    journal?.append({ record: "fold", ...stored });
    this.#folds.set(key, stored);
    onEvent?.({ event: "fold", ...stored });
    return result;
  }

  #tell({ trial, values, seconds }: OpenTrial, state: TrialRecord["state"]): void {
    const error = standardError(values);
    const told = values.length === 0 || state === "failed" ? { state } : { state, value: meanOf(values) };
    const record = this.#study.tell(trial, {
      ...told,
      ...(error === undefined || state === "failed" ? {} : { standardError: error }),
    });
    if (this.#written.has(record.number)) return;
    this.#means.journal?.append({ record: "trial", ...record, seconds });
    this.#means.onEvent?.({ event: "trial", ...record, seconds });
  }
}
