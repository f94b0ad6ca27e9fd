import { DrowseError, WorkerError } from "../tensor/errors.ts";
import { startWorker, type WorkerHandle } from "../wasm/host.ts";
import type { FromThread, ThreadError, ToThread } from "./thread-messages.ts";

/** A request that waits for a thread, or for its result. */
interface Waiting<Request, Result> {
  readonly request: Request;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

interface Thread<Setup, Request, Result> {
  readonly worker: WorkerHandle<ToThread<Setup, Request>>;
  waiting: Waiting<Request, Result> | undefined;
}

/** How a pool is told of in messages, and how large it is. */
export interface PoolOptions {
  /** Threads at most. */
  readonly capacity: number;
  readonly operation: string;
  /** What a request is: `training`, say. */
  readonly unit: string;
  /** What to do where a thread was lost. */
  readonly remedy: string;
}

/**
 * Threads of one script (see `serveThread`), each of which carries out a request at a time. They are started as they are needed, and each
 * is begun with the same setup.
 */
export class ThreadPool<Setup, Request, Result> {
  readonly capacity: number;
  readonly #script: string;
  readonly #setup: Setup;
  readonly #options: PoolOptions;
  readonly #threads: Thread<Setup, Request, Result>[] = [];
  readonly #waiting: Waiting<Request, Result>[] = [];
  #closed = false;

  constructor(script: string, setup: Setup, options: PoolOptions) {
    this.capacity = options.capacity;
    this.#script = script;
    this.#setup = setup;
    this.#options = options;
  }

  /** @throws what the thread throws; a {@link WorkerError} where the thread was lost. */
  run(request: Request): Promise<Result> {
    if (this.#closed) return Promise.reject(new DrowseError(this.#options.operation, "it is closed", "make another"));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      this.#assign();
    });
  }

  /** Ends all threads; what they had is given up. */
  async close(): Promise<void> {
    this.#closed = true;
    const { operation, unit } = this.#options;
    const all = [...this.#waiting.splice(0), ...this.#threads.flatMap(({ waiting }) => waiting ?? [])];
    for (const { worker } of this.#threads.splice(0)) worker.terminate();
    for (const { reject } of all) reject(new WorkerError(operation, `the ${unit} was given up`, "run it again"));
  }

  /** Gives waiting requests to idle threads, new ones while there are fewer than may be. */
  #assign(): void {
    while (this.#waiting.length > 0) {
      const idle = this.#threads.find(({ waiting }) => waiting === undefined) ?? this.#start();
      const next = idle && this.#waiting.shift();
      if (!next) return;
      idle.waiting = next;
      idle.worker.await(true);
      idle.worker.post({ request: next.request });
    }
  }

  #start(): Thread<Setup, Request, Result> | undefined {
    if (this.#threads.length >= this.capacity) return undefined;
    const thread: Thread<Setup, Request, Result> = {
      worker: startWorker<ToThread<Setup, Request>, FromThread<Result>>(this.#script, {
        onMessage: (message) => this.#finished(thread, message),
        onDeath: (reason) => this.#died(thread, reason),
      }),
      waiting: undefined,
    };
    this.#threads.push(thread);
    thread.worker.post({ setup: this.#setup });
    return thread;
  }

  #finished(thread: Thread<Setup, Request, Result>, message: FromThread<Result>): void {
    const { waiting } = thread;
    thread.waiting = undefined;
    thread.worker.await(false);
    if ("result" in message) waiting?.resolve(message.result);
    else waiting?.reject(errorOf(message.error));
    this.#assign();
  }

  /** Its request is lost; others go on, on a new thread if one is needed. */
  #died(thread: Thread<Setup, Request, Result>, reason: string): void {
    const place = this.#threads.indexOf(thread);
    if (place < 0) return;
    this.#threads.splice(place, 1);
    thread.worker.terminate();
    const { operation, unit, remedy } = this.#options;
    thread.waiting?.reject(new WorkerError(operation, `a thread died in a ${unit}: ${reason}`, remedy));
    this.#assign();
  }
}

const errorOf = ({ message, mistake }: ThreadError): Error => (mistake ? new DrowseError(...mistake) : new Error(message));
