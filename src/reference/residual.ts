import { dropoutMask, predictionScale, type Scaling, trainingScale } from "./dropout.ts";
import type { MaskKeys } from "./mask-words.ts";
import type { Numbers } from "./numbers.ts";

/** As in dropout, or nowhere. */
export type BranchScaling = Scaling | "none";

/** m ~ Bernoulli(1 - rate) for the branch of each row [B, N]: one word decides over a row, that of its first unit. */
export function dropPathMask(rate: number, indices: Numbers, N: number, keys: MaskKeys): Float64Array {
  const rows = dropoutMask(rate, indices, 1, keys);
  return Float64Array.from({ length: indices.length * N }, (_, i) => rows[Math.floor(i / N)]);
}

/** What f counts where its row is awake, in training. */
export function branchTrainingScale(rate: number, scaling: BranchScaling): number {
  return scaling === "none" ? 1 : trainingScale(rate, scaling);
}

/** What f counts in prediction: nothing where it never counted. */
export function branchPredictionScale(rate: number, scaling: BranchScaling): number {
  if (rate === 1) return 0;
  return scaling === "none" ? 1 : predictionScale(rate, scaling);
}

/** y = x + m scale f. A branch that sleeps does not count, NaN and infinity included. Backward dx = dy, df = m dy scale. */
export function dropPath(x: Numbers, f: Numbers, mask: Numbers, scale: number): Float64Array {
  return Float64Array.from(x, (value, i) => (mask[i] === 0 ? value : value + scale * f[i]));
}
