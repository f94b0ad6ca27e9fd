import type { QueueNote } from "../queue/notes.ts";
import { type MemberRecord, recordOf } from "../study/member-record.ts";
import type { TableStart } from "./table-events.ts";
import type { TableMeasures } from "./table-measures.ts";

// What the training of an ensemble tells of itself, with --json and in metrics.jsonl. Names and meanings stay.

/** Before the first member. */
export interface EnsembleStart extends TableStart {
  readonly members: number;
  /** Members that an earlier call has trained. */
  readonly known: number;
}

/** A member that is trained. */
export type MemberEvent = { readonly event: "member" } & MemberRecord;

/** A line of metrics.jsonl: all that is known of a member beside its file, and the hash of the config.json that it is of. */
export type MemberLine = MemberEvent & { readonly config: string };

/** How it ended. */
export interface EnsembleEnd {
  readonly event: "done";
  readonly members: number;
  /** Rows that each member was trained again on; left out where none was. */
  readonly refit?: { readonly rows: number };
  /** What the ensemble is worth. On the rows to validate on only where it was not trained on them. */
  readonly validation?: TableMeasures;
  readonly test?: TableMeasures;
  /** What each member is worth alone, on the same rows: of the test set, or else those to validate on. */
  readonly alone?: readonly TableMeasures[];
  /** SHA-256 of the members' hashes, a line each. */
  readonly weightsHash: string;
  readonly seconds: number;
}

/** What is told on the way. */
export type EnsembleEvent = EnsembleStart | MemberEvent | ({ readonly event: "queue" } & QueueNote);

/** A member in the words of the command. */
export function memberEvent(result: MemberRecord): MemberEvent {
  const { seconds, ...record } = recordOf(result);
  return { event: "member", ...record, seconds: Number(seconds.toFixed(3)) };
}
