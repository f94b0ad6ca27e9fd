import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkDistribution, countValues, type Distribution, pointOf, valueAt } from "./space.ts";

const distributions = fc.oneof(
  fc.record({
    kind: fc.constant("float" as const),
    low: fc.double({ min: -5, max: 0, noNaN: true }),
    high: fc.double({ min: 0.1, max: 5, noNaN: true }),
  }),
  fc.constant<Distribution>({ kind: "float", low: 1e-4, high: 1e-1, log: true }),
  fc.constant<Distribution>({ kind: "float", low: 0, high: 0.8, step: 0.1 }),
  fc.record({ kind: fc.constant("int" as const), low: fc.integer({ min: -9, max: 0 }), high: fc.integer({ min: 0, max: 9 }) }),
  fc.record({
    kind: fc.constant("int" as const),
    low: fc.constant(1),
    high: fc.integer({ min: 1, max: 512 }),
    log: fc.constant(true),
  }),
  fc.constant<Distribution>({ kind: "categorical", choices: ["a", 2, true] }),
);

describe("a distribution", () => {
  it("has a value for every point, and a point for every value that stands for it", () => {
    fc.assert(
      fc.property(distributions, fc.double({ min: 0, max: 1, noNaN: true }), (distribution, point) => {
        const value = valueAt(distribution, point);
        if (distribution.kind === "categorical") expect(distribution.choices).toContain(value);
        else {
          expect(value).toBeGreaterThanOrEqual(distribution.low);
          expect(value).toBeLessThanOrEqual(distribution.high);
        }
        const again = valueAt(distribution, pointOf(distribution, value));
        if (typeof value === "number" && countValues(distribution) === undefined) expect(again).toBeCloseTo(value, 9);
        else expect(again).toBe(value);
      }),
    );
  });

  it("gives counted values equal parts, and logarithms equal parts of the interval", () => {
    const tenths: Distribution = { kind: "float", low: 0, high: 0.3, step: 0.1 };
    expect(countValues(tenths)).toBe(4);
    expect([0, 0.24, 0.26, 0.5, 0.76, 1].map((point) => Number(valueAt(tenths, point)).toFixed(1))).toEqual([
      "0.0",
      "0.0",
      "0.1",
      "0.2",
      "0.3",
      "0.3",
    ]);
    expect(valueAt({ kind: "float", low: 1e-4, high: 1, log: true }, 0.5)).toBeCloseTo(0.01, 12);
    expect([0.1, 0.5, 0.9].map((point) => valueAt({ kind: "int", low: 1, high: 3 }, point))).toEqual([1, 2, 3]);
  });

  it.each([
    [{ kind: "float", low: 1, high: 0 }, "give low <= high"],
    [{ kind: "float", low: 0, high: 1, log: true }, "low > 0 with log"],
    [{ kind: "float", low: 0.1, high: 1, log: true, step: 0.1 }, "give log or step, not both"],
    [{ kind: "float", low: 0, high: Number.NaN }, "rate.high is NaN; give a number"],
    [{ kind: "int", low: 0.5, high: 1 }, "give whole numbers"],
    [{ kind: "categorical", choices: [] }, "give at least one choice"],
    [{ kind: "categorical", choices: [1, 1] }, "give each choice once"],
    [{ kind: "uniform", low: 0, high: 1 }, 'give { kind: "float", low, high }'],
    [{ kind: "float", low: 0, high: 1, mean: 1 }, "rate.mean is no setting there is"],
  ])("is not %j", (value, message) => {
    expect(() => checkDistribution("createStudy", "rate", value)).toThrow(message);
  });
});
