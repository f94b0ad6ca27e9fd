import { GENERATOR } from "../random/philox.ts";
import type { Executor } from "../study/executor.ts";
import type { MemberResult } from "../study/member.ts";
import type { FoldRequest, FoldResult } from "../study/trial.ts";
import { DrowseError } from "../tensor/errors.ts";
import type { ByteStream } from "./data-store.ts";
import { type FoldJob, foldKind } from "./fold-job.ts";
import type { DataReference } from "./job-fields.ts";
import type { QueueNote } from "./notes.ts";
import { openSession, type QueueSession, type SessionOptions } from "./queue-session.ts";
import type { TableRecipe } from "./table-recipe.ts";

/** What is given out, and through which queue. */
export interface QueueExecutorOptions extends Omit<SessionOptions, "unit"> {
  readonly data: DataReference;
  /** The bytes of the data, to be put into Redis where `data` does not say that they are elsewhere. */
  readonly stream: ByteStream;
  readonly recipe: TableRecipe;
}

/** An executor whose threads are on other machines. */
export interface QueueExecutor extends Executor {
  /** Workers that are there now, and how many trainings they carry out at once. */
  readonly workers: number;
  readonly threads: number;
  /** Of the queue, without what is secret. */
  readonly shown: string;
  /** Tells what happens, and what has happened until now. */
  listen(listener: (note: QueueNote) => void): void;
}

/**
 * Trains on whatever workers take work from a queue. Results are those of one machine, whoever comes, goes or dies meanwhile.
 * @throws {DrowseError} where Redis cannot be reached.
 */
export async function queueExecutor({ data, stream, recipe, ...options }: QueueExecutorOptions): Promise<QueueExecutor> {
  const session = await openSession({ ...options, unit: "training" });
  try {
    await session.keep({ reference: data, stream });
  } catch (error) {
    await session.close();
    throw error;
  }
  return new Queued(session, { drowse: options.version, data, recipe });
}

class Queued implements QueueExecutor {
  readonly #session: QueueSession;
  readonly #common: Pick<FoldJob, "drowse" | "data" | "recipe">;

  constructor(session: QueueSession, common: Pick<FoldJob, "drowse" | "data" | "recipe">) {
    this.#session = session;
    this.#common = common;
  }

  get workers(): number {
    return this.#session.workers;
  }

  get threads(): number {
    return this.#session.threads;
  }

  get shown(): string {
    return this.#session.shown;
  }

  get capacity(): number {
    return this.#session.capacity;
  }

  listen(listener: (note: QueueNote) => void): void {
    this.#session.listen(listener);
  }

  run(request: FoldRequest): Promise<FoldResult> {
    return this.#session.submit(foldKind, { step: "fold", generator: GENERATOR, ...this.#common, request });
  }

  runMember(): Promise<MemberResult> {
    return Promise.reject(new DrowseError("queue", "a member of an ensemble is asked for", "train it on this machine"));
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
