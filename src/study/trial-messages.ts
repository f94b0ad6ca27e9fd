import type { MemberRequest, MemberResult } from "./member.ts";
import type { FoldRequest, FoldResult } from "./trial.ts";
import type { TrialData } from "./trial-data.ts";

/** A training that a thread is asked for. */
export type TrialWork =
  | { readonly kind: "fold"; readonly request: FoldRequest }
  | { readonly kind: "member"; readonly request: MemberRequest };

/** What a thread of trials is told. Messages are carried out in order. */
export type ToTrialWorker = { readonly kind: "data"; readonly data: TrialData } | ({ readonly id: number } & TrialWork);

/** What it answers: to a training its result, or what was wrong with it. `isMistake`: its reader can mend it. */
export type FromTrialWorker =
  | { readonly id: number; readonly result: FoldResult | MemberResult }
  | { readonly id: number; readonly error: TrialError };

export interface TrialError {
  readonly message: string;
  /** The parts of a `DrowseError`; undefined: it was a bug. */
  readonly mistake?: readonly [operation: string, received: string, remedy: string];
}
