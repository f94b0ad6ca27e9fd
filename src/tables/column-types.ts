import { DrowseError, show } from "../tensor/errors.ts";
import { type ColumnTally, MOST_LEVELS } from "./column-tally.ts";

/** What a column of a table is. Columns of type `ignored` are no inputs, and `reason` says why. */
export type ColumnType = "number" | "category" | "vector" | "ignored";

/** A column as it was found, or as its reader was told. */
export interface ColumnKind {
  readonly name: string;
  readonly type: ColumnType;
  /** Why a column is ignored, in words; or what is to be noticed of one that is not. */
  readonly reason?: string;
  /** Missing cells. */
  readonly missing: number;
  /** Different values of a category, sorted: numbers by size, texts by their code units. Of whole numbers where they are few. */
  readonly levels?: readonly string[];
  /** Smallest and largest number. */
  readonly range?: readonly [least: number, most: number];
  /** Numbers are whole. */
  readonly whole?: boolean;
  /** Numbers of a vector. */
  readonly size?: number;
}

/** Types that a caller may give. */
export type GivenType = "number" | "category";

/** A few numbers that stand for categories among texts are no numbers: beyond this many different values they are. */
const FEW_LEVELS = 20;
/** Above this share of numbers, the rest is taken for a mistake. */
const NEARLY_ALL = 0.9;

/** Sorted as people count: numbers by size, and texts by their code units, so that an order of rows decides nothing. */
export function sortLevels(levels: Iterable<string>): string[] {
  const texts = [...levels];
  const areNumbers = texts.every((text) => text !== "" && Number.isFinite(Number(text)));
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return texts.sort(areNumbers ? (a, b) => Number(a) - Number(b) || byText(a, b) : byText);
}

/**
 * The type of a column by what it holds.
 * @param given - the type that the caller wants.
 * @throws {DrowseError} on numbers with a few texts among them, which are mistakes, and on a given type that does not fit.
 */
export function kindOf(tally: ColumnTally, rows: number, given: GivenType | undefined): ColumnKind {
  const { name, count, numbers, texts, vectors, levels, firstText } = tally;
  const missing = rows - count;
  const ignored = (reason: string): ColumnKind => ({ name, type: "ignored", reason, missing });
  if (given === "category") return category(tally, missing);
  if (given === "number" && (vectors > 0 || firstText)) throw notNumbers(tally);
  if (count === 0) return ignored("it has no values");
  if (vectors > 0) return vectors === count ? vector(tally, missing) : ignored("it has vectors and other values");
  if (given === undefined && levels?.size === 1) return ignored(`it is always ${show([...levels.keys()][0])}`);
  if (texts === 0 || given === "number") return number(tally, missing, given);
  const different = levels?.size ?? Number.POSITIVE_INFINITY;
  if (firstText && numbers >= NEARLY_ALL * count && different > FEW_LEVELS) throw notNumbers(tally);
  const seeming = isOtherDecimal(tally) ? `: ${otherDecimal(tally)}` : "";
  if (different > MOST_LEVELS) return ignored(`it is text of more than ${MOST_LEVELS} different values${seeming}`);
  if (different > FEW_LEVELS && different > count / 2)
    return ignored(`it is text of ${different} different values in ${count} rows${seeming}`);
  return { ...category(tally, missing), ...(seeming ? { reason: otherDecimal(tally) } : {}) };
}

/** Whether a column would be one of numbers with the other sign before the fraction. */
const isOtherDecimal = ({ count, numbers, otherDecimals }: ColumnTally) => otherDecimals > 0 && numbers + otherDecimals === count;

function otherDecimal({ firstText }: ColumnTally): string {
  const [sign, name] = firstText?.text.includes(",") ? [",", "comma"] : [".", "point"];
  return `where ${show(firstText?.text)} is a number with a decimal ${name}, read it with decimal: ${show(sign)} (--decimal ${sign})`;
}

function number(tally: ColumnTally, missing: number, given: GivenType | undefined): ColumnKind {
  const { name, isWhole, isSequence, least, most, numbers } = tally;
  const few = tally.fewNumbers(FEW_LEVELS)?.map(String);
  const kind: ColumnKind = { name, type: "number", missing, range: [least, most], whole: isWhole, ...(few && { levels: few }) };
  if (given !== undefined || !isWhole || numbers <= FEW_LEVELS) return kind;
  if (isSequence) return { name, type: "ignored", reason: "it counts the rows", missing };
  const isId = tally.differentShare > NEARLY_ALL;
  if (isId && /(^|[_\s-])(id|key|uuid|nr|no)$|[a-z]I[Dd]$/i.test(name)) {
    return { name, type: "ignored", reason: "it is an id: whole numbers, nearly all of them different", missing };
  }
  return isId ? { ...kind, reason: "its whole numbers are nearly all different: drop it if it is an id" } : kind;
}

function category({ name, levels }: ColumnTally, missing: number): ColumnKind {
  if (levels === undefined) {
    throw new DrowseError(
      "table",
      `${show(name)} has more than ${MOST_LEVELS} different values, or long texts`,
      "drop the column",
    );
  }
  return { name, type: "category", missing, levels: sortLevels(levels.keys()) };
}

function vector({ name, vectorSize, otherVector }: ColumnTally, missing: number): ColumnKind {
  if (otherVector) {
    const received = `${show(name)} has ${otherVector.size} numbers in row ${otherVector.row}, and ${vectorSize} before`;
    throw new DrowseError("table", received, "give vectors of one length, or drop the column");
  }
  return { name, type: "vector", missing, size: vectorSize as number };
}

function notNumbers(tally: ColumnTally): DrowseError {
  const { name, numbers, vectors, firstText } = tally;
  const what = firstText ? `${show(firstText.text)} in row ${firstText.row}` : "vectors";
  const others = vectors > 0 ? "" : ` among ${numbers} numbers`;
  const first = firstText?.row === 1 ? "; pass over a first line that is no row with skipLines: 1 (--skip-lines 1)" : "";
  if (isOtherDecimal(tally))
    return new DrowseError("table", `the column ${show(name)} has ${what}${others}`, otherDecimal(tally));
  const remedy = `correct it, name it among the missing values, or give the column the type category${first}`;
  return new DrowseError("table", `the column ${show(name)} has ${what}${others}`, remedy);
}
