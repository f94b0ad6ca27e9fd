import { availableParallelism, cpus } from "node:os";

/** What a run ran on: the kind of machine, not which one. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly node: string;
  /** Day of the run, for example 2026-11-24. */
  readonly date: string;
}

export function thisMachine(now = new Date()): Machine {
  const model = cpus()[0]?.model.replace(/\s+/g, " ").trim() || process.arch;
  return { processor: model, cores: availableParallelism(), node: process.versions.node, date: now.toISOString().slice(0, 10) };
}
