import type { FoldRequest, FoldResult } from "./trial.ts";
import type { TrialData } from "./trial-data.ts";

/** What a thread of trials is told. Messages are carried out in order. */
export type ToTrialWorker =
  | { readonly kind: "data"; readonly data: TrialData }
  | { readonly kind: "fold"; readonly id: number; readonly request: FoldRequest };

/** What it answers: to a fold its result, or what was wrong with it. `isMistake`: its reader can mend it. */
export type FromTrialWorker =
  | { readonly id: number; readonly result: FoldResult }
  | { readonly id: number; readonly error: TrialError };

export interface TrialError {
  readonly message: string;
  /** The parts of a `DrowseError`; undefined: it was a bug. */
  readonly mistake?: readonly [operation: string, received: string, remedy: string];
}
