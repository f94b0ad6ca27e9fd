import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dropout, dropoutMask, predictionScale, type Scaling, trainingScale } from "./dropout.ts";

const word = fc.integer({ min: 0, max: 0xffffffff });
const keys = fc.record({ key: fc.tuple(word, word), stream: word, pass: word });
const rates = fc.oneof(fc.constantFrom(0, 0.2, 0.5, 0.9, 1), fc.double({ min: 0, max: 1, noNaN: true }));
const scalings = fc.constantFrom<Scaling>("inverted", "standard");

describe("dropout", () => {
  it("gives each unit its value times scale, or 0, as its mask says", () => {
    fc.assert(
      fc.property(rates, scalings, keys, fc.array(fc.double()), (rate, scaling, k, x) => {
        const mask = dropoutMask(rate, [3], x.length, k);
        const scale = trainingScale(rate, scaling);
        dropout(x, mask, scale).forEach((y, i) => {
          expect([0, 1]).toContain(mask[i]);
          expect(y).toBe(mask[i] ? x[i] * scale : 0);
        });
      }),
    );
  });

  it("at rate 0 keeps all, at rate 1 none", () => {
    fc.assert(
      fc.property(keys, fc.nat(40), (k, units) => {
        expect(dropoutMask(0, [1, 2], units, k)).toEqual(new Float64Array(2 * units).fill(1));
        expect(dropoutMask(1, [1, 2], units, k)).toEqual(new Float64Array(2 * units));
      }),
    );
  });

  it("makes a row's mask from its index in the data set: not from its place in the batch, nor from the width", () => {
    fc.assert(
      fc.property(keys, rates, fc.array(word, { maxLength: 5 }), fc.nat(20), fc.nat(20), (k, rate, indices, N, more) => {
        const batch = dropoutMask(rate, indices, N, k);
        indices.forEach((index, b) => {
          expect(batch.slice(b * N, (b + 1) * N)).toEqual(dropoutMask(rate, [index], N + more, k).slice(0, N));
        });
      }),
    );
  });

  it("drops more units at a higher rate, and never takes one back", () => {
    fc.assert(
      fc.property(keys, rates, rates, (k, a, b) => {
        const low = dropoutMask(Math.min(a, b), [5], 64, k);
        const high = dropoutMask(Math.max(a, b), [5], 64, k);
        expect(high.every((kept, unit) => kept <= low[unit])).toBe(true);
      }),
    );
  });

  it("gives the same expectation in training as in prediction, at any rate below 1, under both scalings", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.99, noNaN: true }), scalings, (rate, scaling) => {
        expect((1 - rate) * trainingScale(rate, scaling)).toBeCloseTo(predictionScale(rate, scaling), 12);
      }),
    );
  });

  it("at rate 1 has finite factors", () => {
    expect(trainingScale(1, "inverted")).toBe(0);
    expect(predictionScale(1, "standard")).toBe(0);
  });
});
