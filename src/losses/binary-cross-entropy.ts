import { type Loss, lossArguments } from "./loss.ts";
import { checkLossOptions, checkSmoothing } from "./loss-options.ts";

/** Options of {@link binaryCrossEntropy}. */
export interface BinaryCrossEntropyOptions {
  /** Share s by which targets move to one half, t <- (1 - s) t + s / 2; from 0 (default) to 1. */
  labelSmoothing?: number;
}

/**
 * Binary cross-entropy of logits z with targets t: with p = sigmoid(z), the mean over rows and outputs of
 * -t log p - (1 - t) log(1 - p). Exact for logits of any size.
 *
 * For two classes with one output, or several outputs that are each true or not. Shapes: logits [N]; targets 0, 1 or
 * probabilities between, one per row (N = 1) or rows [N]. Predictions are sigmoid(z). The accuracy is the share of
 * outputs that lie, as the target does, above 0.5 or not.
 *
 * @throws {DrowseError} on a label smoothing outside [0, 1], and on unknown options.
 * @example
 * const model = sequential({ input: [2], seed: 1 }, [dense(8), tanh(), dense(1)]);
 * await model.fit(data, { loss: "binaryCrossEntropy", optimizer: sgd({ learningRate: 0.1 }), epochs: 5 });
 */
export function binaryCrossEntropy(options: BinaryCrossEntropyOptions = {}): Loss {
  checkLossOptions("binaryCrossEntropy", options);
  const labelSmoothing = checkSmoothing("binaryCrossEntropy", options.labelSmoothing ?? 0);
  return {
    kind: "binaryCrossEntropy",
    targets: "probabilities",
    link: "sigmoid",
    settings: { labelSmoothing },
    answers: "outputs",
    emit: (context) => context.emit("binaryCrossEntropy", { ...lossArguments(context), smoothing: labelSmoothing }),
  };
}
