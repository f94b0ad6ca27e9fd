import { join } from "node:path";
import { loadFitState, saveFitState } from "../formats/fit-state-file.ts";
import type { FitState } from "../model/fit-state.ts";
import { DrowseError } from "../tensor/errors.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { type FileSystem, systemFiles } from "./file-system.ts";

// The checkpoints of a run lie in its folder, each named by its step: the newest, and the one before it should that be damaged.

const KEPT = 2;

const nameOf = (step: number) => `checkpoint-${step}.safetensors`;

/** The checkpoints of a folder, the newest first. */
export async function checkpointNames(folder: string, files: FileSystem = systemFiles): Promise<string[]> {
  const steps = (await files.readdir(folder)).flatMap((name) => {
    const step = /^checkpoint-(\d{1,16})\.safetensors$/.exec(name)?.[1];
    return step === undefined ? [] : [Number(step)];
  });
  return steps.sort((a, b) => b - a).map(nameOf);
}

/**
 * Writes a checkpoint, and removes all but the newest two.
 * @param note - says what run it is of.
 * @throws {DrowseError} when the system refuses: those that were there stand.
 */
export async function saveCheckpoint(folder: string, state: FitState, note: string, files = systemFiles): Promise<void> {
  await writeFileAtomic(join(folder, nameOf(state.trainer.step)), saveFitState(state, note), files);
  // One that cannot be removed is removed with the next.
  await removeAllBut(KEPT, folder, files).catch(() => {});
}

/** Removes all but the newest checkpoints. */
export async function removeAllBut(kept: number, folder: string, files = systemFiles): Promise<void> {
  for (const name of (await checkpointNames(folder, files)).slice(kept)) await files.rm(join(folder, name), { force: true });
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
      return { name, ...loadFitState(await readWhole(join(folder, name), files)), refused };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      refused.push({ name, reason: error instanceof DrowseError ? error.received : error.message });
    }
  }
  if (refused.length === 0) return undefined;
  const received = `no checkpoint in ${folder} is whole (${refused.map(({ name, reason }) => `${name}: ${reason}`).join("; ")})`;
  throw new DrowseError("train", received, `train from the start: drowse train --config ${join(folder, "config.json")}`);
}

async function readWhole(path: string, files: FileSystem): Promise<Uint8Array> {
  const handle = await files.open(path, "r");
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
