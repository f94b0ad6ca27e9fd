import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FrontLoadedOptions, frontLoadedRates } from "./front-loaded-rates.ts";

const close = (rates: readonly number[]) => rates.map((rate) => expect.closeTo(rate, 12));

describe("frontLoadedRates", () => {
  it("has the profiles of the paper's program: early step, big step and early line at a mean of 0.1 over six layers", () => {
    expect(frontLoadedRates(6, { rate: 0.1 })).toEqual(close([0.2, 0.2, 0.2, 0, 0, 0]));
    expect(frontLoadedRates(6, { rate: 0.1, share: 1 / 3 })).toEqual(close([0.3, 0.3, 0, 0, 0, 0]));
    expect(frontLoadedRates(6, { rate: 0.1, shape: "linear" })).toEqual(close([0.2, 0.16, 0.12, 0.08, 0.04, 0]));
  });

  it("rounds the layers that drop up, and gives one layer the mean", () => {
    expect(frontLoadedRates(5, { rate: 0.3 })).toEqual(close([0.5, 0.5, 0.5, 0, 0]));
    for (const shape of ["step", "linear"] as const) expect(frontLoadedRates(1, { rate: 0.4, shape })).toEqual([0.4]);
    expect(frontLoadedRates(3, { rate: 0.4, share: 1 })).toEqual(close([0.4, 0.4, 0.4]));
    expect(frontLoadedRates(3, { rate: 0 })).toEqual([0, 0, 0]);
  });

  it("keeps the mean, never rises, and stays in [0, 1]", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.constantFrom<Partial<FrontLoadedOptions>>({}, { share: 0.7 }, { share: 1 }, { shape: "linear" }),
        (layers, rate, options) => {
          const rates = frontLoadedRates(layers, { rate, ...options });
          expect(rates).toHaveLength(layers);
          expect(rates.reduce((sum, value) => sum + value, 0) / layers).toBeCloseTo(rate, 12);
          for (const [l, value] of rates.entries()) {
            expect(value >= 0 && value <= 1).toBe(true);
            if (l > 0) expect(value).toBeLessThanOrEqual(rates[l - 1]);
          }
        },
      ),
    );
  });

  it.each<[string, () => unknown]>([
    ["the number of layers is 0; give a whole number", () => frontLoadedRates(0, { rate: 0.1 })],
    ["the number of layers is 2.5", () => frontLoadedRates(2.5, { rate: 0.1 })],
    ["rate is 1.1; give a number from 0 to 1", () => frontLoadedRates(4, { rate: 1.1 })],
    ["rate is undefined", () => frontLoadedRates(4, {} as never)],
    ["the options are 0.1; give an object with rate, share, shape", () => frontLoadedRates(4, 0.1 as never)],
    ["share is 0; give a number above 0", () => frontLoadedRates(4, { rate: 0.1, share: 0 })],
    ['shape is "cosine"; give "step" or "linear"', () => frontLoadedRates(4, { rate: 0.1, shape: "cosine" as "step" })],
    [
      'share is 0.5, and shape is "linear"; leave share out',
      () => frontLoadedRates(4, { rate: 0.1, share: 0.5, shape: "linear" }),
    ],
    ["the first layer's rate would be 1.2; give a lower rate, or a larger share", () => frontLoadedRates(4, { rate: 0.6 })],
    ['unknown option "peak"; the options are rate, share, shape', () => frontLoadedRates(4, { rate: 0.1, peak: 2 } as never)],
  ])("refuses: %s", (message, call) => expect(call).toThrow(`frontLoadedRates: ${message}`));
});
