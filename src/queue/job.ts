import * as v from "valibot";
import { sha256 } from "../formats/sha256.ts";
import { parse, type Schema } from "../study/parse.ts";
import { type FoldJob, foldKind } from "./fold-job.ts";
import type { JobHeader } from "./job-fields.ts";
import { type MemberJob, memberKind } from "./member-job.ts";
import { type PartJob, partKind } from "./part-job.ts";

// What goes through the queue is data: which work, on which bytes. Both sides check what they are given.

/** A kind of work: what is asked, what comes of it, and how both are checked. */
export interface JobKind<Job extends JobHeader, Result> {
  /** Its name, which stands in each job as `step`. */
  readonly step: string;
  readonly schema: Schema;
  /** The schema of what comes of it. */
  readonly result: Schema;
  /** @throws {DrowseError} where a result is not one of this job. */
  check(result: Result, job: Job): void;
  /** All that decides the result, beside the header: jobs that have it in common are one. */
  decides(job: Job): readonly unknown[];
}

/** Work of any kind. */
export type Job = FoldJob | MemberJob | PartJob;

const kinds: readonly JobKind<never, never>[] = [foldKind, memberKind, partKind];

/** What a worker gives back. */
export type Answer<Result = unknown> =
  | { readonly result: Result; readonly by: string }
  /** What was asked cannot be done, on no machine: the parts of a `DrowseError`. */
  | { readonly mistake: readonly [operation: string, received: string, remedy: string]; readonly by: string };

const steps = kinds.map(({ step }) => JSON.stringify(step)).join(" or ");
const stepSchema = v.object(
  {
    step: v.picklist(
      kinds.map(({ step }) => step),
      `give ${steps}`,
    ),
  },
  "give an object with a step, and what belongs to it",
);

const answerSchema = (result: Schema) =>
  v.union(
    [
      v.strictObject({ result, by: v.string() }),
      v.strictObject({ mistake: v.tuple([v.string(), v.string(), v.string()]), by: v.string() }),
    ],
    "give the result of the work, or what was mistaken in it",
  );

/**
 * Checks what stands in a queue.
 * @throws {DrowseError} naming what is wrong with it.
 */
export function readJob(value: unknown): Job {
  const { step } = parse("worker", "job", stepSchema, value) as { step: string };
  const kind = kinds.find((one) => one.step === step) as JobKind<never, never>;
  return parse("worker", "job", kind.schema, value) as Job;
}

/**
 * Checks what a worker gave back, and that it is an answer to what was asked.
 * @throws {DrowseError} naming what is wrong with it.
 */
export function readAnswer<One extends JobHeader, Result>(kind: JobKind<One, Result>, value: unknown, job: One): Answer<Result> {
  const answer = parse("queue", "answer", answerSchema(kind.result), value) as Answer<Result>;
  if ("result" in answer) kind.check(answer.result, job);
  return answer;
}

/** The name of a job: the same for the same work on the same bytes, whoever asks for it. */
export async function jobId<One extends JobHeader>({ step, decides }: JobKind<One, never>, job: One): Promise<string> {
  const all = JSON.stringify([step, job.drowse, job.generator, ...decides(job)]);
  return `${step}-${(await sha256(new TextEncoder().encode(all))).slice(0, 40)}`;
}
