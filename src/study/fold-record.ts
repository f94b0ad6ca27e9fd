import * as v from "valibot";
import type { FoldResult } from "./trial.ts";

// The result of a training as it stands in a journal and goes through a queue.

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());
const atLeast0 = v.pipe(finite, v.minValue(0));

const measures = v.strictObject({
  loss: finite,
  error: atLeast0,
  negativeLogLikelihood: finite,
  calibrationError: v.optional(atLeast0),
});

const losses = v.array(finite);

const resultEntries = {
  repeat: count,
  fold: count,
  measures: v.optional(measures),
  failure: v.optional(v.string()),
  rows: v.strictObject({ training: count, stopping: count, heldOut: count }),
  epochs: count,
  bestEpoch: count,
  parameters: count,
  weightsHash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  history: v.optional(v.strictObject({ loss: losses, stoppingLoss: losses })),
  seconds: atLeast0,
};

/** A training of a trial. */
export type StoredFold = FoldResult & { readonly trial: number };

/** The schema of a training as a journal tells it. */
export const foldResultSchema = v.strictObject({ trial: count, ...resultEntries });

/** The schema of a result as a worker gives it back. */
export const resultSchema: v.GenericSchema<unknown, FoldResult> = v.strictObject(resultEntries);
