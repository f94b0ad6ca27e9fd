import { fillOf, madeOf } from "../report/contract.ts";
import { MISSING } from "../tables/cells.ts";
import type { Preparation, TableInput } from "../tables/preparation.ts";
import { formatCount, wrapWords } from "./format.ts";

/** Columns that are told of at most. */
const MOST_COLUMNS = 100;
/** What stands between a column and what is made of it, and the widest name that others are put under. */
const GAP = "  ";
const WIDEST = 24;

/**
 * What a model takes of a table: each column by name with what is made of it, what is left out, and how the file is read where that
 * was said.
 * @param width - characters of a line.
 */
export function inputLines({ inputs, ignored, reading }: Preparation, width: number): string[] {
  const shown = inputs.slice(0, MOST_COLUMNS);
  const names = Math.min(WIDEST, Math.max(...shown.map(({ name }) => name.length)));
  const under = " ".repeat(GAP.length + names + GAP.length);
  const rows = shown.flatMap((input) => {
    const [first, ...others] = wrapWords(`${madeOf(input)}${gap(input)}`, Math.max(30, width - under.length));
    return [`${GAP}${input.name.padEnd(names)}${GAP}${first}`, ...others.map((line) => `${under}${line}`)];
  });
  const rest = inputs.length - shown.length;
  const told = [
    ...(rest > 0 ? [`${GAP}and ${formatCount(rest)} more`] : []),
    ...ignored.map(({ name, reason }) => `left out: ${name}: ${reason}`),
    ...(reading.header ? [] : ["its file has no names of columns: c1, c2, … are their places"]),
    ...(reading.decimal === "," ? ["its numbers have a decimal comma"] : []),
    ...(isUsual(reading.missing) ? [] : [`missing is written ${reading.missing.map((text) => text || "nothing").join(", ")}`]),
  ];
  return ["takes", ...rows, ...told.flatMap((line) => wrapWords(line, width))];
}

const gap = (input: TableInput) => (input.indicator ? `; missing: ${fillOf(input)}, beside an input that says so` : "");

const isUsual = (missing: readonly string[]) => missing.join("\n") === MISSING.join("\n");
