import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as twin from "../../reference/dropout.ts";
import { dropout, isPlainDropout, predictionScale, trainingScale } from "./dropout.ts";
import { isDropout } from "./dropout-layer.ts";
import { resolveRate } from "./rate.ts";

const rates = fc.double({ min: 0, max: 1, noNaN: true });

describe("the rate of a dropout layer", () => {
  it("is the one given, or 1 - keep", () => {
    fc.assert(
      fc.property(rates, (value) => {
        expect(dropout({ rate: value }).rate).toBe(value);
        expect(dropout({ keep: value }).rate).toBe(1 - value);
      }),
    );
  });

  it("is refused outside [0, 1]", () => {
    const outside = fc.double().filter((value) => !(value >= 0 && value <= 1));
    fc.assert(
      fc.property(outside, (value) => {
        expect(() => resolveRate("test", { rate: value })).toThrow(`test: rate is ${value}; give a number from 0`);
        expect(() => resolveRate("test", { keep: value })).toThrow(`test: keep is ${value}; give a number from 0`);
      }),
    );
  });
});

describe("the factors of a dropout layer", () => {
  it("are the twin's", () => {
    fc.assert(
      fc.property(
        fc.oneof(rates, fc.constantFrom(0, 0.5, 1)),
        fc.constantFrom("inverted" as const, "standard" as const),
        (rate, scaling) => {
          // at rate 1 nothing is kept, whatever its factor is
          if (rate < 1) expect(trainingScale(rate, scaling)).toBe(twin.trainingScale(rate, scaling));
          expect(predictionScale(rate, scaling)).toBe(twin.predictionScale(rate, scaling));
        },
      ),
    );
    expect(trainingScale(1, "inverted")).toBe(0);
  });

  it("make it the identity in training at rate 0, and in prediction when inverted", () => {
    fc.assert(
      fc.property(rates, (rate) => {
        const [inverted, standard] = (["inverted", "standard"] as const).map((scaling) => dropout({ rate, scaling }));
        expect([inverted.isIdentity(true), standard.isIdentity(true)]).toEqual([rate === 0, rate === 0]);
        expect([inverted.isIdentity(false), standard.isIdentity(false)]).toEqual([true, 1 - rate === 1]);
      }),
    );
  });
});

describe("a dropout layer", () => {
  it("keeps the shape and has no parameters", () => {
    const layer = dropout({ rate: 0.5, name: "asleep" });
    expect([isDropout(layer), isPlainDropout(layer)]).toEqual([true, true]);
    expect(layer.outputShape([28, 28], "asleep")).toEqual([28, 28]);
    expect(layer.parameters([28, 28], "asleep")).toEqual([]);
    expect(layer).toMatchObject({ name: "asleep", config: { rate: 0.5, scaling: "inverted" } });
  });
});
