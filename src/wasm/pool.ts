import { workerSource } from "./generated/worker.ts";
import { startWorker, type WorkerHandle } from "./host.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

/** Receives what a worker says while somebody holds it. */
export interface WorkerListener {
  onMessage(message: FromWorker): void;
  onDeath(reason: string): void;
}

/** A worker of the pool. */
export interface PooledWorker extends WorkerHandle<ToWorker> {
  listener: WorkerListener | undefined;
  /** Memory of the runs that it has let go of, in bytes. */
  released: number;
}

/**
 * After so much memory a worker is ended instead of used again. Its own collector hardly ever runs, as it allocates
 * next to nothing, and until then the memory of every run it has seen stays where it is.
 */
const MOST_RELEASED = 256 << 20;

/** Workers that nobody holds: starting one takes longer than training a small network. */
const idle: PooledWorker[] = [];

function start(): PooledWorker {
  const handle = startWorker<ToWorker, FromWorker>(workerSource, {
    onMessage: (message) => worker.listener?.onMessage(message),
    onDeath: (reason) => {
      const index = idle.indexOf(worker);
      if (index >= 0) idle.splice(index, 1);
      const { listener } = worker;
      worker.listener = undefined;
      worker.terminate();
      listener?.onDeath(reason);
    },
  });
  const worker: PooledWorker = { ...handle, listener: undefined, released: 0 };
  return worker;
}

/** Takes workers, idle ones first. */
export function takeWorkers(count: number): PooledWorker[] {
  return Array.from({ length: count }, () => idle.pop() ?? start());
}

/** Gives back workers that have finished all they were asked for, in a run with `bytes` of memory. */
export function returnWorkers(workers: readonly PooledWorker[], bytes: number): void {
  for (const worker of workers) {
    worker.listener = undefined;
    worker.released += bytes;
    if (worker.released > MOST_RELEASED) {
      worker.terminate();
      continue;
    }
    worker.post({ kind: "detach" });
    worker.await(false);
    idle.push(worker);
  }
}

/** Ends workers whose state is unknown. */
export function discardWorkers(workers: readonly PooledWorker[]): void {
  for (const worker of workers) {
    worker.listener = undefined;
    worker.terminate();
  }
}
