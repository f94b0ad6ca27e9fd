import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { PeakJob } from "./job.ts";
import type { Contestant } from "./peers/serve.mjs";

/** Rounds of kernel/peak.ts in a unit of the job, and floating point operations of a round: 12 of vectors of 4. */
const ROUNDS = 4_000_000;
/** Floating point operations of a unit, of all threads together. */
export const PEAK_FLOPS = ROUNDS * 48;

/** The loop of kernel/peak.ts on some threads at once. */
export async function peakContestant({ threads }: PeakJob): Promise<Contestant["run"]> {
  const url = new URL("./peak-worker.js", import.meta.url);
  const workers = Array.from({ length: threads }, () => new Worker(url));
  await Promise.all(workers.map((worker) => once(worker, "message")));
  return async (units) => {
    const done = workers.map((worker) => once(worker, "message"));
    for (const worker of workers) worker.postMessage(Math.round((units * ROUNDS) / threads));
    await Promise.all(done);
  };
}
