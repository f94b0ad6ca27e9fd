import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dataNames, OWN } from "../data/data-set.ts";
import { readAddress, writeAddress } from "./address.ts";
import { presetOf, presets } from "./presets.ts";
import { activationNames, kindNames, optimizerNames, type Settings, scalingNames, standardSettings } from "./settings.ts";

const share = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
const anySettings: fc.Arbitrary<Settings> = fc.record({
  data: fc.constantFrom(...dataNames, OWN),
  noise: share.map((value) => value / 2),
  points: fc.integer({ min: 8, max: 1000 }),
  hidden: fc.array(fc.integer({ min: 1, max: 128 }), { minLength: 1, maxLength: 4 }),
  activation: fc.constantFrom(...activationNames),
  rate: share,
  inputRate: share,
  kind: fc.constantFrom(...kindNames),
  scaling: fc.constantFrom(...scalingNames),
  optimizer: fc.constantFrom(...optimizerNames),
  learningRate: fc.constantFrom(0.0001, 0.0003, 0.1, 1, 10),
  maxNorm: fc.constantFrom(0, 1.5, 10),
  batch: fc.integer({ min: 1, max: 256 }),
  seed: fc.integer({ min: 0, max: 999_999 }),
});

describe("the address", () => {
  it("gives back the settings that were written to it", () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        expect(readAddress(writeAddress(settings))).toEqual({ settings, complaints: [] });
      }),
    );
  });

  it("is empty where nothing was changed", () => {
    expect(writeAddress(standardSettings)).toBe("");
    expect(readAddress("")).toEqual({ settings: standardSettings, complaints: [] });
  });

  it("takes any text, and complains of what it does not know", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { settings, complaints } = readAddress(text);
        if (complaints.length === 0) expect(readAddress(writeAddress(settings)).settings).toEqual(settings);
      }),
    );
  });

  it.each([
    ["#rate=7", "rate cannot be “7”: it is a number from 0 to 1"],
    ["#rate=-1", "rate cannot be “-1”"],
    ["#rate=", "rate cannot be “”"],
    ["#rate=NaN", "rate cannot be “NaN”"],
    ["#seed=1.5", "seed cannot be “1.5”: it is a whole number"],
    ["#hidden=32-0", "hidden cannot be “32-0”: it is 1 to 4 layers of 1 to 128 units"],
    ["#hidden=9-9-9-9-9", "hidden cannot be"],
    ["#hidden=1000000", "hidden cannot be"],
    ["#data=constructor", "data cannot be “constructor”: it is spiral, circles"],
    ["#toString=1", "there is no setting “toString”"],
    ["#__proto__=1", "there is no setting “__proto__”"],
  ])("complains of %s, and keeps the standard", (address, complaint) => {
    const read = readAddress(address);
    expect(read.complaints).toEqual([expect.stringContaining(complaint)]);
    expect(read.settings).toEqual(standardSettings);
  });
});

describe("the presets", () => {
  it("are settings that the address knows, each its own", () => {
    for (const one of presets) {
      expect(readAddress(writeAddress(one.settings))).toEqual({ settings: one.settings, complaints: [] });
      expect(presetOf(one.settings)).toBe(one);
    }
    expect(presetOf({ ...standardSettings, seed: 77 })).toBeUndefined();
  });
});
