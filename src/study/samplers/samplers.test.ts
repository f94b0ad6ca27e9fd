import { describe, expect, it } from "vitest";
import { branin, hartmann6, type KnownFunction } from "../../../test/known-functions.ts";
import type { Sampler } from "../sampler.ts";
import type { Space } from "../space.ts";
import { createStudy } from "../study.ts";
import { grid } from "./grid.ts";
import { random } from "./random.ts";
import { sobol, sobolWord } from "./sobol.ts";
import { tpe } from "./tpe.ts";

const space: Space = {
  rate: { kind: "float", low: 0, high: 0.8 },
  learningRate: { kind: "float", low: 1e-4, high: 1e-1, log: true },
  hidden: { kind: "categorical", choices: ["32", "64", "128"] },
  layers: { kind: "int", low: 1, high: 4 },
};

const sampled = (sampler: Sampler, count: number, seed = 1, of = space) =>
  Array.from({ length: count }, (_, trial) => sampler.sample({ space: of, seed, trial, seen: [] }));

describe.each([
  ["random", random()],
  ["sobol", sobol()],
  ["tpe", tpe()],
] as const)("%s", (_, sampler) => {
  it("gives every trial values of the space, the same under the same seed and others under another", () => {
    const values = sampled(sampler, 60);
    for (const { rate, learningRate, hidden, layers } of values) {
      expect(rate).toBeGreaterThanOrEqual(0);
      expect(rate).toBeLessThanOrEqual(0.8);
      expect(learningRate).toBeGreaterThanOrEqual(1e-4);
      expect(learningRate).toBeLessThanOrEqual(0.1);
      expect(["32", "64", "128"]).toContain(hidden);
      expect([1, 2, 3, 4]).toContain(layers);
    }
    expect(sampled(sampler, 60)).toEqual(values);
    expect(sampled(sampler, 60, 2)).not.toEqual(values);
    expect(new Set(values.map(({ rate }) => rate)).size).toBe(60);
    for (const layers of [1, 2, 3, 4]) expect(values.filter((one) => one.layers === layers).length).toBeGreaterThan(4);
  });
});

describe("grid", () => {
  it("has every combination once, the last setting first", () => {
    const small: Space = { rate: { kind: "float", low: 0, high: 0.5 }, kind: { kind: "categorical", choices: ["a", "b"] } };
    const all = sampled(grid({ points: 3 }), 6, 1, small).map(({ rate, kind }) => `${rate} ${kind}`);
    expect(all).toEqual(["0 a", "0 b", "0.25 a", "0.25 b", "0.5 a", "0.5 b"]);
    expect(grid({ points: 3 }).count?.(small)).toBe(6);
    expect(() => sampled(grid({ points: 3 }), 7, 1, small)).toThrow(
      "grid: all 6 points of the grid are taken; ask for fewer trials",
    );
  });

  it("takes the steps of a range that has some, and refuses a grid without end", () => {
    const stepped: Space = {
      rate: { kind: "float", low: 0, high: 0.3, step: 0.1 },
      units: { kind: "int", low: 1, high: 8, log: true },
    };
    expect(grid().count?.(stepped)).toBe(32);
    const all = sampled(grid(), 32, 1, stepped);
    expect(new Set(all.map(({ units }) => units)).size).toBe(8);
    const many = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`rate${i}`, { kind: "float", low: 0, high: 1 } as const]),
    );
    expect(() => sampled(grid(), 1, 1, many)).toThrow("grid: the grid has 9765625 points");
    expect(() => grid({ points: 1 })).toThrow("grid: points is 1");
  });
});

describe("sobol", () => {
  it("is the sequence of Joe and Kuo: its first points", () => {
    // scipy.stats.qmc.Sobol(5, scramble=False).random(8)
    const first = [
      [0, 0, 0, 0, 0],
      [0.5, 0.5, 0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25, 0.25, 0.75],
      [0.25, 0.75, 0.75, 0.75, 0.25],
      [0.375, 0.375, 0.625, 0.875, 0.375],
      [0.875, 0.875, 0.125, 0.375, 0.875],
      [0.625, 0.125, 0.875, 0.625, 0.625],
      [0.125, 0.625, 0.375, 0.125, 0.125],
    ];
    expect(first.map((row, index) => row.map((_, dimension) => sobolWord(index, dimension) / 2 ** 32))).toEqual(first);
  });

  it("has 2^k points one in each of 2^k equal parts, in every dimension, shifted too", () => {
    for (let dimension = 0; dimension < 32; dimension++) {
      const parts = Array.from({ length: 256 }, (_, index) => sobolWord(index, dimension) >>> 24);
      expect(new Set(parts).size).toBe(256);
    }
    const rates = sampled(sobol(), 64).map(({ rate }) => Math.floor((Number(rate) / 0.8) * 64));
    expect(new Set(rates).size).toBe(64);
  });

  it("refuses more settings than it has numbers for", () => {
    const wide = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`r${i}`, { kind: "float", low: 0, high: 1 } as const]));
    expect(() => sampled(sobol(), 1, 1, wide)).toThrow("sobol: the space has 33 settings; search at most 32");
  });
});

/** The best of some trials. */
function bestOfStudy({ space, value }: KnownFunction, sampler: Sampler, seed: number, trials: number, lag = 1): number {
  const study = createStudy({ space, sampler, seed, lag });
  for (let i = 0; i < trials; i++) {
    const trial = study.ask();
    study.tell(trial, value(trial.parameters));
  }
  return study.bestTrial?.value ?? Number.NaN;
}

const SEEDS = Array.from({ length: 8 }, (_, seed) => seed);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("tpe", () => {
  it.each([
    ["Branin", branin, 60],
    ["Hartmann6", hartmann6, 80],
  ] as const)(
    "comes nearer to the least value of %s than random does, also where it looks at what is 8 trials behind",
    (_, known, trials) => {
      const distance = (sampler: Sampler, lag?: number) =>
        mean(SEEDS.map((seed) => bestOfStudy(known, sampler, seed, trials, lag))) - known.least;
      const [byTpe, lagging, byRandom] = [distance(tpe()), distance(tpe(), 8), distance(random())];
      expect(byTpe).toBeGreaterThanOrEqual(0);
      expect(byTpe).toBeLessThan(byRandom / 2);
      expect(lagging).toBeLessThan(byRandom / 1.5);
    },
  );

  it("learns which choice is best, and goes round what fails", () => {
    const study = createStudy({ space, sampler: tpe(), seed: 3 });
    for (let i = 0; i < 60; i++) {
      const trial = study.ask();
      const { rate, hidden } = trial.parameters;
      if (hidden === "32") study.tell(trial, { state: "failed" });
      else study.tell(trial, (Number(rate) - 0.3) ** 2 + (hidden === "64" ? 0 : 0.1));
    }
    const late = study.trials.slice(30);
    expect(late.filter(({ parameters }) => parameters.hidden === "64").length).toBeGreaterThan(18);
    expect(late.filter(({ state }) => state === "failed").length).toBeLessThan(8);
  });

  it("refuses no candidates", () => {
    expect(() => tpe({ candidates: 0 })).toThrow("tpe: candidates is 0; give a whole number of at least 1");
  });
});
