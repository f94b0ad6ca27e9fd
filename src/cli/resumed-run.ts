import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { DrowseError } from "../tensor/errors.ts";
import { type FoundCheckpoint, newestCheckpoint } from "./run-checkpoints.ts";
import { noteOf, type RunConfig, readConfig } from "./run-config.ts";
import { CONFIG_FILE, METRICS_FILE } from "./run-folder.ts";
import { version } from "./version.ts";

/** A run that is to go on. */
export interface ResumedRun {
  readonly path: string;
  readonly config: RunConfig;
  readonly configText: string;
  /** Undefined: it was stopped before its first one, and begins again. */
  readonly checkpoint: FoundCheckpoint | undefined;
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
  if (checkpoint && checkpoint.note !== noteOf(configText)) {
    const remedy = `put it back as it was, or train anew: drowse train --config ${configPath}`;
    throw new DrowseError("train", `${configPath} was changed after ${checkpoint.name} was written`, remedy);
  }
  return { path, config, configText, checkpoint };
}

/** @throws {DrowseError} when there is no such file, or it may not be read. */
export async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    const missing = error.code === "ENOENT" || error.code === "ENOTDIR";
    const received = `${path} ${missing ? "does not exist" : `cannot be read (${error.code})`}`;
    throw new DrowseError("train", received, "give a run, as drowse train writes them");
  });
}

/** Whether a run has told that it is done, which it does when all but its model is written, and has its model. */
async function isFinished(path: string): Promise<boolean> {
  const text = await readFile(join(path, METRICS_FILE), "utf8").catch(() => "");
  const last = text.trimEnd().split("\n").at(-1) ?? "";
  if (!last.startsWith('{"event":"done"')) return false;
  return readFile(join(path, "model.safetensors")).then(
    () => true,
    () => false,
  );
}
