import { formatTable } from "../src/cli/table.ts";
import type { Row } from "./measure.ts";
import type { Case } from "./suites.ts";

/** A time to three digits, in the unit that suits it. */
export function formatSeconds(seconds: number): string {
  const [factor, unit] = seconds >= 1 ? [1, "s"] : seconds >= 1e-3 ? [1e3, "ms"] : [1e6, "µs"];
  return `${digits(seconds * factor)} ${unit}`;
}

/** Three digits, and never an exponent. */
export function digits(value: number): string {
  const after = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toFixed(Math.min(after, 6));
}

/** The rows of a case as cells, the heading first. */
export function tableCells({ unit }: Pick<Case, "unit">, rows: readonly Row[]): string[][] {
  const heading = ["", `time of a ${unit}`, "middle half", "× the first", "middle half", "GFLOP/s, as if dense"];
  return [
    heading,
    ...rows.map(({ version, what, seconds, ratio, gflops }) => [
      `${version}, ${what}`,
      formatSeconds(seconds.median),
      `${formatSeconds(seconds.lower)} to ${formatSeconds(seconds.upper)}`,
      digits(ratio.median),
      `${digits(ratio.lower)} to ${digits(ratio.upper)}`,
      gflops.toFixed(gflops < 10 ? 1 : 0),
    ]),
  ];
}

/** A case as lines of text. */
export function reportCase(measured: Pick<Case, "title" | "unit">, rows: readonly Row[]): string[] {
  return [measured.title, "", ...formatTable(tableCells(measured, rows))];
}
