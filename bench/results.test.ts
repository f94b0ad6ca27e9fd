import { describe, expect, it } from "vitest";
import { figuresOf } from "./figures.ts";
import { busyNote } from "./machine.ts";
import type { Row } from "./measure.ts";
import { benchMarkdown, replaceBetweenMarkers } from "./readme.ts";
import { digits, formatSeconds, reportCase } from "./report.ts";
import { type CaseResult, mergeResults, type Results } from "./results.ts";

const machine = { processor: "Some Processor", cores: 2, node: "20.16.0", date: "2026-11-24" };
const spread = (median: number) => ({ median, lower: 0.9 * median, upper: 1.1 * median });

function row(version: string, what: string, seconds: number, ratio: number): Row {
  const detail = version.startsWith("Peer") ? "BLAS" : "";
  return { version, detail, what, threads: 2, rounds: 21, seconds: spread(seconds), ratio: spread(ratio), gflops: 1.5 };
}

function caseOf(suite: string, title: string, at?: number): CaseResult {
  const rows = [row("drowse 1.0.0", "dropout", 0.0064, 1), row("Peer 2.1+cpu", "dropout", 0.0251, 3.92)];
  return { suite, title, unit: "step", rows, ...(at === undefined ? {} : { at }) };
}

const results: Results = { machine, missing: [], cases: [caseOf("step", "main"), caseOf("tiny", "small")] };

describe("numbers", () => {
  it("have three digits and the unit that suits them", () => {
    expect([1.234, 0.0123, 0.00000456, 12.5].map(formatSeconds)).toEqual(["1.23 s", "12.3 ms", "4.56 µs", "12.5 s"]);
    expect([0.123456, 3.14159, 42.42, 1234.5, 0].map(digits)).toEqual(["0.123", "3.14", "42.4", "1235", "0.00"]);
  });
});

describe("a table", () => {
  it("has a line a contestant", () => {
    const lines = reportCase({ title: "main", unit: "step" }, results.cases[0].rows);
    expect(lines[0]).toBe("main");
    expect(lines.at(-1)).toMatch(/^Peer 2\.1\+cpu, dropout +25\.1 ms +22\.6 ms to 27\.6 ms +3\.92 +3\.53 to 4\.31 +1\.5$/);
  });

  it("goes between the markers of the README, with machine, versions and date, and takes the place of the one before", () => {
    const markdown = benchMarkdown(results, ["step"]);
    expect(markdown).toContain("| Peer 2.1+cpu, dropout | 25.1 ms | 3.92 | 3.53 to 4.31 |");
    expect(markdown).toContain("Measured on 2026-11-24 on 2 cores of Some Processor: drowse 1.0.0, Peer 2.1+cpu (BLAS).");
    expect(markdown).not.toContain("small");
    const document = "before\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nafter\n";
    const once = replaceBetweenMarkers(document, markdown);
    expect(once).toBe(`before\n<!-- bench:begin -->\n\n${markdown}\n\n<!-- bench:end -->\nafter\n`);
    expect(replaceBetweenMarkers(once, markdown)).toBe(once);
    expect(() => replaceBetweenMarkers("no markers", markdown)).toThrow("lacks <!-- bench:begin -->");
  });
});

describe("results of several runs", () => {
  it("come together case by case where machine and day are the same", () => {
    const again = { ...caseOf("step", "main"), unit: "batch" as const };
    const merged = mergeResults(results, { ...results, cases: [again] });
    expect(merged.cases.map(({ suite, unit }) => [suite, unit])).toEqual([
      ["tiny", "step"],
      ["step", "batch"],
    ]);
    const other = { ...results, machine: { ...machine, cores: 4 }, cases: [again] };
    expect(mergeResults(results, other)).toBe(other);
    expect(mergeResults(undefined, results)).toBe(results);
  });
});

describe("a machine that others use", () => {
  it("is told of", () => {
    expect(busyNote(0.2)).toBeUndefined();
    expect(busyNote(3.14)).toContain("load average 3.1");
  });
});

describe("figures", () => {
  it("are drawn of the suites that were measured, every curve named and every time told", () => {
    expect(figuresOf(results).size).toBe(0);
    const cases = [0, 0.2, 0.5, 0.8].map((rate) => caseOf("rates", `rate ${rate}`, rate));
    const widths = [256, 512].map((width) => caseOf("widths", `width ${width}`, width));
    const figures = figuresOf({ ...results, cases: [...cases, ...widths] });
    expect([...figures.keys()]).toEqual(["step-by-rate.svg", "step-by-width.svg"]);
    for (const svg of figures.values()) {
      expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
      expect(svg.match(/<polyline /g)).toHaveLength(2);
      expect(svg).toContain(">drowse 1.0</text>");
      expect(svg).toContain("6.40 ms");
    }
  });
});
