import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asynchronousHalving, median, noPruning, rungs, survivors } from "./pruner.ts";
import type { TrialRecord, TrialReports } from "./trial-record.ts";

const told = (number: number, values: readonly number[]): TrialRecord => ({
  ...{ number, state: "complete", value: values.at(-1) ?? 0, parameters: {} },
  reports: values.map((value, step) => [step + 1, value] as const),
});
const reported = (...values: number[]): TrialReports => values.map((value, step) => [step + 1, value] as const);

describe("median", () => {
  const seen = [1, 2, 3, 4, 5].map((value, number) => told(number, [value, value]));
  const prunes = (reports: TrialReports, options = {}, trials = seen) =>
    median(options).prunes({ reports, seen: trials, latest: [] });

  it("gives up what is worse than the median of the others at its step, and nothing that is as good", () => {
    expect([2.9, 3, 3.1].map((value) => prunes(reported(value)))).toEqual([false, false, true]);
    expect([prunes(reported(9, 2)), prunes(reported(2, 9))]).toEqual([false, true]);
    expect(prunes(reported(9, 9, 9))).toBe(false);
  });

  it("waits for trials and for reports", () => {
    expect(prunes(reported(9), {}, seen.slice(1))).toBe(false);
    expect(prunes(reported(9), { startup: 4 }, seen.slice(1))).toBe(true);
    expect(prunes(reported(9), { warmup: 2 })).toBe(false);
    expect(() => median({ startup: 0 })).toThrow("median: startup is 0; give a whole number of at least 1");
  });
});

describe("asynchronousHalving", () => {
  it("lets a trial go on at a rung if it is among the best third of those that came there", () => {
    const latest = [reported(1), reported(2), reported(3), reported(4), reported(5), reported(6)];
    const prunes = (value: number) => asynchronousHalving().prunes({ reports: reported(value), seen: [], latest });
    expect([1, 2, 3, 6].map(prunes)).toEqual([false, false, true, true]);
  });

  it("looks at rungs only, and the first that comes to one goes on", () => {
    const pruner = asynchronousHalving({ reduction: 2 });
    const better = reported(1, 1, 1, 1);
    const at = (...values: number[]) =>
      pruner.prunes({ reports: reported(...values), seen: [], latest: [better, reported(...values)] });
    expect([at(9), at(9, 9), at(9, 9, 9), at(9, 9, 9, 9)]).toEqual([true, true, false, true]);
    expect(pruner.prunes({ reports: reported(9), seen: [], latest: [reported(9)] })).toBe(false);
    expect(pruner.dependsOnOrder).toBe(true);
    expect(() => asynchronousHalving({ reduction: 1 })).toThrow(
      "asynchronousHalving: reduction is 1; give a whole number of at least 2",
    );
  });
});

describe("synchronous halving", () => {
  it("has rungs from the first to all steps", () => {
    expect(rungs(5)).toEqual([1, 3, 5]);
    expect(rungs(9)).toEqual([1, 3, 9]);
    expect(rungs(1)).toEqual([1]);
    expect(rungs(8, { reduction: 2, minimum: 2 })).toEqual([2, 4, 8]);
  });

  it("keeps the best share, at least one, whatever their order", () => {
    expect(survivors([5, 1, 3, 1, 9, 2])).toEqual([1, 3]);
    expect(survivors([Number.POSITIVE_INFINITY])).toEqual([0]);
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 2, max: 5 }),
        (values, reduction) => {
          const kept = survivors(values, { reduction });
          expect(kept).toHaveLength(Math.ceil(values.length / reduction));
          const worst = Math.max(...kept.map((place) => values[place]));
          expect(values.filter((value, place) => value < worst && !kept.includes(place))).toEqual([]);
        },
      ),
    );
  });
});

it("without pruning nothing is given up", () => {
  expect(noPruning().prunes({ reports: reported(1e9), seen: [], latest: [] })).toBe(false);
});
