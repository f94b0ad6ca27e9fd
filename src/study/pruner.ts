import { DrowseError, show } from "../tensor/errors.ts";
import type { TrialRecord, TrialReports } from "./trial-record.ts";

/** What a pruner knows of a trial that is on its way. */
export interface PruneRequest {
  readonly reports: TrialReports;
  /** The trials that the sampler may look at too: those at least the study's lag behind. */
  readonly seen: readonly TrialRecord[];
  /** Reports of every trial so far, in whatever order they came, this one among them. */
  readonly latest: readonly TrialReports[];
}

/** Gives trials up of which nothing is to be hoped. */
export interface Pruner {
  readonly name: "none" | "median" | "asynchronousHalving";
  /** Whether it looks at what other trials came to. */
  readonly looks: boolean;
  /** Whether what it says depends on which trial was faster: then a study does not repeat itself on other machines. */
  readonly dependsOnOrder: boolean;
  /** Whether to give the trial up. */
  prunes(request: PruneRequest): boolean;
}

/** Gives no trial up. */
export const noPruning = (): Pruner => ({ name: "none", looks: false, dependsOnOrder: false, prunes: () => false });

/** Options of {@link median}. */
export interface MedianOptions {
  /** Trials that are complete before any is given up; default 5. */
  startup?: number;
  /** Reports of a trial before it may be given up; default 1. */
  warmup?: number;
}

/**
 * Gives a trial up whose last report is worse than the median of what others reported at its step (Golovin and others 2017; there
 * it is the best report, but means over more and more folds are to be compared on the same folds). It looks only at trials that are
 * the study's lag behind, so that the study is the same whatever else runs meanwhile.
 * @throws {DrowseError} on options that are no whole numbers of at least 1.
 */
export function median({ startup = 5, warmup = 1 }: MedianOptions = {}): Pruner {
  checkCounts("median", { startup, warmup });
  return {
    name: "median",
    looks: true,
    dependsOnOrder: false,
    prunes({ reports, seen }) {
      if (reports.length < warmup || seen.filter(({ state }) => state === "complete").length < startup) return false;
      const [step, value] = reports[reports.length - 1];
      const others = seen.flatMap((trial) => valueAtStep(trial.reports, step) ?? []);
      return others.length > 0 && value > medianOf(others);
    },
  };
}

/** Options of {@link asynchronousHalving}. */
export interface HalvingOptions {
  /** One of so many trials goes on at each rung; default 3. */
  reduction?: number;
  /** The step of the first rung; default 1. The next ones are `reduction` times as far. */
  minimum?: number;
}

/**
 * Asynchronous successive halving (Li and others 2020): at each rung a trial goes on if it is among the best 1 / `reduction` of those
 * that have come there so far. Nobody waits, and so the study depends on which trial was faster.
 * @throws {DrowseError} on options that are no whole numbers, of at least 2 and 1.
 */
export function asynchronousHalving({ reduction = 3, minimum = 1 }: HalvingOptions = {}): Pruner {
  checkCounts("asynchronousHalving", { reduction: reduction - 1, minimum });
  return {
    name: "asynchronousHalving",
    looks: false,
    dependsOnOrder: true,
    prunes({ reports, latest }) {
      const [step, value] = reports[reports.length - 1];
      if (!isRung(step, minimum, reduction)) return false;
      const rivals = latest.flatMap((other) => valueAtStep(other, step) ?? []).sort((a, b) => a - b);
      return value > rivals[Math.max(1, Math.floor(rivals.length / reduction)) - 1];
    },
  };
}

function isRung(step: number, minimum: number, reduction: number): boolean {
  let rung = minimum;
  while (rung < step) rung *= reduction;
  return rung === step;
}

/**
 * The rungs of synchronous successive halving (Jamieson and Talwalkar 2016): how many of a trial's `steps` are done at each, the
 * last being all of them.
 */
export function rungs(steps: number, { reduction = 3, minimum = 1 }: HalvingOptions = {}): number[] {
  checkCounts("halving", { reduction: reduction - 1, minimum });
  const all: number[] = [];
  for (let rung = minimum; rung < steps; rung *= reduction) all.push(rung);
  return [...all, steps];
}

/** The places of the best 1 / `reduction` of some values, at least one, in ascending order; of equal ones the first. */
export function survivors(values: readonly number[], { reduction = 3 }: HalvingOptions = {}): number[] {
  const kept = Math.max(1, Math.ceil(values.length / reduction));
  const ranked = values.map((_, place) => place).sort((a, b) => values[a] - values[b] || a - b);
  return ranked.slice(0, kept).sort((a, b) => a - b);
}

function checkCounts(operation: string, counts: Readonly<Record<string, number>>): void {
  for (const [what, value] of Object.entries(counts)) {
    if (Number.isInteger(value) && value >= 1) continue;
    const isReduction = what === "reduction";
    const received = `${what} is ${show(isReduction ? value + 1 : value)}`;
    throw new DrowseError(operation, received, `give a whole number of at least ${isReduction ? 2 : 1}`);
  }
}

const valueAtStep = (reports: TrialReports, step: number) => reports.find(([other]) => other === step)?.[1];

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
