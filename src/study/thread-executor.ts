import { DrowseError } from "../tensor/errors.ts";
import { coreCount } from "../wasm/host.ts";
import type { Executor } from "./executor.ts";
import { threadSource } from "./generated/thread.ts";
import type { MemberResult } from "./member.ts";
import { ThreadPool } from "./thread-pool.ts";
import type { ThreadSetup, TrialWork } from "./thread-work.ts";
import type { FoldResult } from "./trial.ts";
import type { TrialData } from "./trial-data.ts";

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
  const options = { capacity: workers, operation: "threadExecutor", unit: "training", remedy: "run it again: a study goes on" };
  const pool = new ThreadPool<ThreadSetup, TrialWork, FoldResult | MemberResult>(threadSource, { data }, options);
  return {
    capacity: workers,
    run: (request) => pool.run({ kind: "fold", request }) as Promise<FoldResult>,
    runMember: (request) => pool.run({ kind: "member", request }) as Promise<MemberResult>,
    close: () => pool.close(),
  };
}
