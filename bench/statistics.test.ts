import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantile, ratioOf, spreadOf, taken } from "./statistics.ts";

describe("quantile", () => {
  it("is the middle, or between the two in the middle", () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ median: 3, lower: 2, upper: 4 });
    expect(spreadOf([7])).toEqual({ median: 7, lower: 7, upper: 7 });
    expect(() => quantile([], 0.5)).toThrow("there are no values");
  });

  it("lies between the least and the most, in order, whatever the order of the values", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e3, noNaN: true }), { minLength: 1 }), (values) => {
        const { lower, median, upper } = spreadOf(values);
        expect(lower).toBeGreaterThanOrEqual(Math.min(...values));
        expect(median).toBeGreaterThanOrEqual(lower);
        expect(upper).toBeGreaterThanOrEqual(median);
        expect(Math.max(...values)).toBeGreaterThanOrEqual(upper);
        expect(spreadOf([...values].reverse())).toEqual({ lower, median, upper });
      }),
    );
  });
});

describe("ratioOf", () => {
  it("compares round by round: what slows a round down for both leaves it alone", () => {
    const ours = [1, 1, 8, 1];
    const theirs = ours.map((time) => 3 * time);
    expect(ratioOf(theirs, ours)).toEqual({ median: 3, lower: 3, upper: 3 });
    // The ratio of the medians of rounds that have nothing to do with each other would be another.
    expect(ratioOf([2, 20, 2], [1, 10, 2]).median).toBe(2);
  });

  it("leaves out the rounds in which one of the two sat out", () => {
    expect(ratioOf([undefined, 6, 9], [1, 2, undefined])).toEqual({ median: 3, lower: 3, upper: 3 });
    expect(taken([undefined, 6, 9])).toEqual([6, 9]);
  });
});
