import { DrowseError, WorkerError } from "../tensor/errors.ts";
import { coreCount, startWorker, type WorkerHandle } from "../wasm/host.ts";
import type { Executor } from "./executor.ts";
import { trialWorkerSource } from "./generated/trial-worker.ts";
import type { MemberRequest, MemberResult } from "./member.ts";
import type { FoldRequest, FoldResult } from "./trial.ts";
import type { TrialData } from "./trial-data.ts";
import type { FromTrialWorker, ToTrialWorker, TrialError, TrialWork } from "./trial-messages.ts";

/** A training that waits for a thread, or for its result. */
interface Job {
  readonly work: TrialWork;
  readonly resolve: (result: FoldResult | MemberResult) => void;
  readonly reject: (error: Error) => void;
}

interface TrialThread {
  readonly worker: WorkerHandle<ToTrialWorker>;
  job: Job | undefined;
}

/**
 * Trains on threads of this machine, each a whole training at a time. Threads are started as they are needed.
 * @param data - what is trained on; each thread gets a copy.
 * @param options - `workers`: threads, 1 to 256; default one per core. The results are the same for any number.
 * @throws {DrowseError} on another number of threads.
 * @example
 * const executor = threadExecutor({ kind: "table", task });
 * const result = await executor.run({ configuration: configuration(), resampling, repeat: 0, fold: 0 });
 * await executor.close();
 */
export function threadExecutor(data: TrialData, { workers = coreCount() }: { workers?: number } = {}): Executor {
  if (!Number.isInteger(workers) || workers < 1 || workers > 256) {
    throw new DrowseError("threadExecutor", `workers is ${workers}`, "give a whole number from 1 to 256, or leave it out");
  }
  return new ThreadExecutor(data, workers);
}

class ThreadExecutor implements Executor {
  readonly capacity: number;
  readonly #data: TrialData;
  readonly #threads: TrialThread[] = [];
  readonly #waiting: Job[] = [];
  #closed = false;

  constructor(data: TrialData, capacity: number) {
    this.#data = data;
    this.capacity = capacity;
  }

  run(request: FoldRequest): Promise<FoldResult> {
    return this.#do({ kind: "fold", request }) as Promise<FoldResult>;
  }

  runMember(request: MemberRequest): Promise<MemberResult> {
    return this.#do({ kind: "member", request }) as Promise<MemberResult>;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const jobs = [...this.#waiting.splice(0), ...this.#threads.flatMap(({ job }) => job ?? [])];
    for (const { worker } of this.#threads.splice(0)) worker.terminate();
    for (const { reject } of jobs) reject(new WorkerError("study", "the training was given up", "run it again"));
  }

  #do(work: TrialWork): Promise<FoldResult | MemberResult> {
    if (this.#closed) return Promise.reject(new DrowseError("threadExecutor", "it is closed", "make another"));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
      this.#assign();
    });
  }

  /** Gives waiting jobs to idle threads, new ones while there are fewer than may be. */
  #assign(): void {
    while (this.#waiting.length > 0) {
      const idle = this.#threads.find(({ job }) => job === undefined) ?? this.#start();
      if (!idle) return;
      const job = this.#waiting.shift() as Job;
      idle.job = job;
      idle.worker.await(true);
      idle.worker.post({ id: 0, ...job.work });
    }
  }

  #start(): TrialThread | undefined {
    if (this.#threads.length >= this.capacity) return undefined;
    const thread: TrialThread = {
      worker: startWorker<ToTrialWorker, FromTrialWorker>(trialWorkerSource, {
        onMessage: (message) => this.#finished(thread, message),
        onDeath: (reason) => this.#died(thread, reason),
      }),
      job: undefined,
    };
    this.#threads.push(thread);
    thread.worker.post({ kind: "data", data: this.#data });
    return thread;
  }

  #finished(thread: TrialThread, message: FromTrialWorker): void {
    const { job } = thread;
    thread.job = undefined;
    thread.worker.await(false);
    if ("result" in message) job?.resolve(message.result);
    else job?.reject(errorOf(message.error));
    this.#assign();
  }

  /** Its training is lost; others go on, on a new thread if one is needed. */
  #died(thread: TrialThread, reason: string): void {
    const place = this.#threads.indexOf(thread);
    if (place < 0) return;
    this.#threads.splice(place, 1);
    thread.worker.terminate();
    thread.job?.reject(new WorkerError("study", `a thread died while it trained: ${reason}`, "run the study again: it goes on"));
    this.#assign();
  }
}

function errorOf({ message, mistake }: TrialError): Error {
  return mistake ? new DrowseError(...mistake) : new Error(message);
}
