import type { LossResult } from "./loss.ts";
import { weighted } from "./loss.ts";
import { type LossName, lossOf } from "./loss-by-name.ts";
import type { Numbers } from "./numbers.ts";
import { rDrop } from "./r-drop.ts";

/** Copy c of a row has the masks of the row with that index + c COPY_ROWS. */
export const COPY_ROWS = 2 ** 26;

/** K copies of each row of B rows of numbers, one after the other. */
export function repeatRows(numbers: Numbers, B: number, K: number): Float64Array {
  const N = numbers.length / B;
  return Float64Array.from({ length: B * K * N }, (_, i) => numbers[Math.floor(i / (K * N)) * N + (i % N)]);
}

/** The way back, of the gradients of such copies: their sums. */
export function sumCopies(gradients: Numbers, B: number, K: number): Float64Array {
  const N = gradients.length / (B * K);
  const sums = new Float64Array(B * N);
  for (let i = 0; i < gradients.length; i++) sums[Math.floor(i / (K * N)) * N + (i % N)] += gradients[i];
  return sums;
}

/** The indices by which copies of rows have their masks. */
export function copyIndices(indices: Numbers, K: number): Float64Array {
  return repeatRows(indices, indices.length, K).map((index, i) => index + (i % K) * COPY_ROWS);
}

/** What is made of the outputs of K copies: the mean of their losses, or for two R-Drop with that alpha. */
export interface CopiesLoss {
  readonly loss: LossName;
  readonly lossSetting?: number;
  readonly alpha?: number;
}

/** The loss of outputs z [B K, N] of copies; of each row how many answers of all copies are right. */
export function copiesLoss({ alpha, ...plain }: CopiesLoss, z: Float64Array, targets: Numbers, B: number, K: number): LossResult {
  if (alpha !== undefined) return rDrop(plain.loss, z, targets, B, alpha, plain.lossSetting);
  const { losses, gradient, correct } = lossOf(plain, z, repeatRows(targets, B, K), B * K);
  // the gradient is already that of the mean over B K rows
  return { losses: sumCopies(losses, B, K).map((loss) => loss / K), gradient, correct: sumCopies(correct, B, K) };
}

/** Times the weights of the rows. */
export function weightedCopies({ losses, gradient, correct }: LossResult, weights: Numbers, K: number): LossResult {
  const B = losses.length;
  const copies = { losses: new Float64Array(B * K), gradient, correct };
  return { ...weighted({ losses, gradient, correct }, weights), gradient: weighted(copies, repeatRows(weights, B, K)).gradient };
}
