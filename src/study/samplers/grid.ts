import { DrowseError, show } from "../../tensor/errors.ts";
import type { Sampler } from "../sampler.ts";
import { countValues, type Distribution, type Space, type Value, valueAt } from "../space.ts";

/** Most trials of a grid: beyond it somebody has miscounted. */
const MOST = 1_000_000;

/**
 * Every combination of values, the last setting first.
 * @param options - `points`: values of a range that has no step, at equal distances from its low to its high end; default 5.
 * @throws {DrowseError} on points that are no whole number of at least 2.
 */
export function grid({ points = 5 }: { points?: number } = {}): Sampler {
  if (!Number.isInteger(points) || points < 2) {
    throw new DrowseError("grid", `points is ${show(points)}`, "give a whole number of at least 2");
  }
  const lengthOf = (distribution: Distribution) => countValues(distribution) ?? points;
  const count = (space: Space) => Object.values(space).reduce((product, one) => product * lengthOf(one), 1);
  return {
    name: "grid",
    looks: false,
    count,
    sample({ space, trial }) {
      const total = count(space);
      if (total > MOST)
        throw new DrowseError("grid", `the grid has ${total} points`, "search fewer settings, or in larger steps");
      if (trial >= total) throw new DrowseError("grid", `all ${total} points of the grid are taken`, "ask for fewer trials");
      const values: [string, Value][] = [];
      let rest = trial;
      for (const [name, distribution] of Object.entries(space).reverse()) {
        const length = lengthOf(distribution);
        values.unshift([name, pointOfGrid(distribution, rest % length, length)]);
        rest = Math.floor(rest / length);
      }
      return Object.fromEntries(values);
    },
  };
}

/** Counted values in their order, of others the ends and what lies between them. */
function pointOfGrid(distribution: Distribution, place: number, length: number): Value {
  const isCounted = countValues(distribution) !== undefined && !(distribution.kind === "int" && distribution.log);
  if (isCounted) return valueAt(distribution, (place + 0.5) / length);
  if (distribution.kind === "int") return distribution.low + place;
  return valueAt(distribution, length === 1 ? 0 : place / (length - 1));
}
