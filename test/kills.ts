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
  /** What the model's file of the whole run hashes to, and what its lines tell of. */
  readonly hash: string;
  readonly told: readonly string[];
  /** What a process must have told before it is killed, every other time: of a phase that is seldom met by chance. */
  readonly until?: string;
  readonly draws: Draws;
}

export const hashOfRun = (cwd: string, run: string) =>
  createHash("sha256")
    .update(readFileSync(join(cwd, run, "model.safetensors")))
    .digest("hex");

/** What the lines of a run tell of: its epochs, and its end. */
export const toldOf = (cwd: string, run: string) =>
  readFileSync(join(cwd, run, "metrics.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { event: string; phase?: string; epoch?: number })
    .map(({ event, phase = "", epoch }) => (epoch === undefined ? event : `${phase} ${epoch}`));

/** Most milliseconds between the first event of a process and its end. */
const LONGEST = 90;

/**
 * Kills a training at random moments, and goes on with it, until it has been killed so many times; one that comes to its end begins
 * again. Looks each time at what is there, and at every end whether it is that of a run that was never killed.
 * @returns how many ends were reached.
 */
export async function killAndResume({ cwd, args, run, hash, told, until = "", draws }: Killed, kills: number): Promise<number> {
  const times = ["--checkpoint-every", "4ms", "--json", "--threads", "1"];
  const folder = join(cwd, run);
  let ends = 0;
  let begun = false;
  for (let killed = 0; killed < kills || begun; ) {
    const isLast = killed >= kills;
    const call = begun ? ["train", "--resume", run] : ["train", ...args, "--out", run];
    const delay = draws.unit() * LONGEST;
    const text = killed % 2 ? until : "";
    let isArmed = isLast;
    const called = await drowse([...call, ...times], {
      cwd,
      onOutput(output, kill) {
        if (isArmed || !output.includes(text)) return;
        setTimeout(() => kill("SIGKILL"), text === "" ? delay : delay / 4);
        isArmed = true;
      },
    });
    if (called.code === null) {
      killed++;
      begun = (await newestOf(folder)) !== "no run";
      continue;
    }
    // One that was killed between its last line and its exit has come to its end, and says so when it is to go on.
    const wasOver = begun && /^train: the run \S+ .*is finished/.test(called.stderr);
    if (!wasOver) expect(called, `${call.join(" ")} after ${killed} kills`).toMatchObject({ code: 0, stderr: "" });
    expect(hashOfRun(cwd, run), `after ${killed} kills`).toBe(hash);
    expect(toldOf(cwd, run)).toEqual(told);
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
  // The newest two, one that was not yet removed, and the one between two phases.
  expect(names.length).toBeLessThanOrEqual(4);
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
