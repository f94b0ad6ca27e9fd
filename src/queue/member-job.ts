import * as v from "valibot";
import { configurationSchema } from "../study/configuration.ts";
import { type MemberRequest, memberSeed } from "../study/member.ts";
import { type MemberRecord, memberEntries } from "../study/member-record.ts";
import { MOST_MEMBERS } from "../study/train-ensemble.ts";
import { DrowseError } from "../tensor/errors.ts";
import type { JobKind } from "./job.ts";
import { count, type DataReference, dataSchema, headerFields, type JobHeader, storedSchema } from "./job-fields.ts";
import { type TableRecipe, tableRecipeSchema } from "./table-recipe.ts";

/** The training of a member of an ensemble. */
export interface MemberJob extends JobHeader {
  readonly step: "member";
  readonly data: DataReference;
  readonly recipe: TableRecipe;
  readonly request: MemberRequest;
}

/** What came of it: the member's file lies in Redis under its hash, for an hour at least. */
export interface MemberAnswer extends MemberRecord {
  readonly model: DataReference;
}

const share = v.pipe(
  v.number("give a share from 0 to below 1"),
  v.minValue(0),
  v.check((value) => value < 1),
);

/** Members of ensembles: the same one is trained once, whoever asks for it. */
export const memberKind: JobKind<MemberJob, MemberAnswer> = {
  step: "member",
  schema: v.strictObject(
    {
      step: v.literal("member"),
      ...headerFields,
      data: dataSchema,
      recipe: tableRecipeSchema,
      request: v.strictObject(
        {
          member: v.pipe(count, v.minValue(1), v.maxValue(MOST_MEMBERS)),
          configuration: configurationSchema,
          validation: share,
          test: share,
          refit: v.boolean(),
          seed: count,
        },
        "give { member, configuration, validation, test, refit, seed }",
      ),
    },
    "give an object with step, drowse, generator, data, recipe and request",
  ),
  result: v.strictObject({ ...memberEntries, model: storedSchema }),
  check({ member, seed }, { request }) {
    if (member === request.member && seed === memberSeed(request.seed, member)) return;
    const received = `an answer is of member ${member} of seed ${seed}`;
    throw new DrowseError("queue", received, `give that of member ${request.member}`);
  },
  decides: ({ data, recipe, request }) => [data.hash, recipe, request],
};
