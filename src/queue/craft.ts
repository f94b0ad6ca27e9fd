import type { RedisClient } from "./client.ts";
import type { Job } from "./job.ts";
import type { DataReference } from "./job-fields.ts";

/** Threads that have some data, and do work of one kind on them. */
export interface Crew<One extends Job> {
  run(job: One): Promise<unknown>;
  close(): Promise<void>;
}

/** What a crew is made of. */
export interface CrewMeans {
  readonly client: RedisClient;
  readonly threads: number;
  /** The bytes that a job names, wherever they are. */
  find(reference: DataReference): Promise<Uint8Array>;
}

/** How work of a kind is done. */
export interface Craft<One extends Job> {
  /** What a crew is for: work that has it in common is done by one. */
  key(job: One): readonly unknown[];
  begin(job: One, means: CrewMeans): Promise<Crew<One>>;
}
