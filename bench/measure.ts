import { basename } from "node:path";
import { ContestantProcess } from "./contestant.ts";
import { type Budget, interleave } from "./interleave.ts";
import { type Rounds, ratioOf, type Spread, spreadOf, taken } from "./statistics.ts";
import type { Case } from "./suites.ts";

/** What is told of one contestant of a case. */
export interface Row {
  readonly version: string;
  readonly detail: string;
  readonly what: string;
  readonly threads: number;
  readonly rounds: number;
  /** Of a unit. */
  readonly seconds: Spread;
  /** Time of this one divided by that of the case's first, by round. */
  readonly ratio: Spread;
  /** Operations of a unit in which nothing is left out, by the time it took: more than a machine can do where much is left out. */
  readonly gflops: number;
}

/** Contestants that could not start, and why. */
export interface Failure {
  readonly what: string;
  readonly message: string;
}

/** Starts the contestants of a case, times them by turns and lets them end. The first must start. */
export async function measure({ entries, flops }: Case, budget: Budget): Promise<{ rows: Row[]; failures: Failure[] }> {
  const started: { entry: (typeof entries)[number]; process: ContestantProcess }[] = [];
  const failures: Failure[] = [];
  try {
    for (const entry of entries) {
      try {
        started.push({ entry, process: await ContestantProcess.start(entry.command, entry.job) });
      } catch (error) {
        if (entry === entries[0]) throw error;
        const what = [...entry.command.arguments.map((argument) => basename(argument)), entry.what].join(", ");
        failures.push({ what, message: error instanceof Error ? error.message : String(error) });
      }
    }
    const times = await interleave(
      started.map(({ process }) => process),
      budget,
    );
    const told = times.map((rounds, index): Rounds => {
      const { units = 1 } = started[index].entry;
      return rounds.map((time) => (time === undefined ? undefined : time * units));
    });
    const rows = started.map(({ entry, process }, index): Row => {
      const seconds = spreadOf(taken(told[index]));
      const { version, detail } = process;
      const { what, job } = entry;
      const measured = { rounds: taken(told[index]).length, seconds, ratio: ratioOf(told[index], told[0]) };
      return { version, detail, what, threads: job.threads, ...measured, gflops: flops / seconds.median / 1e9 };
    });
    return { rows, failures };
  } finally {
    for (const { process } of started) process.close();
  }
}
