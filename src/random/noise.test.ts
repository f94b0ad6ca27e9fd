import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gaussianNoise } from "../reference/gaussian-dropout.ts";
import { noiseOfRow } from "./noise.ts";

const word = fc.integer({ min: 0, max: 0xffffffff });
const keys = fc.tuple(word, word);
const rates = fc.oneof(fc.constantFrom(0, 0.2, 0.5, 0.9), fc.double({ min: 0, max: 0.999, noNaN: true }));
const deviationOf = (rate: number) => Math.sqrt(rate / (1 - rate));

describe("the noise of a row", () => {
  it("is the twin's to single precision", () => {
    fc.assert(
      fc.property(keys, rates, fc.nat(100), word, word, word, (key, rate, units, row, pass, stream) => {
        const deviation = deviationOf(rate);
        const noise = noiseOfRow(key, deviation, units, { row, pass, stream });
        const expected = gaussianNoise(rate, [row], units, { key, pass, stream });
        for (const [unit, value] of noise.entries()) {
          expect(Math.abs(value - expected[unit])).toBeLessThanOrEqual(2 ** -22 * (1 + deviation));
        }
      }),
    );
  });

  it("is 1 at deviation 0, and moves away from 1 in proportion", () => {
    const place = { row: 3, pass: 1, stream: 0 };
    expect(noiseOfRow([1, 2], 0, 50, place)).toEqual(new Float32Array(50).fill(1));
    const [one, two] = [1, 2].map((deviation) => noiseOfRow([1, 2], deviation, 50, place));
    for (const [unit, value] of one.entries()) expect(two[unit] - 1).toBeCloseTo(2 * (value - 1), 5);
  });

  it("has mean 1 and the variance asked for over 10^6 units, and the moments of a normal distribution", () => {
    const [rows, units, deviation] = [250, 4000, 0.5];
    const sums = [0, 0, 0, 0];
    for (let row = 0; row < rows; row++) {
      for (const value of noiseOfRow([5, 6], deviation, units, { row, pass: 0, stream: 0 })) {
        const z = (value - 1) / deviation;
        for (const power of sums.keys()) sums[power] += z ** (power + 1);
      }
    }
    const count = rows * units;
    // the variance of z^k is E z^2k - (E z^k)^2: 1, 2, 15, 96
    for (const [power, [moment, variance]] of [
      [0, 1],
      [1, 2],
      [0, 15],
      [3, 96],
    ].entries()) {
      expect(Math.abs(sums[power] / count - moment) / Math.sqrt(variance / count), `moment ${power + 1}`).toBeLessThan(4);
    }
  });
});
