import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { FitOptions } from "../model/fit-options.ts";
import type { FitState } from "../model/fit-state.ts";
import type { RunFacts } from "../report/run-facts.ts";
import { DivergenceError, type DrowseError } from "../tensor/errors.ts";
import { faultOf, isLeftOver } from "./atomic-write.ts";
import type { CheckpointTimes } from "./checkpoint-option.ts";
import type { Context } from "./context.ts";
import { systemFiles } from "./file-system.ts";
import { Interrupted, interruptible } from "./interrupt.ts";
import type { ResumedRun } from "./resumed-run.ts";
import { removeAllBut, saveCheckpoint } from "./run-checkpoints.ts";
import { configText, noteOf, type RunSettings } from "./run-config.ts";
import { RunFolder } from "./run-folder.ts";
import { isTensorboardName, tensorboardGrowth, tensorboardName } from "./tensorboard.ts";
import { writeReport } from "./write-report.ts";

/** How a run is kept. */
export interface KeepRequest {
  /** The folder that is asked for, and what it is named after where none is. */
  readonly out: string | undefined;
  readonly name: string;
  readonly checkpointEvery: CheckpointTimes;
  /** Whether TensorBoard is told as well. */
  readonly tensorboard?: boolean | undefined;
  readonly resumed?: ResumedRun | undefined;
}

/** A training that is kept from its first step on: its folder, its checkpoints and its metrics. */
export class KeptRun {
  readonly #request: KeepRequest;
  readonly #warn: (text: string) => void;
  readonly #files: typeof systemFiles;
  #folder: RunFolder | undefined;
  #note = "";
  /** Whether there is anything to go on from. */
  #kept = false;
  /** What was said. */
  readonly #warned = new Set<string>();

  /** @param warn - told of what the system refuses while the training goes on. */
  constructor(request: KeepRequest, warn: (text: string) => void, files = systemFiles) {
    this.#request = request;
    this.#warn = warn;
    this.#files = files;
  }

  /** The state that the training goes on from. */
  get state(): FitState | undefined {
    return this.#request.resumed?.checkpoint?.state;
  }

  /** The run's folder; undefined before it has begun. */
  get path(): string | undefined {
    return this.#folder?.path;
  }

  /** Whether the folder stays as it is when the training fails. */
  get isKept(): boolean {
    return this.#kept;
  }

  /**
   * Makes the run's folder, or takes the one that is there: when all is known, before the first step.
   * @returns what `fit` is to be given.
   * @throws {DrowseError} when the system refuses.
   */
  async begin(settings: RunSettings): Promise<Pick<FitOptions, "checkpoint" | "resume">> {
    const { out, name, checkpointEvery, resumed, tensorboard } = this.#request;
    const text = resumed?.configText ?? configText(settings);
    this.#note = noteOf(text);
    const more = tensorboard ? [tensorboardGrowth(tensorboardName())] : [];
    this.#folder = resumed ? await this.#takeUp(resumed) : await RunFolder.create({ out, name, config: text, more }, this.#files);
    const times = checkpointEvery ?? { seconds: Number.MAX_VALUE };
    const { state } = this;
    return { checkpoint: { ...times, save: (saved) => this.#save(saved) }, ...(state ? { resume: state } : {}) };
  }

  /** Brings metrics.jsonl to these lines, of which the last is new. */
  tell(lines: readonly object[]): void {
    this.#folder?.tell(lines, (error) => this.#warnOf(error, "training goes on, and it is written whole at the end"));
  }

  /**
   * Writes what the run leaves behind. Of a run that is done nothing is left to go on from.
   * @throws {DrowseError} when the system refuses.
   */
  async finish(model: Uint8Array, metrics: readonly object[], done: boolean): Promise<void> {
    const folder = this.#folder as RunFolder;
    // From here on there is a training to lose.
    this.#kept = true;
    await folder.finish({ model, metrics });
    if (done) await removeAllBut(0, folder.path, this.#files).catch(() => {});
  }

  /** Removes the folder of a run that has left nothing. */
  async discard(): Promise<void> {
    if (!this.#kept) await this.#folder?.discard();
  }

  async #takeUp({ path, checkpoint }: ResumedRun): Promise<RunFolder> {
    this.#kept = true;
    for (const { name, reason } of checkpoint?.refused ?? []) {
      this.#warn(`${join(path, name)} is damaged (${reason}): going on from ${checkpoint?.name}, the one before`);
      await rm(join(path, name), { force: true });
    }
    const names = await readdir(path);
    for (const name of names.filter(isLeftOver)) await rm(join(path, name), { force: true });
    // TensorBoard goes on being told.
    const told = names.find(isTensorboardName) ?? (this.#request.tensorboard ? tensorboardName() : undefined);
    return new RunFolder(path, told === undefined ? [] : [tensorboardGrowth(told)], [], this.#files);
  }

  async #save(state: FitState): Promise<void> {
    const path = this.path as string;
    try {
      await saveCheckpoint(path, state, this.#note, this.#files);
      this.#kept = true;
    } catch (error) {
      this.#warnOf(faultOf(error, path), this.#kept ? "the checkpoint before it stands" : "there is no checkpoint yet");
    }
  }

  #warnOf({ message }: DrowseError, consequence: string): void {
    const text = `${message} (${consequence})`;
    if (!this.#warned.has(text)) this.#warn(text);
    this.#warned.add(text);
  }
}

/** What came of a training. */
export interface Trained<End> {
  readonly model: Uint8Array;
  readonly epochs: readonly object[];
  readonly end: End;
  /** What stopped it early, after at least one epoch. */
  readonly stopped: Interrupted | DrowseError | undefined;
  /** Looks at what was learned, for the report. */
  readonly facts: () => Promise<RunFacts>;
}

/** Shows a training. */
interface Report<End> {
  end(end: End, out: string): void;
  clear(): void;
}

/** Does a training that Ctrl-C stops, keeps it, and tells how it ended and how it goes on. */
export async function keepRun<End extends object>(
  request: KeepRequest,
  { terminal, report, context }: { terminal: Context["terminal"]; report: Report<End>; context: Context },
  train: (run: KeptRun, signal: AbortSignal) => Promise<Trained<End>>,
): Promise<void> {
  const say = (text: string) => {
    report.clear();
    terminal.writeError(`${text}\n`);
  };
  const run = new KeptRun(request, say);
  const sayHowToGoOn = (error: unknown) => {
    if (run.isKept && !(error instanceof DivergenceError)) say(`to go on with it: drowse train --resume ${run.path}`);
  };
  try {
    await interruptible(async (signal) => {
      const { model, epochs, end, stopped, facts } = await train(run, signal);
      await run.finish(model, [...epochs, end], stopped === undefined);
      await writeReport(run.path as string, await facts());
      report.end(end, run.path as string);
      if (stopped === undefined) return;
      say(stopped.message);
      sayHowToGoOn(stopped);
      context.exitCode = stopped instanceof Interrupted ? stopped.exitCode : 1;
    });
  } catch (error) {
    if (run.path !== undefined && run.isKept) sayHowToGoOn(error);
    else if (error instanceof Interrupted) say("no epoch has finished: nothing is written");
    await run.discard();
    throw error;
  } finally {
    report.clear();
  }
}
