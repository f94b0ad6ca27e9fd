import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../formats/sha256.ts";
import type { EpochEvent, FitEvent } from "../model/fit-events.ts";
import type { QueueNote } from "../queue/notes.ts";
import { GENERATOR } from "../random/philox.ts";
import { sweepPage } from "../report/sweep-page.ts";
import { type Choice, chooseTrials, confirmChoice } from "../study/choice.ts";
import type { Executor } from "../study/executor.ts";
import { importances } from "../study/importance.ts";
import { openJournal } from "../study/journal-file.ts";
import { type SweepEvent, type SweepRequest, type SweptTrial, sweep, sweepHeader } from "../study/sweep.ts";
import { threadExecutor } from "../study/thread-executor.ts";
import { trainChoice } from "../study/train-choice.ts";
import type { TableData } from "../study/trial-data.ts";
import { saveTableModel } from "../tables/table-model.ts";
import { DrowseError } from "../tensor/errors.ts";
import { coreCount } from "../wasm/host.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { hashOfFile } from "./data-hash.ts";
import { fileSource } from "./file-source.ts";
import { checkTraining, openQueue } from "./queue-options.ts";
import { readTask } from "./read-task.ts";
import { MODEL_FILE, runName } from "./run-folder.ts";
import { runHistory } from "./run-history.ts";
import type { SweepEnd, SweepStart, ToldTrial } from "./sweep-events.ts";
import { JOURNAL_FILE, openSweepFolder } from "./sweep-folder.ts";
import { type SweepOptions, sweepRequest } from "./sweep-settings.ts";
import { readingOf } from "./table-options.ts";
import { round } from "./train-listener.ts";
import { version } from "./version.ts";

/** What a sweep tells while it runs. */
interface SweepListener {
  start(start: SweepStart): void;
  hear(event: SweepEvent): void;
  /** Of the queue, where there is one. */
  note(note: QueueNote): void;
  /** The search is over; the best is trained on other folds, or on all rows. */
  confirming(): void;
}

/** The page of a sweep, in its folder, and the configuration of the best trial. */
export const PAGE_FILE = "sweep.html";
const BEST_FILE = "best.json";

/**
 * Sweeps over a table, on threads of this machine or on the workers of a queue.
 * @throws {DrowseError} when the table cannot be learned from, or no trial has come to a value.
 */
export async function sweepTable(
  path: string,
  options: SweepOptions,
  signal: AbortSignal,
  listener: SweepListener,
): Promise<SweepEnd> {
  const begun = performance.now();
  const request = sweepRequest(options);
  checkTraining(options, options.workers);
  const task = await readTask(await fileSource("sweep", path), options);
  if (task.kind === "regression" && request.objective === "calibrationError") {
    throw new DrowseError(
      "sweep",
      `the objective is calibration, and ${task.target} holds numbers`,
      "give loss, error or log-likelihood",
    );
  }
  const data: TableData = { kind: "table", task, reading: readingOf(options) };
  const dataHash = await hashOfFile(path);
  const out = await openSweepFolder(options.out, runName(path));
  const name = runName(path);
  const header = sweepHeader(request, { name, hash: dataHash }, { drowse: version, generator: GENERATOR, target: task.target });
  const journal = openJournal(join(out, JOURNAL_FILE), header);
  let executor: Executor | undefined;
  const stop = () => void executor?.close();
  try {
    const spread = { operation: "sweep", path, hash: dataHash, study: header };
    const queue = options.queue === undefined ? undefined : await openQueue(options, spread);
    executor = queue ?? threadExecutor(data, { workers: options.workers ?? coreCount() });
    signal.addEventListener("abort", stop);
    signal.throwIfAborted();
    const { trials: told, folds } = journal.contents;
    const known = { trials: told.length, folds: folds.length };
    const place = queue ? { workers: queue.threads, queue: queue.shown } : { workers: executor.capacity };
    listener.start({ event: "start", data: path, dataHash, task, request, ...place, known, out });
    queue?.listen(listener.note);
    const trials = await sweep(request, { executor, journal, signal, onEvent: listener.hear });
    const choice = chooseTrials(trials);
    if (!choice)
      throw new DrowseError("sweep", `none of ${trials.length} trials has come to a value`, "search smaller learning rates");
    listener.confirming();
    const confirmed = await confirmChoice(choice.best.configuration, request.resampling, request.objective, executor);
    signal.throwIfAborted();
    const epochs: EpochEvent[] = [];
    const onEvent = (event: FitEvent) => void (event.event === "epoch" && epochs.push(event));
    const chosen = options.trainBest
      ? await trainChoice(data, choice.best.configuration, choice.best.folds, { seed: request.seed, onEvent })
      : undefined;
    const end: SweepEnd = {
      event: "done",
      ...countsOf(trials),
      best: await toldTrial(choice.best),
      simplest: await toldTrial(choice.simplest),
      ...(confirmed ? { withoutDropout: confirmed.difference } : {}),
      importances: importances(request.space, trials),
      ...(chosen ? { model: { epochs: chosen.epochs, weightsHash: chosen.weightsHash } } : {}),
      out,
      seconds: round((performance.now() - begun) / 1000, 3),
    };
    await writeResults(out, { path, dataHash, request, trials, choice, end });
    if (chosen?.preparation) {
      const notes = { history: runHistory(epochs, undefined) };
      await writeFileAtomic(join(out, MODEL_FILE), saveTableModel(chosen.model, chosen.preparation, notes));
    }
    return end;
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", stop);
    await executor?.close();
    journal.close();
  }
}

function countsOf(trials: readonly SweptTrial[]) {
  const count = (wanted: SweptTrial["state"]) => trials.filter(({ state }) => state === wanted).length;
  return { trials: trials.length, complete: count("complete"), pruned: count("pruned"), failed: count("failed") };
}

async function toldTrial({
  number,
  value = Number.NaN,
  standardError,
  parameters,
  configuration,
  folds,
}: SweptTrial): Promise<ToldTrial> {
  const hashes = folds.map(({ weightsHash }) => weightsHash).join("");
  const weightsHash = await sha256(new TextEncoder().encode(hashes));
  return {
    trial: number,
    value,
    ...(standardError === undefined ? {} : { standardError }),
    parameters,
    configuration,
    weightsHash,
  };
}

interface Results {
  readonly path: string;
  readonly dataHash: string;
  readonly request: SweepRequest;
  readonly trials: readonly SweptTrial[];
  readonly choice: Choice;
  readonly end: SweepEnd;
}

async function writeResults(out: string, { path, dataHash, request, trials, choice, end }: Results): Promise<void> {
  const best = { drowse: version, generator: GENERATOR, data: path, dataHash, ...end.best, seed: request.seed };
  const seconds = await secondsOf(join(out, JOURNAL_FILE));
  const { importances, withoutDropout } = end;
  const page = sweepPage({ name: runName(path), request, trials, choice, importances, withoutDropout, seconds, version });
  await writeFileAtomic(join(out, BEST_FILE), Buffer.from(`${JSON.stringify(best, null, 2)}\n`));
  await writeFileAtomic(join(out, PAGE_FILE), Buffer.from(page));
}

/** What each trial took, by its number, as the journal has it. */
async function secondsOf(path: string): Promise<ReadonlyMap<number, number>> {
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  const records = lines.map((line) => JSON.parse(line) as { record: string; number: number; seconds: number });
  return new Map(records.filter(({ record }) => record === "trial").map(({ number, seconds }) => [number, seconds]));
}
