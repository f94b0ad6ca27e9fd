import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { loadModel } from "../formats/model-file.ts";
import { weightsHash } from "../formats/weights-hash.ts";
import type { FitState } from "../model/fit-state.ts";
import { DrowseError } from "../tensor/errors.ts";
import { ensembleFolder } from "./ensemble-folder.ts";
import { checkpointAt, type FoundCheckpoint, newestCheckpoint, stepOf } from "./run-checkpoints.ts";
import { noteOf, type Phase, phaseOf, type RunConfig, readConfig } from "./run-config.ts";
import { CONFIG_FILE, METRICS_FILE, MODEL_FILE } from "./run-folder.ts";
import { version } from "./version.ts";

/** A run that is to go on. */
export interface ResumedRun {
  readonly path: string;
  readonly config: RunConfig;
  readonly configText: string;
  /** Undefined: it was stopped before its first one, and begins again. */
  readonly checkpoint: (FoundCheckpoint & { readonly phase: Phase }) | undefined;
  /** The end of its first phase, where that is over. */
  readonly between: FitState | undefined;
}

/**
 * Reads config.json and the newest whole checkpoint of a run.
 * @throws {DrowseError} on what is no run, a run that is finished, and one of another version.
 */
export async function openRun(path: string, command: Command): Promise<ResumedRun> {
  const configPath = join(path, CONFIG_FILE);
  const configText = await readText(configPath);
  const config = readConfig(configText, configPath, command);
  if (config.drowse !== version) {
    const received = `${path} was begun by drowse ${config.drowse}, and this is ${version}`;
    throw new DrowseError("train", received, `go on with that version: npx drowse@${config.drowse} train --resume ${path}`);
  }
  if (await isFinished(path)) {
    const remedy = `predict with it, or repeat it: drowse train --config ${configPath}`;
    throw new DrowseError("train", `the run ${path} is finished: there is nothing to go on with`, remedy);
  }
  const checkpoint = await newestCheckpoint(path);
  if (checkpoint === undefined) return { path, config, configText, checkpoint, between: undefined };
  const phase = phaseOf(checkpoint.note, configText);
  if (phase === undefined) {
    const remedy = `put it back as it was, or train anew: drowse train --config ${configPath}`;
    throw new DrowseError("train", `${configPath} was changed after ${checkpoint.name} was written`, remedy);
  }
  const between = phase === "first" ? undefined : await betweenOf(path, checkpoint, configText);
  if (phase === "refit" && between === undefined) {
    const received = `${path} has ${checkpoint.name}, and none that is whole of the end of the first training`;
    throw new DrowseError("train", received, `train from the start: drowse train --config ${configPath}`);
  }
  return { path, config, configText, checkpoint: { ...checkpoint, phase }, between };
}

/** The checkpoint between the two phases of a run, which is the newest itself or stands before the first step behind it. */
async function betweenOf(
  path: string,
  { name, state, note }: FoundCheckpoint,
  configText: string,
): Promise<FitState | undefined> {
  if (phaseOf(note, configText) === "between") return state;
  const found = await checkpointAt(path, stepOf(name) - state.trainer.step - 1);
  return found?.note === noteOf(configText, "between") ? found.state : undefined;
}

/** @throws {DrowseError} when there is no such file, or it may not be read. */
export async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    const missing = error.code === "ENOENT" || error.code === "ENOTDIR";
    const received = `${path} ${missing ? "does not exist" : `cannot be read (${error.code})`}`;
    throw new DrowseError("train", received, "give a run, as drowse train writes them");
  });
}

/**
 * Whether a run has told that it is done, which it does when all but its model is written, and has the model that it told of: one that was
 * stopped before has left another.
 */
async function isFinished(path: string): Promise<boolean> {
  // Its index is written last.
  if ((await ensembleFolder(path)) !== undefined) return true;
  const text = await readFile(join(path, METRICS_FILE), "utf8").catch(() => "");
  const last = text.trimEnd().split("\n").at(-1) ?? "";
  if (!last.startsWith('{"event":"done"')) return false;
  try {
    const model = loadModel(await readFile(join(path, MODEL_FILE)));
    return (await weightsHash(model.weights)) === (JSON.parse(last) as { weightsHash?: unknown }).weightsHash;
  } catch {
    return false;
  }
}
