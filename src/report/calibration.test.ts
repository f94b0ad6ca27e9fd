import { describe, expect, it } from "vitest";
import { Draws } from "../../test/draws.ts";
import { calibrationError, wilson } from "./calibration.ts";

describe("wilson", () => {
  // Values of statsmodels' proportion_confint(method="wilson"), whose quantile is 1.95996.
  it.each([
    [0, 10, 0, 0.277533],
    [0.5, 10, 0.236593, 0.763407],
    [0.9, 1000, 0.879842, 0.917093],
    [1, 3, 0.438503, 1],
  ])("is as published for %d of %d", (p, n, low, high) => {
    const [from, to] = wilson(p, n);
    expect(from).toBeCloseTo(low, 4);
    expect(to).toBeCloseTo(high, 4);
  });
});

describe("calibrationError", () => {
  it("is what chance makes of it, in the mean over networks that are as sure as they are right", () => {
    const draws = new Draws(11);
    const rows = 250;
    const runs = 300;
    let [error, chance] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const sure = Array.from({ length: rows }, () => 0.55 + 0.4 * draws.unit());
      const probabilities = { data: Float64Array.from(sure.flatMap((p) => [1 - p, p])), shape: [rows, 2] };
      const targets = Int32Array.from(sure, (p) => (draws.unit() < p ? 1 : 0));
      const found = calibrationError({
        kind: "classification",
        set: "test",
        rows,
        targets,
        probabilities,
        logits: probabilities,
      });
      error += found.error / runs;
      chance += found.chance / runs;
    }
    expect(Math.abs(error - chance)).toBeLessThan(0.05 * chance);
  });
});
