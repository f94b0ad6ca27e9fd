import type { MemberRequest } from "./member.ts";
import type { FoldRequest } from "./trial.ts";
import type { TrialData } from "./trial-data.ts";

/** What a thread begins with: data to train on, or the file of a model that predicts. */
export type ThreadSetup = { readonly data: TrialData } | { readonly model: Uint8Array };

/** A training that a thread is asked for. */
export type TrialWork =
  | { readonly kind: "fold"; readonly request: FoldRequest }
  | { readonly kind: "member"; readonly request: MemberRequest };
