import * as v from "valibot";
import { configurationSchema } from "../study/configuration.ts";
import { resultSchema } from "../study/fold-record.ts";
import { resamplingSchema } from "../study/resampling.ts";
import type { FoldRequest, FoldResult } from "../study/trial.ts";
import { DrowseError } from "../tensor/errors.ts";
import type { JobKind } from "./job.ts";
import { count, type DataReference, dataSchema, headerFields, type JobHeader } from "./job-fields.ts";
import { type TableRecipe, tableRecipeSchema } from "./table-recipe.ts";

/** A training of a trial. */
export interface FoldJob extends JobHeader {
  readonly step: "fold";
  readonly data: DataReference;
  readonly recipe: TableRecipe;
  readonly request: FoldRequest;
}

const requestSchema = v.strictObject(
  {
    configuration: configurationSchema,
    resampling: resamplingSchema,
    repeat: count,
    fold: count,
    history: v.optional(v.boolean()),
  },
  "give { configuration, resampling, repeat, fold }",
);

/** Trainings of trials: the same one is there once, whoever asks for it. */
export const foldKind: JobKind<FoldJob, FoldResult> = {
  step: "fold",
  schema: v.strictObject(
    {
      step: v.literal("fold"),
      ...headerFields,
      data: dataSchema,
      recipe: tableRecipeSchema,
      request: v.pipe(
        requestSchema,
        v.check(
          ({ repeat, fold, resampling }) => fold < resampling.folds && repeat < resampling.repeats,
          "give a fold and a repeat of its resampling",
        ),
      ),
    },
    "give an object with step, drowse, generator, data, recipe and request",
  ),
  result: resultSchema,
  check(result, { request: { repeat, fold } }) {
    if (result.repeat === repeat && result.fold === fold) return;
    const received = `an answer is of fold ${result.fold} of repeat ${result.repeat}`;
    throw new DrowseError("queue", received, `give that of fold ${fold} of repeat ${repeat}`);
  },
  decides: ({ data, recipe, request }) => [data.hash, recipe, request],
};
