import * as v from "valibot";
import { sha256 } from "../formats/sha256.ts";
import { configurationSchema } from "../study/configuration.ts";
import { resultSchema } from "../study/fold-record.ts";
import { parse } from "../study/parse.ts";
import { resamplingSchema } from "../study/resampling.ts";
import type { FoldRequest, FoldResult } from "../study/trial.ts";
import { DrowseError } from "../tensor/errors.ts";
import { type TableRecipe, tableRecipeSchema } from "./table-recipe.ts";

// What goes through the queue is data: which training, on which bytes. Both sides check what they are given.

/** Bytes by what they hash to. */
export interface DataReference {
  /** SHA-256, as 64 hexadecimal digits. */
  readonly hash: string;
  readonly bytes: number;
  /** Where they are, if not in Redis: a URL, or a path that the workers share. */
  readonly at?: string | undefined;
}

/** A training of a trial. */
export interface FoldJob {
  readonly step: "fold";
  /** Versions of drowse and of its generator: another may come to other bits. */
  readonly drowse: string;
  readonly generator: string;
  readonly data: DataReference;
  readonly recipe: TableRecipe;
  readonly request: FoldRequest;
}

/** What a worker gives back. */
export type Answer =
  | { readonly result: FoldResult; readonly by: string }
  /** The data or the configuration cannot be trained, on no machine: the parts of a `DrowseError`. */
  | { readonly mistake: readonly [operation: string, received: string, remedy: string]; readonly by: string };

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "give a SHA-256 as 64 hexadecimal digits"));
const count = v.pipe(v.number("give a whole number of at least 0"), v.safeInteger(), v.minValue(0));
const line = v.pipe(v.string("give a text"), v.minLength(1), v.maxLength(10_000));

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

const jobSchema = v.strictObject(
  {
    step: v.literal("fold", 'give "fold"'),
    drowse: line,
    generator: line,
    data: v.strictObject({ hash, bytes: count, at: v.optional(line) }, "give { hash, bytes }"),
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
);

const answerSchema = v.union(
  [
    v.strictObject({ result: resultSchema, by: v.string() }),
    v.strictObject({ mistake: v.tuple([v.string(), v.string(), v.string()]), by: v.string() }),
  ],
  "give the result of a training, or what was mistaken in it",
);

/**
 * Checks what stands in a queue.
 * @throws {DrowseError} naming what is wrong with it.
 */
export function readJob(value: unknown): FoldJob {
  return parse("worker", "job", jobSchema, value) as FoldJob;
}

/**
 * Checks what a worker gave back, and that it is an answer to what was asked.
 * @throws {DrowseError} naming what is wrong with it.
 */
export function readAnswer(value: unknown, { request: { repeat, fold } }: FoldJob): Answer {
  const answer = parse("queue", "answer", answerSchema, value) as Answer;
  if ("result" in answer && (answer.result.repeat !== repeat || answer.result.fold !== fold)) {
    const { result } = answer;
    const received = `an answer is of fold ${result.fold} of repeat ${result.repeat}`;
    throw new DrowseError("queue", received, `give that of fold ${fold} of repeat ${repeat}`);
  }
  return answer;
}

/** The name of a job: the same for the same training of the same bytes, whoever asks for it. */
export async function jobId({ step, drowse, generator, data, recipe, request }: FoldJob): Promise<string> {
  const decides = JSON.stringify([step, drowse, generator, data.hash, recipe, request]);
  return `${step}-${(await sha256(new TextEncoder().encode(decides))).slice(0, 40)}`;
}
