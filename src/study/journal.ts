import * as v from "valibot";
import { DrowseError, show } from "../tensor/errors.ts";
import { foldResultSchema, type StoredFold } from "./fold-record.ts";
import { parse } from "./parse.ts";
import { type TrialRecord, trialRecordEntries } from "./trial-record.ts";

// A journal is JSON lines, each of which stays as it was written: what the study is, then each training and each trial that is over.
// A line counts when its end has been written: a program that was killed in the middle of one has not written it.

/** Version of the lines. */
export const JOURNAL_FORMAT = "drowse-study/1";

/** What a study is, as plain JSON: a journal goes on only with the same. */
export type StudyHeader = Readonly<Record<string, unknown>>;

/** A line after the first. */
export type JournalRecord =
  | ({ readonly record: "fold" } & StoredFold)
  | ({ readonly record: "trial"; readonly seconds?: number | undefined } & TrialRecord);

/** What a journal tells of a study. */
export interface JournalContents {
  readonly header: StudyHeader;
  readonly folds: readonly StoredFold[];
  readonly trials: readonly TrialRecord[];
}

const lineSchema: v.GenericSchema<unknown, JournalRecord> = v.variant("record", [
  v.strictObject({ record: v.literal("fold"), ...foldResultSchema.entries }),
  v.strictObject({
    record: v.literal("trial"),
    ...trialRecordEntries,
    seconds: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0))),
  }),
]);

const headerSchema = v.looseObject({ record: v.literal("study"), format: v.literal(JOURNAL_FORMAT) });

const REMEDY = "the journal was changed or damaged: begin another";

/** The first line of a journal. */
export const headerLine = (header: StudyHeader) => `${JSON.stringify({ record: "study", format: JOURNAL_FORMAT, ...header })}\n`;

/** A later line. */
export const recordLine = (record: JournalRecord) => `${JSON.stringify(record)}\n`;

/**
 * How many of a journal's bytes are whole lines: what comes after the last of them was cut off while it was written.
 */
export function wholeLines(bytes: Uint8Array): number {
  return bytes.lastIndexOf(10) + 1;
}

/**
 * Reads the whole lines of a journal; undefined: it has none.
 * @throws {DrowseError} naming the line, where one is not what {@link recordLine} writes, or a training or trial is there twice.
 */
export function readJournal(text: string): JournalContents | undefined {
  const lines = text.split("\n").slice(0, -1);
  if (lines.length === 0) return undefined;
  const { record: _, format: __, ...header } = readLine(lines[0], 1, headerSchema);
  const folds = new Map<string, StoredFold>();
  const trials = new Map<number, TrialRecord>();
  for (const [index, line] of lines.slice(1).entries()) {
    const { record, ...rest } = readLine(line, index + 2, lineSchema);
    const isFold = record === "fold";
    const key = isFold ? foldKey(rest as StoredFold) : (rest as TrialRecord).number;
    if (isFold ? folds.has(String(key)) : trials.has(Number(key))) {
      throw new DrowseError("journal", `line ${index + 2} tells of ${isFold ? "a training" : "a trial"} again`, REMEDY);
    }
    if (isFold) folds.set(String(key), rest as StoredFold);
    else {
      const { seconds: ___, ...trial } = rest as TrialRecord & { seconds?: number };
      trials.set(Number(key), trial);
    }
  }
  return { header, folds: [...folds.values()], trials: [...trials.values()] };
}

/** Which training of which trial. */
export const foldKey = ({ trial, repeat, fold }: Pick<StoredFold, "trial" | "repeat" | "fold">) => `${trial}/${repeat}/${fold}`;

/**
 * Compares what a journal says its study is with what it is to be.
 * @throws {DrowseError} naming the first member that differs.
 */
export function checkHeader(stored: StudyHeader, wanted: StudyHeader): void {
  for (const name of new Set([...Object.keys(wanted), ...Object.keys(stored)])) {
    const [before, now] = [stored[name], wanted[name]].map((value) => JSON.stringify(value));
    if (before === now) continue;
    const remedy = "give the same as before, or another journal";
    throw new DrowseError("journal", `it is of a study whose ${name} is ${cut(before)}, and not ${cut(now)}`, remedy);
  }
}

const cut = (text: string | undefined) =>
  text === undefined ? "not there" : text.length > 80 ? `${text.slice(0, 77)}...` : text;

function readLine<Output>(line: string, number: number, schema: v.GenericSchema<unknown, Output>): Output {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new DrowseError("journal", `line ${number} is ${show(line)}`, REMEDY);
  }
  try {
    return parse("journal", `line ${number}`, schema, value);
  } catch (error) {
    if (error instanceof DrowseError) throw new DrowseError("journal", error.received, REMEDY);
    throw error;
  }
}
