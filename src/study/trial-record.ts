import * as v from "valibot";
import { type Parameters, parametersSchema } from "./space.ts";

/** How a trial ended: with a value, given up because others were better, or without a number. */
export type TrialState = "complete" | "pruned" | "failed";

/** A value on the way, by its step. */
export type TrialReports = readonly (readonly [step: number, value: number])[];

/** A trial that is over. */
export interface TrialRecord {
  /** From 0, in the order in which they were asked for. */
  readonly number: number;
  readonly state: TrialState;
  /** What is to be small; of a pruned trial what it was at last, of a failed one undefined. */
  readonly value?: number | undefined;
  /** Standard error of the value, where it is a mean. */
  readonly standardError?: number | undefined;
  readonly parameters: Parameters;
  readonly reports: TrialReports;
}

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** The schema of a {@link TrialRecord}, for lines of journals. */
export const trialRecordEntries = {
  number: count,
  state: v.picklist(["complete", "pruned", "failed"]),
  value: v.optional(finite),
  standardError: v.optional(finite),
  parameters: parametersSchema,
  reports: v.array(v.strictTuple([count, finite])),
};
