import type { PeakJob } from "./job.ts";
import type { Contestant } from "./peers/serve.mjs";

export async function peakContestant(_job: PeakJob): Promise<Contestant["run"]> {
  throw new Error("not yet");
}
