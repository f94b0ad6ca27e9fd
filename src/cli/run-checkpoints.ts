import { join } from "node:path";
import { loadFitState, saveFitState } from "../formats/fit-state-file.ts";
import type { FitState } from "../model/fit-state.ts";
import { DrowseError } from "../tensor/errors.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { type FileSystem, systemFiles } from "./file-system.ts";

// The checkpoints of a run lie in its folder, each named by its step: the newest, and the one before it should that be damaged. Where a
// run has two phases, the steps of the second are counted on from the first, and the checkpoint between the two stays as well.

const KEPT = 2;

const nameOf = (step: number) => `checkpoint-${step}.safetensors`;

/** The step in a checkpoint's name. */
export const stepOf = (name: string) => Number(name.slice("checkpoint-".length, -".safetensors".length));

/** The checkpoints of a folder, the newest first. */
export async function checkpointNames(folder: string, files: FileSystem = systemFiles): Promise<string[]> {
  const steps = (await files.readdir(folder)).flatMap((name) => {
    const step = /^checkpoint-(\d{1,16})\.safetensors$/.exec(name)?.[1];
    return step === undefined ? [] : [Number(step)];
  });
  return steps.sort((a, b) => b - a).map(nameOf);
}

/** Where a checkpoint stands among the others. */
export interface CheckpointPlace {
  /** The step that it is named by; default that of its state. */
  readonly step?: number;
  /** The step of one that stays beside the newest. */
  readonly stays?: number | undefined;
}

/**
 * Writes a checkpoint, and removes all but the newest two.
 * @param note - says what run it is of.
 * @throws {DrowseError} when the system refuses: those that were there stand.
 */
export async function saveCheckpoint(
  folder: string,
  state: FitState,
  note: string,
  files = systemFiles,
  { step = state.trainer.step, stays }: CheckpointPlace = {},
): Promise<void> {
  await writeFileAtomic(join(folder, nameOf(step)), saveFitState(state, note), files);
  // One that cannot be removed is removed with the next.
  await removeAllBut(KEPT, folder, files, stays).catch(() => {});
}

/** Removes all but the newest checkpoints, and one that stays. */
export async function removeAllBut(kept: number, folder: string, files = systemFiles, stays?: number): Promise<void> {
  const names = (await checkpointNames(folder, files)).filter((name) => stepOf(name) !== stays);
  for (const name of names.slice(kept)) await files.rm(join(folder, name), { force: true });
}

/** A state to go on from, and what newer checkpoints were refused for. */
export interface FoundCheckpoint {
  readonly name: string;
  readonly state: FitState;
  readonly note: string;
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * The newest checkpoint that is whole; undefined where there are none.
 * @throws {DrowseError} when all of them are damaged.
 */
export async function newestCheckpoint(folder: string, files = systemFiles): Promise<FoundCheckpoint | undefined> {
  const refused: { name: string; reason: string }[] = [];
  for (const name of await checkpointNames(folder, files)) {
    try {
      return { name, ...(await readCheckpoint(folder, name, files)), refused };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      refused.push({ name, reason: error instanceof DrowseError ? error.received : error.message });
    }
  }
  if (refused.length === 0) return undefined;
  const received = `no checkpoint in ${folder} is whole (${refused.map(({ name, reason }) => `${name}: ${reason}`).join("; ")})`;
  throw new DrowseError("train", received, `train from the start: drowse train --config ${join(folder, "config.json")}`);
}

/** The checkpoint of a step; undefined where there is none that is whole. */
export async function checkpointAt(folder: string, step: number, files = systemFiles) {
  return readCheckpoint(folder, nameOf(step), files).catch(() => undefined);
}

const readCheckpoint = async (folder: string, name: string, files: FileSystem) =>
  loadFitState(await readWhole(join(folder, name), files));

async function readWhole(path: string, files: FileSystem): Promise<Uint8Array> {
  const handle = await files.open(path, "r");
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
