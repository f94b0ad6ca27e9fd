import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sumLosses } from "./loss.ts";
import { meanSquaredError } from "./mean-squared-error.ts";
import { logSumExp, softmax } from "./softmax.ts";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";

const logits = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 9 });

describe("softmax", () => {
  it("gives probabilities that sum to 1 and do not change when all logits shift", () => {
    fc.assert(
      fc.property(logits, fc.double({ min: -1e4, max: 1e4, noNaN: true }), (z, shift) => {
        const probabilities = softmax(z, 1, z.length);
        expect(probabilities.every((p) => p >= 0 && p <= 1)).toBe(true);
        expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
        const shifted = z.map((value) => value + shift);
        const differences = softmax(shifted, 1, z.length).map((p, n) => Math.abs(p - probabilities[n]));
        expect(Math.max(...differences)).toBeLessThan(1e-9);
      }),
    );
  });

  it("is exp(z) / sum exp(z) by hand", () => {
    expect([...softmax([0, Math.log(3), Math.log(4), 5, 5, 5], 2, 3)].map((p) => p.toFixed(12))).toEqual(
      [1 / 8, 3 / 8, 4 / 8, 1 / 3, 1 / 3, 1 / 3].map((p) => p.toFixed(12)),
    );
    expect(logSumExp([0, Math.log(3), Math.log(4)])).toBeCloseTo(Math.log(8), 12);
  });
});

describe("cross-entropy", () => {
  it("is -log of the target's probability, and its gradient sums to 0 in each row", () => {
    fc.assert(
      fc.property(logits, fc.nat(), (z, pick) => {
        const target = pick % z.length;
        const { losses, gradient } = softmaxCrossEntropy(z, [target], z.length);
        expect(losses[0]).toBeCloseTo(-Math.log(softmax(z, 1, z.length)[target]), 9);
        expect(gradient.reduce((sum, d) => sum + d, 0)).toBeCloseTo(0, 12);
      }),
    );
  });

  it("is finite at logits of +-1e4", () => {
    const result = softmaxCrossEntropy([1e4, -1e4, 1e4, -1e4], [0, 1], 2);
    expect([...result.losses]).toEqual([0, 2e4]);
    expect([...result.gradient]).toEqual([0, 0, 0.5, -0.5]);
    expect(sumLosses(result)).toEqual({ loss: 2e4, correct: 1 });
  });
});

describe("mean squared error", () => {
  it("is the mean over outputs, its gradient that of the mean over rows too", () => {
    const result = meanSquaredError([1, 2, 3, 4], [0, 2, 5, 4], 2, 2);
    expect([...result.losses]).toEqual([0.5, 2]);
    expect([...result.gradient]).toEqual([0.5, 0, -1, 0]);
    expect(sumLosses(result)).toEqual({ loss: 2.5, correct: 0 });
  });
});
