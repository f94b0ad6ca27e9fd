import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dataNames } from "../data/data-set.ts";
import { readAddress, writeAddress } from "./address.ts";
import { fitted } from "./fitting.ts";
import { presetOf, presets } from "./presets.ts";
import {
  activationNames,
  kindNames,
  leftNames,
  optimizerNames,
  type Settings,
  scalingNames,
  scheduleNames,
  standardSettings,
} from "./settings.ts";

const share = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
const any: fc.Arbitrary<Settings> = fc.record({
  data: fc.constantFrom(...dataNames),
  noise: share.map((value) => value / 2),
  points: fc.integer({ min: 8, max: 60_000 }),
  hidden: fc.array(fc.integer({ min: 1, max: 128 }), { minLength: 1, maxLength: 4 }),
  activation: fc.constantFrom(...activationNames),
  rate: share,
  rates: fc.array(share, { maxLength: 4 }),
  inputRate: share,
  kind: fc.constantFrom(...kindNames),
  scaling: fc.constantFrom(...scalingNames),
  left: fc.constantFrom(...leftNames),
  schedule: fc.constantFrom(...scheduleNames),
  span: fc.integer({ min: 1, max: 5000 }),
  optimizer: fc.constantFrom(...optimizerNames),
  learningRate: fc.constantFrom(0.0001, 0.0003, 0.1, 1, 10),
  maxNorm: fc.constantFrom(0, 1.5, 10),
  batch: fc.integer({ min: 1, max: 256 }),
  seed: fc.integer({ min: 0, max: 999_999 }),
});
/** Settings that go together. */
const anySettings = any.map((settings) => fitted(settings).settings);

describe("settings that do not go together", () => {
  it("are changed until they do, once", () => {
    fc.assert(
      fc.property(any, (settings) => {
        const { settings: now, says } = fitted(settings);
        expect(fitted(now)).toEqual({ settings: now, says: [] });
        if (says.length === 0) expect(now).toEqual(settings);
      }),
    );
  });
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
    ["#points=1000000", "points cannot be “1000000”: it is a whole number from 8 to 60000"],
    ["#points=5000", "data=spiral has at most 1,000 points to learn from, not 5,000"],
    ["#rates=0.2", "rates has 1 numbers, and there are 2 hidden layers"],
    ["#rates=0.2,x", "rates cannot be “0.2,x”: it is a number from 0 to 1 for each hidden layer"],
    ["#schedule=never", "schedule cannot be “never”: it is constant, early"],
    ["#toString=1", "there is no setting “toString”"],
    ["#__proto__=1", "there is no setting “__proto__”"],
  ])("complains of %s, and keeps the standard", (address, complaint) => {
    const read = readAddress(address);
    expect(read.complaints).toEqual([expect.stringContaining(complaint)]);
    expect(read.settings).toEqual(standardSettings);
  });
});

describe("an address that is nothing but wrong", () => {
  it("is complained of once for each mistake, in few words", () => {
    const { complaints, settings } = readAddress(`#${"a=1&".repeat(3000)}rate=${"9".repeat(5000)}&${"b".repeat(5000)}=1`);
    expect(settings).toEqual(standardSettings);
    expect(complaints).toHaveLength(3);
    expect(complaints.join("").length).toBeLessThan(300);
  });
});

describe("an address whose settings do not go together", () => {
  it.each([
    ["#rate=1&kind=gaussian", "kind=gaussian takes rates below 1, not 1", { rate: 0.95, kind: "gaussian" }],
    ["#inputRate=1&kind=gaussian", "kind=gaussian takes an inputRate below 1, not 1", { inputRate: 0.95, kind: "gaussian" }],
    ["#kind=alpha", "kind=alpha goes with the activation selu, not with relu", { kind: "alpha", activation: "selu" }],
    ["#kind=standout&activation=elu", "not with elu", { kind: "standout" }],
    ["#kind=variational&rates=0.3,0.9", "at most 0.5, to begin with, not 0.9", { kind: "variational", rates: [0.3, 0.5] }],
    ["#kind=concrete&rate=0", "above 0 and below 1, to begin with, not 0", { kind: "concrete", rate: 0.05 }],
    ["#left=otherScaling&kind=gaussian", "not for kind=gaussian", { kind: "gaussian" }],
    ["#kind=concrete&schedule=late", "learns its rates", { kind: "concrete" }],
    ["#schedule=frontLoaded&rate=0.9", "which is at most 0.66 then, not 0.9", { schedule: "frontLoaded", rate: 0.66 }],
    ["#data=digits&points=2000", "data=digits has at most 1,500 points", { data: "digits" }],
  ] as const)("complains of %s, and changes one", (address, complaint, changes) => {
    const read = readAddress(address);
    expect(read.complaints).toEqual([expect.stringContaining(complaint)]);
    expect(read.settings).toEqual({ ...standardSettings, ...changes });
  });

  it("was none of these while there were fewer settings: old ones lead where they led", () => {
    const old = "#data=moons&points=40&hidden=9-4&activation=tanh&rate=0.97&inputRate=0.2&kind=gaussian&optimizer=momentum";
    const { settings, complaints } = readAddress(old);
    expect(complaints).toEqual([]);
    expect(settings).toMatchObject({ rate: 0.97, rates: [], schedule: "constant", kind: "gaussian" });
    expect(writeAddress(settings)).toBe(old);
  });

  it("has the rates of layers as they are read", () => {
    const { settings } = readAddress("#rates=0.2,0.5");
    expect(settings.rates).toEqual([0.2, 0.5]);
    expect(writeAddress(settings)).toBe("#rates=0.2,0.5");
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
