import fc from "fast-check";
import { expect, it } from "vitest";
import { leastStrength, MOST_LINES } from "./strongest.ts";

it("leaves the strongest lines, as many as there may be but for those that are as strong as one another", () => {
  const numbers = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2000, maxLength: 4000 });
  fc.assert(
    fc.property(numbers, (weights) => {
      const most = Math.max(...weights.map(Math.abs)) || 1;
      const least = leastStrength(weights, most);
      const drawn = weights.filter((weight) => Math.abs(weight) / most >= least).length;
      // All that share the highest of the bins are drawn.
      const highest = weights.filter((weight) => Math.abs(weight) / most >= 255 / 256).length;
      expect(drawn).toBeLessThanOrEqual(Math.max(MOST_LINES, highest));
    }),
    { seed: 3, numRuns: 20 },
  );
  const spread = Array.from({ length: 4000 }, (_, at) => (at + 1) / 4000);
  const least = leastStrength(spread, 1);
  expect(spread.filter((weight) => weight >= least).length).toBeGreaterThan(MOST_LINES - 4000 / 128);
});

it("draws all where they are few", () => {
  expect(leastStrength([0.1, -0.9], 0.9)).toBe(0);
});
