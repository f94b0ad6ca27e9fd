import { streamKey } from "../random/streams.ts";
import { type Forest, growForest, type Leaf } from "./forest.ts";
import { pointOf, type Space } from "./space.ts";
import type { TrialRecord } from "./trial-record.ts";

/** How much a setting matters by itself, and what value is to be expected at each of its points. */
export interface Importance {
  readonly name: string;
  /** Share of the variance of the values over the space, from 0 to 1; what is left to 1 are settings together. */
  readonly share: number;
}

const SEED = 0;
/** Below this many trials there is nothing to be said. */
const LEAST_TRIALS = 8;

/**
 * What each setting of a space matters: functional analysis of variance of a random forest over the trials (Hutter, Hoos and
 * Leyton-Brown 2014). With a tree's values f over the unit cube, its mean f0, and the marginal f_i(x_i), over all other settings,
 *
 *     share of i = integral of (f_i - f0)^2 / integral of (f - f0)^2
 *
 * and the mean over the trees.
 * @returns the settings, those that matter most first; empty where there are fewer than 8 trials with a value, or all are equal.
 */
export function importances(space: Space, trials: readonly TrialRecord[]): Importance[] {
  const names = Object.keys(space);
  const valued = trials.filter(
    ({ value, parameters }) => value !== undefined && names.every((name) => Object.hasOwn(parameters, name)),
  );
  if (valued.length < LEAST_TRIALS) return [];
  const points = valued.map(({ parameters }) => names.map((name) => pointOf(space[name], parameters[name])));
  const values = valued.map(({ value = 0 }) => value);
  const shares = sharesOf(growForest({ points, values }, streamKey(SEED, "study/forest")), names.length);
  if (!shares) return [];
  return names.map((name, place) => ({ name, share: shares[place] })).sort((a, b) => b.share - a.share);
}

function sharesOf(forest: Forest, dimensions: number): number[] | undefined {
  const sums = Array<number>(dimensions).fill(0);
  let trees = 0;
  for (const leaves of forest) {
    const mean = leaves.reduce((sum, leaf) => sum + volume(leaf) * leaf.value, 0);
    const variance = leaves.reduce((sum, leaf) => sum + volume(leaf) * (leaf.value - mean) ** 2, 0);
    if (variance <= 0) continue;
    trees++;
    for (let i = 0; i < dimensions; i++) sums[i] += marginalVariance(leaves, i, mean) / variance;
  }
  return trees === 0 ? undefined : sums.map((sum) => sum / trees);
}

/** Volume of a part, over all dimensions but one. */
const volume = ({ low, high }: Leaf, without = -1) =>
  low.reduce((product, from, i) => (i === without ? product : product * (high[i] - from)), 1);

/** Integral of (f_i - f0)^2: f_i is constant between two ends of leaves. */
function marginalVariance(leaves: readonly Leaf[], i: number, mean: number): number {
  const ends = [...new Set(leaves.flatMap(({ low, high }) => [low[i], high[i]]))].sort((a, b) => a - b);
  let sum = 0;
  for (let place = 1; place < ends.length; place++) {
    const [from, to] = [ends[place - 1], ends[place]];
    const over = leaves.filter(({ low, high }) => low[i] <= from && high[i] >= to);
    const marginal = over.reduce((total, leaf) => total + volume(leaf, i) * leaf.value, 0);
    sum += (to - from) * (marginal - mean) ** 2;
  }
  return sum;
}
