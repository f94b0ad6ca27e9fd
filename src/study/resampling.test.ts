import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { ringsTable, slopeTable } from "../../test/studies.ts";
import { checkResampling, foldIndices, foldRows, modelSeed } from "./resampling.ts";
import type { TableData, TrialData } from "./trial-data.ts";

const sorted = (rows: Iterable<number>) => [...rows].sort((a, b) => a - b);

describe("foldRows", () => {
  let rings: TableData;
  let slope: TableData;
  beforeAll(async () => {
    rings = await ringsTable(97);
    slope = await slopeTable(61);
  });

  it("holds each row out once in a repeat, and has all rows in its three parts", () => {
    const property = fc.property(fc.integer({ min: 2, max: 12 }), fc.nat(), fc.boolean(), (folds, seed, stops) => {
      for (const data of [rings, slope]) {
        const resampling = { folds, repeats: 2, seed };
        const all = sorted(data.task.rows);
        for (const repeat of [0, 1]) {
          const parts = Array.from({ length: folds }, (_, fold) => foldRows(data, resampling, { repeat, fold }, stops));
          expect(sorted(parts.flatMap(({ heldOut }) => [...heldOut]))).toEqual(all);
          for (const { training, stopping, heldOut } of parts) {
            expect(sorted([...training, ...stopping, ...heldOut])).toEqual(all);
            expect(stopping.length > 0).toBe(stops);
          }
        }
      }
    });
    fc.assert(property, { numRuns: 20 });
  });

  it("has other folds in another repeat and under another seed, and the same under the same", () => {
    const heldOut = (seed: number, repeat: number) => [
      ...foldRows(rings, { folds: 5, repeats: 2, seed }, { repeat, fold: 0 }, true).heldOut,
    ];
    expect(heldOut(1, 0)).toEqual(heldOut(1, 0));
    expect(heldOut(1, 0)).not.toEqual(heldOut(1, 1));
    expect(heldOut(1, 0)).not.toEqual(heldOut(2, 0));
  });

  it("with one fold takes a fifth of the rows, or those that the data keeps for testing", () => {
    const resampling = { folds: 1, repeats: 1, seed: 3 };
    expect(foldRows(rings, resampling, { repeat: 0, fold: 0 }, false).heldOut).toHaveLength(19);
    const test = Uint32Array.of(2, 4);
    const data: TrialData = {
      kind: "arrays",
      x: new Float32Array(6),
      input: [1],
      y: Int32Array.of(0, 1, 0, 1, 0, 1),
      classes: 2,
      test,
    };
    const parts = foldRows(data, resampling, { repeat: 0, fold: 0 }, false);
    expect([[...parts.training], [...parts.heldOut]]).toEqual([
      [0, 1, 3, 5],
      [2, 4],
    ]);
  });

  it("refuses more folds than rows", () => {
    expect(() => foldRows(rings, { folds: 98, repeats: 1, seed: 0 }, { repeat: 0, fold: 0 }, false)).toThrow(
      "study: folds is 98, and there are 97 rows; give fewer folds",
    );
  });
});

it("the trainings of a resampling go fold by fold, and each has a seed of its own", () => {
  const resampling = { folds: 2, repeats: 2, seed: 5 };
  const indices = foldIndices(resampling);
  expect(indices).toEqual([
    { repeat: 0, fold: 0 },
    { repeat: 0, fold: 1 },
    { repeat: 1, fold: 0 },
    { repeat: 1, fold: 1 },
  ]);
  const seeds = indices.map((index) => modelSeed(resampling, index));
  expect(new Set(seeds).size).toBe(4);
  expect(seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0)).toBe(true);
});

it.each([[{ folds: 0, repeats: 1, seed: 0 }], [{ folds: 2, repeats: 1.5, seed: 0 }], [{ folds: 2, repeats: 1 }], [null]])(
  "no resampling is %j",
  (value) => {
    expect(() => checkResampling(value)).toThrow(/^resampling: /);
  },
);
