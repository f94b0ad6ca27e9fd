import { GENERATOR } from "../random/philox.ts";
import type { Executor } from "../study/executor.ts";
import type { MemberRequest, MemberResult } from "../study/member.ts";
import type { FoldRequest, FoldResult } from "../study/trial.ts";
import { WorkerError } from "../tensor/errors.ts";
import { type ByteStream, getData } from "./data-store.ts";
import { type FoldJob, foldKind } from "./fold-job.ts";
import type { DataReference } from "./job-fields.ts";
import { type MemberJob, memberKind } from "./member-job.ts";
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

/** How often a member is trained again whose network is no longer there. */
const MOST_FORGOTTEN = 5;

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

  async runMember(request: MemberRequest): Promise<MemberResult> {
    const job: MemberJob = { step: "member", generator: GENERATOR, ...this.#common, request };
    for (let time = 0; time < MOST_FORGOTTEN; time++) {
      const { model, ...record } = await this.#session.submit(memberKind, job);
      const bytes = await getData(this.#session.client, model);
      if (bytes) return { ...record, model: bytes };
      // Redis has forgotten the network before what was said of it: the member is trained again.
      await this.#session.forget(memberKind, job);
    }
    const received = `Redis has forgotten the network of member ${request.member} ${MOST_FORGOTTEN} times`;
    throw new WorkerError("queue", received, "give it more memory, and the maxmemory-policy noeviction");
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
