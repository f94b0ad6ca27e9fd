import { availableParallelism, cpus, loadavg } from "node:os";

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

/**
 * What to say of a machine that is not idle, undefined where it is. Others do worst then: threads that wait for each other
 * by spinning lose most when one of them is taken off its core.
 */
export function busyNote(load = loadavg()[0]): string | undefined {
  if (load < 0.5) return undefined;
  return `the machine is busy (load average ${load.toFixed(1)}): times will mean little, and ratios flatter who spins least`;
}
