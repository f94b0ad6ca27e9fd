import { describe, expect, it } from "vitest";
import { pairedDifference, standardError } from "./paired.ts";

describe("pairedDifference", () => {
  it("is the corrected interval of Nadeau and Bengio", () => {
    // By scipy: differences 0.1, 0.3, 0.2, 0.4, 0.0; mean 0.2, variance 0.025, t(4) 2.776.
    const { mean, low, high } = pairedDifference([1.1, 1.3, 1.2, 1.4, 1], [1, 1, 1, 1, 1], 0.25);
    expect(mean).toBeCloseTo(0.2, 12);
    expect(high - mean).toBeCloseTo(2.776 * Math.sqrt((1 / 5 + 1 / 4) * 0.025), 9);
    expect(mean - low).toBeCloseTo(high - mean, 12);
  });

  it("has Student's quantiles for many folds too", () => {
    const ours = Array.from({ length: 41 }, (_, i) => i % 2);
    const { mean, high } = pairedDifference(
      ours,
      ours.map(() => 0),
      0,
    );
    const variance = ours.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 40;
    // scipy.stats.t.ppf(0.975, 40)
    expect((high - mean) / Math.sqrt(variance / 41)).toBeCloseTo(2.0210753829953374, 4);
  });

  it("refuses what is no pairs", () => {
    expect(() => pairedDifference([1], [1], 0)).toThrow("pairedDifference: there are 1 and 1 numbers; give at least two pairs");
    expect(() => pairedDifference([1, 2], [1], 0)).toThrow("there are 2 and 1 numbers");
  });
});

it("a standard error is that of the mean", () => {
  expect(standardError([1, 2, 3, 4])).toBeCloseTo(Math.sqrt(5 / 3 / 4), 12);
  expect(standardError([1])).toBeUndefined();
});
