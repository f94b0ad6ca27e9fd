import * as v from "valibot";
import type { PartRequest } from "../study/predict-part.ts";
import { DrowseError } from "../tensor/errors.ts";
import type { JobKind } from "./job.ts";
import { count, type DataReference, dataSchema, headerFields, type JobHeader, storedSchema } from "./job-fields.ts";

/**
 * A part of a prediction: some of its rows. They lie in Redis under the part's name, and what is predicted of them is put beside
 * them (see `partKey`), for an hour at most and no longer than they are needed.
 */
export interface PartJob extends JobHeader {
  readonly step: "part";
  /** The file of the model. */
  readonly model: DataReference;
  /** Names the part among all there are. */
  readonly part: string;
  readonly rows: number;
  readonly input: DataReference;
  readonly request: PartRequest;
}

/** What came of a part: which bytes lie beside its rows. */
export interface PartResult {
  readonly rows: number;
  readonly output: DataReference;
}

/** Most Monte Carlo samples of a row. */
const MOST_SAMPLES = 1_000_000;

const rows = v.pipe(v.number("give a number of rows"), v.safeInteger(), v.minValue(1), v.maxValue(2 ** 24));

/** Parts of predictions. Each is of one program alone. */
export const partKind: JobKind<PartJob, PartResult> = {
  step: "part",
  schema: v.strictObject(
    {
      step: v.literal("part"),
      ...headerFields,
      model: dataSchema,
      part: v.pipe(v.string("give a name"), v.regex(/^[0-9a-f-]{1,80}$/, "give a name of hexadecimal digits")),
      rows,
      input: storedSchema,
      request: v.strictObject(
        {
          output: v.picklist(["link", "logits"], 'give "link" or "logits"'),
          samples: v.optional(v.pipe(count, v.minValue(1), v.maxValue(MOST_SAMPLES))),
          first: v.pipe(count, v.maxValue(2 ** 31)),
        },
        "give { output, samples, first }",
      ),
    },
    "give an object with step, drowse, generator, model, part, rows, input and request",
  ),
  result: v.strictObject({ rows, output: storedSchema }),
  check(result, job) {
    if (result.rows === job.rows) return;
    throw new DrowseError("queue", `an answer is of ${result.rows} rows`, `give that of ${job.rows}`);
  },
  decides: ({ model, part, rows, input, request }) => [model.hash, part, rows, input.hash, request],
};
