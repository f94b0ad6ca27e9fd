import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linearTicks, logTicks } from "./ticks.ts";

const texts = (ticks: readonly { text: string }[]) => ticks.map(({ text }) => text);

describe("ticks", () => {
  it("are round numbers", () => {
    expect(texts(linearTicks(0, 0.8, 5))).toEqual(["0.0", "0.2", "0.4", "0.6", "0.8"]);
    expect(texts(linearTicks(0, 0.5, 5))).toEqual(["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"]);
    expect(texts(linearTicks(0.4637, 0.5121, 5))).toEqual(["0.47", "0.48", "0.49", "0.50", "0.51"]);
    expect(texts(linearTicks(-3, 1200, 5))).toEqual(["0", "250", "500", "750", "1000"]);
    expect(texts(logTicks(0.0003, 0.03, 5))).toEqual(["0.0003", "0.001", "0.003", "0.01", "0.03"]);
    expect(texts(logTicks(1, 10_000, 5))).toEqual(["1", "10", "100", "1000", "10000"]);
    expect(texts(logTicks(1, 10, 5))).toEqual(["1", "2", "3", "5", "7", "10"]);
  });

  it("lie on the axis, ascend, are neither few nor many, and each text is its number", () => {
    const ends = fc.tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-6, max: 1e6, noNaN: true }));
    fc.assert(
      fc.property(ends, ([low, span]) => {
        const ticks = linearTicks(low, low + span, 5);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(7);
        for (const [place, { value, text }] of ticks.entries()) {
          expect(Number(text)).toBe(value);
          expect(value).toBeGreaterThanOrEqual(low - span * 1e-6);
          expect(value).toBeLessThanOrEqual(low + span * (1 + 1e-6));
          if (place > 0) expect(value).toBeGreaterThan(ticks[place - 1].value);
        }
      }),
      { seed: 5 },
    );
    const positive = fc.tuple(fc.double({ min: 1e-9, max: 1e6, noNaN: true }), fc.double({ min: 1.5, max: 1e6, noNaN: true }));
    fc.assert(
      fc.property(positive, ([low, factor]) => {
        const ticks = logTicks(low, low * factor, 4);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(16);
        for (const { value } of ticks) {
          expect(value).toBeGreaterThanOrEqual(low * (1 - 1e-6));
          expect(value).toBeLessThanOrEqual(low * factor * (1 + 1e-6));
        }
      }),
      { seed: 5 },
    );
  });
});
