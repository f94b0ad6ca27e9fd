import type { Job } from "../job.ts";

export interface Contestant {
  /** Name and version. */
  readonly version: string;
  /** What it computes with. */
  readonly detail?: string;
  /** Does the job's unit so many times. */
  readonly run: (units: number) => unknown;
}

export function serve(prepare: (job: Job) => Promise<Contestant>): Promise<void>;
