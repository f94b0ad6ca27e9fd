import { WordStream } from "../random/streams.ts";

/** A part of the unit cube on which a tree has one value. */
export interface Leaf {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly value: number;
}

/** Trees of regression, each as its leaves, which together are the whole cube. */
export type Forest = readonly (readonly Leaf[])[];

interface Samples {
  readonly points: readonly (readonly number[])[];
  readonly values: readonly number[];
}

const TREES = 64;
/** A part with fewer samples is not divided. */
const LEAST = 4;
const DEEPEST = 24;

/**
 * A random forest (Breiman 2001) over points of the unit cube: each tree on a bootstrap of the samples, divided where the squared
 * errors of both sides are smallest together.
 * @param key - of what is random.
 */
export function growForest(samples: Samples, key: readonly [number, number]): Forest {
  return Array.from({ length: TREES }, (_, tree) => {
    const words = new WordStream(key, tree);
    const count = samples.values.length;
    const chosen = Array.from({ length: count }, () => words.below(count));
    const dimensions = samples.points[0]?.length ?? 0;
    const leaves: Leaf[] = [];
    grow(samples, chosen, { low: Array(dimensions).fill(0), high: Array(dimensions).fill(1), value: 0 }, 0, leaves);
    return leaves;
  });
}

function grow(samples: Samples, rows: readonly number[], part: Leaf, depth: number, leaves: Leaf[]): void {
  const value = rows.reduce((sum, row) => sum + samples.values[row], 0) / rows.length;
  const cut = rows.length >= LEAST && depth < DEEPEST ? bestCut(samples, rows) : undefined;
  if (!cut) {
    leaves.push({ ...part, value });
    return;
  }
  const { dimension, at } = cut;
  const side = (below: boolean) => rows.filter((row) => samples.points[row][dimension] < at === below);
  grow(samples, side(true), { ...part, high: part.high.with(dimension, at) }, depth + 1, leaves);
  grow(samples, side(false), { ...part, low: part.low.with(dimension, at) }, depth + 1, leaves);
}

/** Where to divide: sum of squares about the means of both sides is least where the sum of (sum^2 / count) is largest. */
function bestCut({ points, values }: Samples, rows: readonly number[]): { dimension: number; at: number } | undefined {
  const total = rows.reduce((sum, row) => sum + values[row], 0);
  let best: { dimension: number; at: number } | undefined;
  let most = (total * total) / rows.length + 1e-12 * Math.abs(total);
  for (let dimension = 0; dimension < points[rows[0]].length; dimension++) {
    const sorted = [...rows].sort((a, b) => points[a][dimension] - points[b][dimension]);
    let sum = 0;
    for (let below = 1; below < sorted.length; below++) {
      sum += values[sorted[below - 1]];
      const [before, after] = [points[sorted[below - 1]][dimension], points[sorted[below]][dimension]];
      const gain = (sum * sum) / below + (total - sum) ** 2 / (sorted.length - below);
      if (before === after || gain <= most) continue;
      most = gain;
      best = { dimension, at: (before + after) / 2 };
    }
  }
  return best;
}
