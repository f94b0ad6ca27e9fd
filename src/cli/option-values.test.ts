import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classWeights, decimal, hiddenLayers, metricNames, orNone, rate, rowRanges, wholeNumber } from "./option-values.ts";
import { UsageError } from "./usage-error.ts";

describe("wholeNumber", () => {
  const read = wholeNumber("--threads", 1, 64);
  it("reads the whole numbers of its range and refuses all others", () => {
    fc.assert(
      fc.property(fc.integer({ min: -200, max: 200 }), (value) => {
        if (value >= 1 && value <= 64) expect(read(String(value))).toBe(value);
        else expect(() => read(String(value))).toThrow(UsageError);
      }),
    );
  });
  it.each(["", " 1", "1 ", "1.0", "1e1", "0x10", "+1", "NaN", "Infinity", "1,2"])("refuses %j", (text) => {
    expect(() => read(text)).toThrow(`drowse: --threads is ${JSON.stringify(text)}; give a whole number from 1 to 64`);
  });
  it("reads the largest seed to the last digit", () => {
    expect(wholeNumber("--seed", 0, Number.MAX_SAFE_INTEGER)("9007199254740991")).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => wholeNumber("--seed", 0, Number.MAX_SAFE_INTEGER)("9007199254740992")).toThrow(UsageError);
  });
});

describe("decimal and rate", () => {
  it("read every number as JavaScript writes it", () => {
    const read = decimal("--weight-decay", () => true, "");
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(read(String(value))).toBe(value + 0);
      }),
    );
  });
  it.each([
    ["0", 0],
    ["1", 1],
    [".5", 0.5],
    ["0.2", 0.2],
    ["5e-1", 0.5],
  ])("rate reads %j", (text, value) => {
    expect(rate("--dropout")(text)).toBe(value);
  });
  it.each(["-0.1", "1.0001", "1e400", "NaN", "", "half", "50%", "0.5 ", "0,5"])("rate refuses %j", (text) => {
    expect(() => rate("--dropout")(text)).toThrow(/^drowse: --dropout is ".*"; give a number from 0 \(drop nothing\) to 1/);
  });
  it("none stays a word where it may stand for no value", () => {
    const read = orNone(decimal("--max-norm", (value) => value > 0, "give a number above 0, or none"));
    expect([read("none"), read("3")]).toEqual(["none", 3]);
    expect(() => read("0")).toThrow("give a number above 0, or none");
  });
});

describe("hiddenLayers", () => {
  const read = hiddenLayers("--hidden");
  it("reads what is joined by commas, and none", () => {
    const layers = fc.array(fc.integer({ min: 1, max: 65_536 }), { minLength: 1, maxLength: 64 });
    fc.assert(
      fc.property(layers, (units) => {
        expect(read(units.join(","))).toEqual(units);
      }),
    );
    expect(read("none")).toEqual([]);
  });
  it.each(["", ",", "5,", "5,,6", "0", "65537", "5, 6", "-5", Array(65).fill(1).join(",")])("refuses %j", (text) => {
    expect(() => read(text)).toThrow(UsageError);
  });
});

describe("rowRanges", () => {
  const read = rowRanges("--rows");
  it("reads single rows and ranges, in their order", () => {
    expect(read("0-9,20,30-30")).toEqual([
      [0, 9],
      [20, 20],
      [30, 30],
    ]);
  });
  it.each(["", "9-0", "-1", "1-", "a", "1..3", "1,", "1 - 2"])("refuses %j", (text) => {
    expect(() => read(text)).toThrow("give numbers of rows, counted from 0");
  });
});

describe("classWeights and metricNames", () => {
  it("read words and lists", () => {
    expect(classWeights("--class-weights")("balanced")).toBe("balanced");
    expect(classWeights("--class-weights")("1,0,2.5")).toEqual([1, 0, 2.5]);
    expect(metricNames("--metrics")("auroc,top10Accuracy")).toEqual(["auroc", "top10Accuracy"]);
  });
  it.each(["", "even", "1,", "1,-1", "1,NaN", "1;2"])("weights refuse %j", (text) => {
    expect(() => classWeights("--class-weights")(text)).toThrow("give balanced, or a number of at least 0 for each class");
  });
  it.each(["", "auroc,", "AUROC", "rmse", "top0Accuracy", "topAccuracy", "f1,f1"])("metrics refuse %j", (text) => {
    expect(() => metricNames("--metrics")(text)).toThrow("give one or more of accuracy, precision");
  });
});
