import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dropoutMask } from "../reference/dropout.ts";
import { dropoutParameters, dropThreshold, maskOfRow } from "./mask.ts";

const word = fc.integer({ min: 0, max: 0xffffffff });
const keys = fc.tuple(word, word);
const rates = fc.oneof(fc.constantFrom(0, 0.2, 0.5, 0.9, 1, 2 ** -33, 1 - 2 ** -33), fc.double({ min: 0, max: 1, noNaN: true }));

describe("the mask of a row", () => {
  it("is the twin's", () => {
    fc.assert(
      fc.property(keys, rates, fc.nat(100), word, word, word, (key, rate, units, row, pass, stream) => {
        const expected = Uint8Array.from(dropoutMask(rate, [row], units, { key, pass, stream }));
        expect(maskOfRow(key, rate, units, { row, pass, stream })).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it("of fewer units is the beginning of the mask of more", () => {
    fc.assert(
      fc.property(keys, fc.nat(60), fc.nat(60), word, (key, units, more, row) => {
        const place = { row, pass: 1, stream: 0 };
        expect(maskOfRow(key, 0.5, units + more, place).slice(0, units)).toEqual(maskOfRow(key, 0.5, units, place));
      }),
    );
  });

  it("changes with key, row, pass and stream", () => {
    const masks = [
      maskOfRow([1, 2], 0.5, 100, { row: 3, pass: 4, stream: 0 }),
      maskOfRow([2, 2], 0.5, 100, { row: 3, pass: 4, stream: 0 }),
      maskOfRow([1, 3], 0.5, 100, { row: 3, pass: 4, stream: 0 }),
      maskOfRow([1, 2], 0.5, 100, { row: 4, pass: 4, stream: 0 }),
      maskOfRow([1, 2], 0.5, 100, { row: 3, pass: 5, stream: 0 }),
      maskOfRow([1, 2], 0.5, 100, { row: 3, pass: 4, stream: 1 }),
    ];
    expect(new Set(masks.map((mask) => mask.join(""))).size).toBe(6);
  });

  it("drops only more units at a higher rate", () => {
    fc.assert(
      fc.property(keys, rates, rates, word, (key, a, b, row) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((rate) => maskOfRow(key, rate, 64, { row, pass: 0, stream: 0 }));
        expect(high.every((awake, unit) => awake <= low[unit])).toBe(true);
      }),
    );
  });
});

describe("a dropout layer's parameters in a step's record", () => {
  it("have the threshold round(rate 2^32), and nobody awake where that has no word", () => {
    fc.assert(
      fc.property(rates, fc.double({ min: 0, max: 10, noNaN: true }), (rate, scale) => {
        const threshold = Math.round(rate * 2 ** 32);
        expect(dropThreshold(rate)).toBe(threshold);
        const all = threshold === 2 ** 32;
        expect(dropoutParameters(rate, scale)).toEqual(
          all ? { threshold: 0, awake: 0, scale: 0 } : { threshold, awake: -1, scale },
        );
      }),
    );
  });
});
