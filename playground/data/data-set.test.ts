import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { madeNames, makeData } from "./data-set.ts";
import { planeData, shapeNames } from "./plane.ts";
import { TEST_POINTS } from "./rounding.ts";

const options = { points: 120, noise: 0.08, seed: 1 };

it.each(shapeNames)("%s has points of both classes, within reach, and others to be tested on", (name) => {
  const { train, test } = planeData(name, options);
  expect(train.y.reduce((sum, label) => sum + label, 0)).toBe(60);
  expect(test.y).toHaveLength(TEST_POINTS);
  expect(Math.max(...train.x.map(Math.abs))).toBeLessThan(1.5);
  expect(test.x.subarray(0, 20)).not.toEqual(train.x.subarray(0, 20));
});

it.each(madeNames)("%s is the same for the same seed, and another for another", (name) => {
  const { train } = makeData(name, options);
  expect(makeData(name, options).train).toEqual(train);
  expect(makeData(name, { ...options, seed: 2 }).train.x).not.toEqual(train.x);
});

it("gap has no points in its gap, and numbers on both sides of it", () => {
  const { train, test, task } = makeData("gap", options);
  expect(task).toEqual({ inputs: 1, outputs: 1, loss: "meanSquaredError" });
  for (const { x, y } of [train, test]) {
    expect(x).toHaveLength(y.length);
    expect(x.filter((place) => place > -0.3 && place < 0.25)).toHaveLength(0);
    expect(x.some((place) => place < -0.9) && x.some((place) => place > 0.9)).toBe(true);
  }
});

it("is what it was: links that people share lead to the same points", () => {
  const hash = createHash("sha256");
  for (const name of shapeNames) hash.update(planeData(name, options).train.x);
  expect(hash.digest("hex").slice(0, 16)).toBe("74decbcc82b9cd84");
});
