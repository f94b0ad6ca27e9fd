import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalQuantile, unitInterval } from "./normal.ts";

describe("the normal quantile", () => {
  // to 50 digits, from the complementary error function
  it.each([
    [0.975, 1.95996398454005386],
    [0.25, -0.674489750196081743],
    [0.6, 0.253347103135799741],
    [0.9, 1.28155156554460059],
    [0.99, 2.32634787404084077],
    [0.999, 3.09023230616781328],
    [0.001, -3.09023230616781354],
    [0.075, -1.43953147093845593],
    [0.0749, -1.44023826752796366],
    [1e-5, -4.26489079392282461],
    [1e-10, -6.3613409024040562],
    [1e-20, -9.26234008979840758],
    [1e-100, -21.2734535609653243],
    [2 ** -33, -6.33795775455378925],
    [1 - 2 ** -33, 6.33795775455378925],
    [0.5 + 2 ** -40, 2.27976513509111146e-12],
  ])("of %d is %d", (probability, quantile) => {
    expect(Math.abs(normalQuantile(probability) / quantile - 1)).toBeLessThan(1e-14);
  });

  it("is 0 in the middle, and the same on both sides of it", () => {
    expect(normalQuantile(0.5)).toBe(0);
    fc.assert(
      // 1 - probability is exact for multiples of 2^-53
      fc.property(fc.integer({ min: 1, max: 2 ** 52 }), (n) => {
        expect(normalQuantile(1 - n / 2 ** 53)).toBe(0 - normalQuantile(n / 2 ** 53));
      }),
    );
  });

  it("never falls while the probability rises, over the seams of its three parts as well", () => {
    const probability = fc.oneof(
      fc.double({ min: 1e-300, max: 1, maxExcluded: true, noNaN: true }),
      fc
        .constantFrom(0.075, 0.925, Math.exp(-25))
        .chain((seam) => fc.double({ min: seam * 0.999, max: seam * 1.001, noNaN: true })),
    );
    fc.assert(
      fc.property(probability, fc.double({ min: 1e-12, max: 1e-3, noNaN: true }), (p, step) => {
        fc.pre(p * (1 + step) < 1);
        expect(normalQuantile(p * (1 + step))).toBeGreaterThanOrEqual(normalQuantile(p));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the unit interval", () => {
  it("has a place for every word, in the middle of its share, never at an end", () => {
    expect(unitInterval(0)).toBe(2 ** -33);
    expect(unitInterval(0xffffffff)).toBe(1 - 2 ** -33);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (word) => {
        expect(unitInterval(word) * 2 ** 32).toBe(word + 0.5);
      }),
    );
  });
});
