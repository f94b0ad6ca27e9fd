import { binaryCrossEntropy } from "./binary-cross-entropy.ts";
import { gaussianNegativeLogLikelihood } from "./gaussian-negative-log-likelihood.ts";
import { huber } from "./huber.ts";
import type { LossResult } from "./loss.ts";
import { meanAbsoluteError } from "./mean-absolute-error.ts";
import { meanSquaredError } from "./mean-squared-error.ts";
import type { Numbers } from "./numbers.ts";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";

export type LossName =
  | "crossEntropy"
  | "binaryCrossEntropy"
  | "meanSquaredError"
  | "meanAbsoluteError"
  | "huber"
  | "gaussianNegativeLogLikelihood";

/** The loss of B rows of outputs z [B, N]; `lossSetting`: label smoothing of the cross-entropies, delta of huber. */
export function lossOf(
  { loss, lossSetting }: { readonly loss: LossName; readonly lossSetting?: number },
  z: Float64Array,
  targets: Numbers,
  B: number,
): LossResult {
  const N = z.length / B;
  switch (loss) {
    case "crossEntropy":
      return softmaxCrossEntropy(z, targets, N, lossSetting);
    case "binaryCrossEntropy":
      return binaryCrossEntropy(z, targets, B, N, lossSetting);
    case "meanSquaredError":
      return meanSquaredError(z, targets, B, N);
    case "meanAbsoluteError":
      return meanAbsoluteError(z, targets, B, N);
    case "huber":
      return huber(z, targets, B, N, lossSetting ?? 1);
    case "gaussianNegativeLogLikelihood":
      return gaussianNegativeLogLikelihood(z, targets, B, N);
  }
}
