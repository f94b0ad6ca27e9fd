import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { checkpointNames, newestCheckpoint } from "../src/cli/run-checkpoints.ts";
import { drowse } from "./command.ts";
import type { Draws } from "./draws.ts";

/** A training that is killed again and again. */
export interface Killed {
  readonly cwd: string;
  /** What is trained, without the folder. */
  readonly args: readonly string[];
  /** A folder of its own in `cwd`. */
  readonly run: string;
  /** What the model's file of the whole run hashes to, and how many epochs it has. */
  readonly hash: string;
  readonly epochs: number;
  readonly draws: Draws;
}

export const hashOfRun = (cwd: string, run: string) =>
  createHash("sha256")
    .update(readFileSync(join(cwd, run, "model.safetensors")))
    .digest("hex");

/** Most milliseconds between the first event of a process and its end. */
const LONGEST = 90;

/**
 * Kills a training at random moments, and goes on with it, until it has been killed so many times; one that comes to its end begins
 * again. Looks each time at what is there, and at every end whether it is that of a run that was never killed.
 * @returns how many ends were reached.
 */
export async function killAndResume({ cwd, args, run, hash, epochs, draws }: Killed, kills: number): Promise<number> {
  const times = ["--checkpoint-every", "4ms", "--json", "--threads", "1"];
  const folder = join(cwd, run);
  let ends = 0;
  let begun = false;
  for (let killed = 0; killed < kills || begun; ) {
    const isLast = killed >= kills;
    const call = begun ? ["train", "--resume", run] : ["train", ...args, "--out", run];
    const delay = draws.unit() * LONGEST;
    let isArmed = isLast;
    const called = await drowse([...call, ...times], {
      cwd,
      onOutput(_, kill) {
        if (!isArmed) setTimeout(() => kill("SIGKILL"), delay);
        isArmed = true;
      },
    });
    if (called.code === null) {
      killed++;
      begun = (await newestOf(folder)) !== "no run";
      continue;
    }
    expect(called, `${call.join(" ")} after ${killed} kills`).toMatchObject({ code: 0, stderr: "" });
    expect(hashOfRun(cwd, run), `after ${killed} kills`).toBe(hash);
    const lines = readFileSync(join(folder, "metrics.jsonl"), "utf8").trimEnd().split("\n");
    const told = lines.map((line) => JSON.parse(line) as { event: string; epoch?: number });
    expect(told.map(({ event, epoch }) => epoch ?? event)).toEqual([...Array.from({ length: epochs }, (_, i) => i + 1), "done"]);
    ends++;
    begun = false;
    await rm(folder, { recursive: true });
  }
  return ends;
}

/** The step of the newest checkpoint, which must be one that loads, or the one before it must. */
async function newestOf(folder: string): Promise<number | "none" | "no run"> {
  const config = await readFileOr(join(folder, "config.json"), "");
  // Killed before its first step: there is nothing to go on with.
  if (config === "") {
    await rm(folder, { recursive: true, force: true });
    return "no run";
  }
  const names = await checkpointNames(folder);
  expect(names.length).toBeLessThanOrEqual(3);
  const found = await newestCheckpoint(folder);
  expect(names.indexOf(found?.name ?? "")).toBe(names.length === 0 ? -1 : 0);
  return found?.state.trainer.step ?? "none";
}

async function readFileOr(path: string, other: string): Promise<string> {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return other;
  }
}
