import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { FitOptions } from "../model/fit-options.ts";
import type { FitState } from "../model/fit-state.ts";
import type { DrowseError } from "../tensor/errors.ts";
import { faultOf, isLeftOver } from "./atomic-write.ts";
import type { CheckpointTimes } from "./checkpoint-option.ts";
import { systemFiles } from "./file-system.ts";
import type { ResumedRun } from "./resumed-run.ts";
import { type CheckpointPlace, removeAllBut, saveCheckpoint } from "./run-checkpoints.ts";
import { configText, noteOf, type Phase, type RunSettings } from "./run-config.ts";
import { type RunFiles, RunFolder } from "./run-folder.ts";
import { isTensorboardName, tensorboardGrowth, tensorboardName } from "./tensorboard.ts";

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
  #text = "";
  #phase: Phase = "first";
  /** The end of the first phase, and whether it is on the disk. */
  #between: { readonly state: FitState; isSaved: boolean } | undefined;
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

  /** The state that the training goes on from, in its first phase. */
  get state(): FitState | undefined {
    return this.#stateOf("first");
  }

  /** The end of the first phase, of a run that goes on behind it. */
  get between(): FitState | undefined {
    return this.#request.resumed?.between;
  }

  /** That the run had taken when it was stopped. */
  get secondsBefore(): number {
    const { checkpoint, between } = this.#request.resumed ?? {};
    return (between?.seconds ?? 0) + (checkpoint && checkpoint.state !== between ? checkpoint.state.seconds : 0);
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
    const { out, name, resumed, tensorboard } = this.#request;
    const text = resumed?.configText ?? configText(settings);
    this.#text = text;
    const more = tensorboard ? [tensorboardGrowth(tensorboardName())] : [];
    this.#folder = resumed ? await this.#takeUp(resumed) : await RunFolder.create({ out, name, config: text, more }, this.#files);
    return this.#keeping("first");
  }

  /**
   * Keeps the end of the first phase: from here on the run goes on with the second.
   * @param state - what the second phase needs of the first; its step is the first's last.
   * @returns what `fit` is to be given.
   */
  async beginRefit(state: FitState): Promise<Pick<FitOptions, "checkpoint" | "resume">> {
    this.#between = { state, isSaved: this.between !== undefined };
    this.#phase = "refit";
    if (!this.#between.isSaved) await this.#try(() => this.#saveBetween());
    return this.#keeping("refit");
  }

  #keeping(phase: Phase): Pick<FitOptions, "checkpoint" | "resume"> {
    const times = this.#request.checkpointEvery ?? { seconds: Number.MAX_VALUE };
    const state = this.#stateOf(phase);
    return { checkpoint: { ...times, save: (saved) => this.#save(saved) }, ...(state ? { resume: state } : {}) };
  }

  #stateOf(phase: Phase): FitState | undefined {
    const { checkpoint } = this.#request.resumed ?? {};
    return checkpoint?.phase === phase ? checkpoint.state : undefined;
  }

  /** Brings metrics.jsonl to these lines, of which the last is new. */
  tell(lines: readonly object[]): void {
    this.#folder?.tell(lines, (error) => this.#warnOf(error, "training goes on, and it is written whole at the end"));
  }

  /**
   * Writes what the run leaves behind. Of a run that is done nothing is left to go on from.
   * @throws {DrowseError} when the system refuses.
   */
  async finish(files: RunFiles, done: boolean): Promise<void> {
    const folder = this.#folder as RunFolder;
    // From here on there is a training to lose.
    this.#kept = true;
    await folder.finish(files);
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

  #save(state: FitState): Promise<void> {
    return this.#try(async () => {
      const between = this.#between;
      if (between === undefined) return this.#write(state);
      // Nothing goes on from the second phase without the end of the first.
      if (!between.isSaved) await this.#saveBetween();
      const last = between.state.trainer.step;
      await this.#write(state, { step: last + 1 + state.trainer.step, stays: last });
    });
  }

  async #saveBetween(): Promise<void> {
    const between = this.#between as { readonly state: FitState; isSaved: boolean };
    await this.#write(between.state, {}, "between");
    between.isSaved = true;
  }

  #write(state: FitState, place: CheckpointPlace = {}, phase = this.#phase): Promise<void> {
    return saveCheckpoint(this.path as string, state, noteOf(this.#text, phase), this.#files, place);
  }

  /** Writes, and tells of what the system refuses: training goes on. */
  async #try(write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.#kept = true;
    } catch (error) {
      const consequence = this.#kept ? "the checkpoint before it stands" : "there is no checkpoint yet";
      this.#warnOf(faultOf(error, this.path as string), consequence);
    }
  }

  #warnOf({ message }: DrowseError, consequence: string): void {
    const text = `${message} (${consequence})`;
    // The next checkpoint has another name, and the disk is as full.
    const known = text.replaceAll(/checkpoint-\d+/g, "checkpoint");
    if (!this.#warned.has(known)) this.#warn(text);
    this.#warned.add(known);
  }
}
