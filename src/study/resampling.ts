import * as v from "valibot";
import { holdOut } from "../data/split.ts";
import { checkSeed, streamKey, WordStream } from "../random/streams.ts";
import { type LabelledRows, tableFolds } from "../tables/split-table.ts";
import { DrowseError } from "../tensor/errors.ts";
import { parse } from "./parse.ts";
import { labelledRows, type TrialData } from "./trial-data.ts";

// Which rows a configuration is trained on and which it is measured on: the same for all configurations, so that their results
// can be compared pair by pair.

/** The share of the rows that a trial of one fold is measured on, where the data keeps none for that. */
const HELD_OUT = 0.2;

/** The share of the rows to train on that say when to stop. */
const STOPPING = 0.15;

/**
 * How often, and on which rows, a configuration is trained: `repeats` times with other folds and other first weights. Of 2
 * folds and more each is measured on once, after training on the others; 1 fold is a fifth of the rows, or the rows that the
 * data keeps for testing.
 */
export interface Resampling {
  readonly folds: number;
  readonly repeats: number;
  readonly seed: number;
}

const message = "give { folds, repeats, seed }: whole numbers of at least 1, 1 and 0";

/** The schema of a {@link Resampling}. */
export const resamplingSchema: v.GenericSchema<unknown, Resampling> = v.strictObject(
  {
    folds: v.pipe(v.number(message), v.integer(message), v.minValue(1, message)),
    repeats: v.pipe(v.number(message), v.integer(message), v.minValue(1, message)),
    seed: v.pipe(v.number(message), v.safeInteger(message), v.minValue(0, message)),
  },
  message,
);

/** Which of the trainings of a resampling is meant; both from 0. */
export interface FoldIndex {
  readonly repeat: number;
  readonly fold: number;
}

/** @throws {DrowseError} on anything but a resampling. */
export const checkResampling = (value: unknown): Resampling => parse("resampling", "resampling", resamplingSchema, value);

/** The trainings of a resampling, in the order in which they are run. */
export function foldIndices({ folds, repeats }: Resampling): FoldIndex[] {
  return Array.from({ length: folds * repeats }, (_, index) => ({ repeat: Math.floor(index / folds), fold: index % folds }));
}

/** A seed that belongs to a name under another seed. */
export function derivedSeed(seed: number, name: string): number {
  const words = new WordStream(streamKey(checkSeed("study", seed), name));
  return words.next() * 2 ** 21 + (words.next() >>> 11);
}

/** The seed of the network of a fold: the same for every configuration, and so its first weights are. */
export const modelSeed = ({ seed }: Resampling, { repeat, fold }: FoldIndex) =>
  derivedSeed(seed, `study/model/${repeat}/${fold}`);

/** The rows of a fold, in three parts. */
export interface FoldRows {
  readonly training: Uint32Array;
  /** Say when to stop; none where nobody asks. */
  readonly stopping: Uint32Array;
  /** Measured on. */
  readonly heldOut: Uint32Array;
}

/**
 * The rows of a fold: a pure function of the data and the resampling.
 * @throws {DrowseError} where there are fewer rows than folds, or none to stop by.
 */
export function foldRows(data: TrialData, resampling: Resampling, index: FoldIndex, stops: boolean): FoldRows {
  const labelled = labelledRows(data);
  const heldOut = heldOutRows(data, labelled, resampling, index);
  const held = new Set(heldOut);
  const rest = labelled.rows.filter((row) => !held.has(row));
  if (!stops) return { training: rest, stopping: new Uint32Array(0), heldOut };
  const seed = derivedSeed(resampling.seed, `study/stopping/${index.repeat}/${index.fold}`);
  const { training, validation } = partOf({ ...labelled, rows: rest }, STOPPING, seed);
  return { training, stopping: validation, heldOut };
}

function heldOutRows(data: TrialData, labelled: LabelledRows, { folds, seed }: Resampling, { repeat, fold }: FoldIndex) {
  const own = derivedSeed(seed, `study/folds/${repeat}`);
  if (folds > 1) {
    if (folds > labelled.rows.length) {
      throw new DrowseError("study", `folds is ${folds}, and there are ${labelled.rows.length} rows`, "give fewer folds");
    }
    return tableFolds(labelled, { count: folds, seed: own })[fold];
  }
  if (data.kind === "arrays" && data.test) return data.test;
  return partOf(labelled, HELD_OUT, own).validation;
}

/** A share of rows, of each class as much. */
function partOf({ kind, targets, rows }: LabelledRows, share: number, seed: number) {
  const classes = Int32Array.from(rows, (row) => (kind === "classification" ? targets[row] : 0));
  const split = holdOut("study", classes, share, streamKey(seed, "split"));
  return { training: split.training.map((place) => rows[place]), validation: split.validation.map((place) => rows[place]) };
}
