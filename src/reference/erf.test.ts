import { describe, expect, it } from "vitest";
import { erfc, normalDensity, normalDistribution } from "./erf.ts";

// From mpmath 1.3 with 30 digits, rounded to double precision: mpmath.erfc(x).
const KNOWN: readonly [x: number, erfc: number][] = [
  [0.1, 0.887537083981715],
  [0.46875, 0.507386526782062],
  [0.5, 0.4795001221869535],
  [1, 0.15729920705028513],
  [1.5, 0.033894853524689274],
  [1.99, 0.004888586800383003],
  [2, 0.004677734981047266],
  [2.5, 0.0004069520174449589],
  [4, 1.541725790028002e-8],
  [7, 4.183825607779414e-23],
  [10, 2.088487583762545e-45],
  [25, 8.300172571196523e-274],
  [-0.5, 1.5204998778130465],
  [-3, 1.9999779095030015],
];

describe("erfc", () => {
  it.each(KNOWN)("of %d has 12 digits of %d", (x, expected) => {
    expect(Math.abs(erfc(x) / expected - 1)).toBeLessThan(1e-12);
  });

  it("is 1 at 0, and adds up to 2 with its mirror image", () => {
    expect(erfc(0)).toBe(1);
    for (let x = 0; x < 6; x += 0.01) expect(erfc(x) + erfc(-x)).toBeCloseTo(2, 14);
  });

  it("makes a distribution whose derivative is the density", () => {
    for (let x = -8; x < 8; x += 0.05) {
      const slope = (normalDistribution(x + 1e-5) - normalDistribution(x - 1e-5)) / 2e-5;
      expect(Math.abs(slope - normalDensity(x))).toBeLessThan(1e-9);
    }
  });
});
