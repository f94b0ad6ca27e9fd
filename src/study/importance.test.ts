import { describe, expect, it } from "vitest";
import { growForest } from "./forest.ts";
import { importances } from "./importance.ts";
import { random } from "./samplers/random.ts";
import type { Parameters, Space } from "./space.ts";
import { createStudy } from "./study.ts";

const space: Space = {
  much: { kind: "float", low: 0, high: 1 },
  kind: { kind: "categorical", choices: ["a", "b"] },
  nothing: { kind: "float", low: 0, high: 1 },
};

const trialsOf = (value: (parameters: Parameters) => number, count = 200) => {
  const study = createStudy({ space, sampler: random(), seed: 1 });
  for (let i = 0; i < count; i++) {
    const trial = study.ask();
    study.tell(trial, value(trial.parameters));
  }
  return study.trials;
};

describe("importances", () => {
  it("are shares of the variance: of a sum of independent terms those of the terms", () => {
    // The variance of 2 x is 4 / 12, that of a choice between 0 and 1/2 is 1 / 16.
    const found = importances(
      space,
      trialsOf(({ much, kind }) => 2 * Number(much) + (kind === "a" ? 0.5 : 0)),
    );
    expect(found.map(({ name }) => name)).toEqual(["much", "kind", "nothing"]);
    const [much, kind, nothing] = found.map(({ share }) => share);
    const all = 4 / 12 + 1 / 16;
    expect(Math.abs(much - 4 / 12 / all)).toBeLessThan(0.05);
    expect(Math.abs(kind - 1 / 16 / all)).toBeLessThan(0.05);
    expect(nothing).toBeLessThan(0.02);
  });

  it("leave to settings together what none does alone", () => {
    const product = importances(
      space,
      trialsOf(({ much, kind }) => (Number(much) - 0.5) * (kind === "a" ? 1 : -1)),
    );
    expect(product.reduce((sum, { share }) => sum + share, 0)).toBeLessThan(0.3);
  });

  it("are none of few trials, or where all are equal", () => {
    expect(
      importances(
        space,
        trialsOf(({ much }) => Number(much), 7),
      ),
    ).toEqual([]);
    expect(
      importances(
        space,
        trialsOf(() => 3),
      ),
    ).toEqual([]);
  });
});

it("a tree's leaves are the whole cube, and its values lie among those of the samples", () => {
  const points = Array.from({ length: 40 }, (_, i) => [((i * 7) % 40) / 40, ((i * 11) % 40) / 40]);
  const forest = growForest({ points, values: points.map(([x, y]) => x * y) }, [1, 2]);
  for (const leaves of forest) {
    const volume = leaves.reduce((sum, { low, high }) => sum + (high[0] - low[0]) * (high[1] - low[1]), 0);
    expect(volume).toBeCloseTo(1, 12);
    expect(leaves.every(({ value }) => value >= 0 && value <= 1)).toBe(true);
  }
  expect(new Set(forest.map((leaves) => JSON.stringify(leaves))).size).toBeGreaterThan(50);
});
