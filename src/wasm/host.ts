import { DrowseError, show } from "../tensor/errors.ts";
import { Lifeline, LOCK_HELD } from "./lifeline.ts";

// What differs between Node and a browser: how many cores there are, whether memory may be shared, and workers.

/** A running worker, the same in Node and in a browser. */
export interface WorkerHandle<To> {
  post(message: To, transfer?: ArrayBuffer[]): void;
  /** Whether somebody waits for the worker: only then does it keep a program from ending. */
  await(needed: boolean): void;
  terminate(): void;
}

export interface WorkerEvents<From> {
  onMessage(message: From): void;
  /** The worker is gone, or broken beyond use. */
  onDeath(reason: string): void;
}

/** Node's own modules, without an import that a bundler would follow; undefined in a browser. */
function nodeModule<Name extends "node:worker_threads" | "node:os">(name: Name) {
  return globalThis.process?.getBuiltinModule?.(name);
}

/** How many threads can run at once. */
export function coreCount(): number {
  return nodeModule("node:os")?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** Whether threads can share memory here: in Node always, on a page where it is cross-origin isolated. */
export function canShareMemory(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  return nodeModule("node:worker_threads") !== undefined || globalThis.crossOriginIsolated === true;
}

/**
 * Checks a number of threads.
 * @throws {DrowseError} unless it is a whole number from 0, the calling thread, to 64.
 */
export function checkThreads(operation: string, threads: unknown): number {
  if (typeof threads !== "number" || !Number.isInteger(threads) || threads < 0 || threads > 64) {
    throw new DrowseError(
      operation,
      `threads is ${show(threads)}`,
      "give a whole number from 1 to 64, 0 for the calling thread, or leave it out",
    );
  }
  return threads;
}

function startNodeWorker<To, From>(
  threads: NonNullable<ReturnType<typeof nodeThreads>>,
  script: string,
  events: WorkerEvents<From>,
): WorkerHandle<To> {
  const worker = new threads.Worker(script, { eval: true, name: "drowse" });
  worker.unref();
  worker.on("message", events.onMessage);
  worker.on("error", (error) => events.onDeath(error instanceof Error ? error.message : String(error)));
  worker.on("exit", (code) => events.onDeath(`it ended with code ${code}`));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    await: (needed) => (needed ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
}

function nodeThreads() {
  return nodeModule("node:worker_threads");
}

function startBrowserWorker<To, From>(script: string, events: WorkerEvents<From>): WorkerHandle<To> {
  // No other worker has this address, so that it also serves as the name of the worker's lock.
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(url, { name: "drowse" });
  const lifeline = new Lifeline(url, events.onDeath);
  worker.addEventListener("message", ({ data }: MessageEvent<From | typeof LOCK_HELD>) => {
    lifeline.heard();
    if (data === LOCK_HELD) lifeline.lockHeld();
    else events.onMessage(data);
  });
  worker.addEventListener("messageerror", () => events.onDeath("a message to it could not be read"));
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    events.onDeath(event.message || "its script was refused (a Content-Security-Policy needs worker-src blob:)");
  });
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    await: (needed) => lifeline.await(needed),
    terminate: () => {
      lifeline.end();
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

/** Starts a worker on the text of a classic script, which waits for messages at its port (`port.ts`). */
export function startWorker<To, From>(script: string, events: WorkerEvents<From>): WorkerHandle<To> {
  const threads = nodeThreads();
  return threads ? startNodeWorker(threads, script, events) : startBrowserWorker(script, events);
}
