import type { Missing } from "./field.ts";
import type { Machine } from "./machine.ts";
import type { Row } from "./measure.ts";
import type { Case } from "./suites.ts";

/** A case that was measured. */
export interface CaseResult extends Pick<Case, "title" | "unit" | "at"> {
  readonly suite: string;
  readonly rows: readonly Row[];
}

/** All that a run found: .cache/bench/results.json, from which the README and the figures are made. */
export interface Results {
  readonly machine: Machine;
  readonly missing: readonly Missing[];
  readonly cases: readonly CaseResult[];
}

/** Earlier results with those of a run in the place of the same cases; a run on another machine or day stands alone. */
export function mergeResults(before: Results | undefined, now: Results): Results {
  if (before === undefined || JSON.stringify(before.machine) !== JSON.stringify(now.machine)) return now;
  const again = ({ suite, title }: CaseResult) => now.cases.some((one) => one.suite === suite && one.title === title);
  return { ...now, cases: [...before.cases.filter((one) => !again(one)), ...now.cases] };
}
