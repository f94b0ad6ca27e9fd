import { describe, expect, it } from "vitest";
import { noColours } from "./paint.ts";
import type { SweepEnd, SweepStart } from "./sweep-events.ts";
import { textSweepReport } from "./sweep-report.ts";

// What stands on the screen when a sweep is over.

const parameters = {
  "dropout.1": 0.37,
  "dropout.2": 0.125,
  learningRate: 0.00213,
  hidden: "128-128",
  dropoutKind: "gaussianDropout",
};
const start = {
  ...{ event: "start", data: "pima-indians-diabetes.csv", dataHash: "5d", workers: 2, out: "runs/sweep-1" },
  task: { kind: "classification", classes: ["no", "yes"], rows: new Uint32Array(768), target: "diabetes" },
  known: { trials: 0, folds: 0 },
  request: {
    ...{ trials: 40, pruning: "median", objective: "loss", seed: 1, lag: 8, fixed: {} },
    ...{ sampler: { name: "tpe", looks: true }, resampling: { folds: 5, repeats: 1 } },
    space: Object.fromEntries(Object.keys(parameters).map((name) => [name, {}])),
  },
} as unknown as SweepStart;
const trial = { value: 0.47121, standardError: 0.0123, parameters, configuration: {}, weightsHash: "ab" };
const end = {
  ...{ event: "done", trials: 40, complete: 22, pruned: 18, failed: 0, out: "runs/sweep-1", seconds: 51.2 },
  ...{ best: { trial: 17, ...trial }, simplest: { trial: 4, ...trial } },
  withoutDropout: { mean: -0.012, low: -0.03, high: 0.006 },
  importances: Object.keys(parameters).map((name) => ({ name, share: 0.2 })),
  model: { epochs: 31, weightsHash: "0123456789abcdef" },
} as unknown as SweepEnd;

function told(columns: number, isLive: boolean): string[] {
  let text = "";
  const write = (more: string) => {
    text += more;
  };
  const terminal = { write, writeError: write, isLive, isClosed: false, columns, palette: noColours };
  const report = textSweepReport(terminal);
  report.start(start);
  text = "";
  report.end(end);
  return text.trimEnd().split("\n");
}

describe("a sweep on a screen", () => {
  it("has its live line below each trial that is told, however soon after the last change", () => {
    const pieces: string[] = [];
    const write = (text: string) => void pieces.push(text);
    const report = textSweepReport({ write, writeError: write, isLive: true, isClosed: false, columns: 80, palette: noColours });
    report.start(start);
    for (let number = 0; number < 3; number++) {
      report.hear({ event: "begin", trial: number, parameters });
      const done = { number, state: "complete", value: 0.5 - number / 100, standardError: 0.01, parameters, seconds: 1 };
      report.hear({ event: "trial", ...done } as unknown as Parameters<typeof report.hear>[0]);
      expect(pieces.at(-1)).toContain(`${number + 1}/40 trials`);
      const told = pieces.findLast((piece) => piece.startsWith("trial"));
      expect(told).toMatch(/^trial +\d +complete +0\.\d{4} ± 0\.0100 +1\.00 s +best so far\n$/);
    }
  });
});

describe("the end of a sweep", () => {
  it.each([40, 60, 80, 100])("fits a screen of %d columns, between words", (columns) => {
    const lines = told(columns, true);
    expect(lines.filter((line) => line.length >= columns)).toEqual([]);
    expect(lines.join(" ").replaceAll(/\s+/g, " ")).toContain("beside the same network with nothing asleep, on folds that");
  });

  it("has the table on end where it is too wide, with the same cells", () => {
    const cells = (lines: string[]) =>
      lines.slice(2, lines.indexOf("", 2)).flatMap((line) => line.split(/ {2,}|─+/).filter(Boolean));
    const [narrow, wide] = [cells(told(60, true)), cells(told(300, true))];
    expect(narrow.toSorted()).toEqual(wide.toSorted());
    expect(narrow).not.toEqual(wide);
    expect(wide).toContain("0.4712 ± 0.0123");
  });

  it("is a line each where nobody looks", () => {
    const lines = told(40, false);
    expect(lines).toContain(
      "the best, trained on all rows for 31 epochs: runs/sweep-1/model.safetensors, weights 0123456789abcdef",
    );
  });
});
