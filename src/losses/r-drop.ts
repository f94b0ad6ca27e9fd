import { checkNumber } from "../layers/options.ts";
import { DrowseError } from "../tensor/errors.ts";
import { familyKernels } from "../wasm/generated/family-kernels.ts";
import { copiesOfRows } from "./copies.ts";
import { type Loss, lossArguments } from "./loss.ts";
import { checkLossOptions } from "./loss-options.ts";
import { type LossOption, resolveLoss } from "./resolve.ts";

/** Options of {@link rDrop}. */
export interface RDropOptions {
  /** What the divergence counts, at least 0; default 1. The authors take another for each task, from below 1 to 5. */
  alpha?: number;
  /** `"crossEntropy"` (default) or `"binaryCrossEntropy"`, or one of them made by its function. */
  loss?: LossOption;
}

/**
 * R-Drop (Liang, Wu, Li, Wang, Meng, Qin, Chen, Zhang and Liu 2021): each row is met with two masks, and the two predictions P and Q
 * are to agree,
 *
 *     L = (CE(P, t) + CE(Q, t)) / 2 + alpha (KL(P || Q) + KL(Q || P)) / 2
 *
 * for the mean over the rows. That is the scale of the authors' program; in the paper's formula the cross-entropies are not halved,
 * so that its alpha is twice as much as here. With `"binaryCrossEntropy"` P and Q are Bernoulli, one per output, and L is the
 * mean over the outputs. Label smoothing concerns the cross-entropies alone.
 *
 * Every row comes twice from the first layer on that draws masks or noise (rate above 0); what stands before is computed once. The
 * first of the two masks is the one that plain training has, the second that of row r + 2^26. The accuracy while training is the
 * mean over both. `batchNorm` behind that place takes its statistics over both copies. Validation, `evaluate` and `predict`
 * are those of the cross-entropy, as nothing sleeps there.
 *
 * It is given as a function, not by name: its kernels are loaded by who imports it.
 *
 * Shapes, targets and predictions: those of the cross-entropy.
 *
 * @throws {DrowseError} on an alpha that is not finite or below 0, on other losses, whose predictions are no probabilities, and
 * on unknown options. Training refuses a model in which nothing is drawn, masks that a batch shares, and more than 2^26 rows.
 * @example
 * await model.fit(data, { loss: rDrop({ alpha: 0.5 }), optimizer: sgd({ learningRate: 0.1 }), epochs: 5 });
 */
export function rDrop(options: RDropOptions = {}): Loss {
  checkLossOptions("rDrop", options);
  const { alpha = 1 } = options;
  checkNumber("rDrop", "alpha", alpha, (value) => value >= 0, "give a number of at least 0, such as 1");
  const inner = resolveLoss("rDrop", options.loss ?? "crossEntropy");
  const kernel = kernels[inner.kind];
  if (!kernel) {
    const remedy = 'it compares probabilities: give "crossEntropy" or "binaryCrossEntropy"';
    throw new DrowseError("rDrop", `the loss is ${inner.kind}`, remedy);
  }
  const { labelSmoothing: smoothing } = inner.settings;
  return {
    ...inner,
    kind: "rDrop",
    settings: { ...inner.settings, alpha },
    copies: copiesOfRows("rDrop", 2, "first"),
    evaluation: inner,
    kernels: [familyKernels],
    emit: (context) => context.emit(kernel, { ...lossArguments(context), smoothing, alpha }),
  };
}

const kernels: Partial<Record<Loss["kind"], "rDropCrossEntropy" | "rDropBinaryCrossEntropy">> = {
  crossEntropy: "rDropCrossEntropy",
  binaryCrossEntropy: "rDropBinaryCrossEntropy",
};
