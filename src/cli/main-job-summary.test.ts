import { describe, expect, it } from "vitest";
import { defaults } from "./defaults.ts";
import type { MainJobEnd, NetworkResult } from "./main-job-events.ts";
import { mainJobSentence, mainJobShortfall, mainJobSummary } from "./main-job-summary.ts";
import { noColours } from "./paint.ts";

const result = (network: NetworkResult["network"], testErrors: number[], trainingError: number): NetworkResult => {
  const testError = testErrors[testErrors.length - 1];
  return {
    network,
    trainingError,
    testError,
    testErrors,
    gap: testError - trainingError,
    skipped: 0.731,
    seconds: 61.5,
    weightsHash: "0",
  };
};

function end(without: number, withDropout: number, changes: Partial<MainJobEnd> = {}): MainJobEnd {
  const networks = [result("without dropout", [0.03, without], 0.0001), result("with dropout", [0.04, withDropout], 0.005)];
  const rest = { data: "mnist", epochs: defaults.mainJobEpochs, testRows: 10_000, measuredRows: 10_000, seconds: 130 };
  return { event: "done", testError: withDropout, networks, ...rest, ...changes };
}

describe("what the main job says", () => {
  it("where dropout wins", () => {
    expect(mainJobSentence(end(0.0162, 0.0131))).toBe(
      "With dropout the network makes 131 mistakes on the 10,000 test images, 31 fewer than without it, although it knows the training images less well (0.50% wrong against 0.01%): it has learned less by heart and more that holds for new images.",
    );
    expect(mainJobShortfall(end(0.0162, 0.0131))).toBeUndefined();
    expect(mainJobShortfall(end(0.017, 0.016)), "1.60% is just enough").toBeUndefined();
  });

  it("where it does not", () => {
    expect(mainJobSentence(end(0.014, 0.014))).toContain("both networks make 140 mistakes: here dropout has not paid off");
    expect(mainJobSentence(end(0.014, 0.015))).toContain("dropout makes 150 mistakes, and without it there are 140");
    expect(mainJobShortfall(end(0.014, 0.014))).toMatch(
      /makes 140 mistakes, and should make fewer than the 140 .*; try another seed$/,
    );
    expect(mainJobShortfall(end(0.018, 0.0161))).toMatch(/: its test error is 1.61%, and should be 1.60% or less; try/);
    expect(mainJobShortfall(end(0.018, 0.0161, { data: "fashion" })), "the target is MNIST's").toBeUndefined();
    expect(mainJobShortfall(end(0.018, 0.02, { epochs: 1 }))).toMatch(/after 1 epoch: .*; .*; train longer: \d+ epochs do$/);
  });

  it.each([60, 80, 120])("on a screen of %i columns no line is broken", (columns) => {
    const lines = mainJobSummary(end(0.0162, 0.0131), { columns, palette: noColours }).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(lines.slice(1, 8)).toEqual([
      "                 without dropout   with dropout",
      "───────────────────────────────────────────────",
      "training error             0.01%          0.50%",
      "test error                 1.62%          1.31%",
      "gap                        1.61%          0.81%",
      "work skipped                 73%            73%",
      "training time             61.5 s         61.5 s",
    ]);
  });
});
