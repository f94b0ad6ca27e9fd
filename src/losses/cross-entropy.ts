import { type Loss, lossArguments } from "./loss.ts";
import { checkLossOptions, checkSmoothing } from "./loss-options.ts";

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions {
  /** Share s of each target's probability that is spread over all classes, from 0 (default) to 1. */
  labelSmoothing?: number;
}

/**
 * Cross-entropy of logits z with classes t: the mean over the rows of -log softmax(z)[t].
 *
 * With label smoothing s (Szegedy, Vanhoucke, Ioffe, Shlens and Wojna 2016), of N classes the target has the
 * probability 1 - s + s / N and each other s / N, and the loss is -sum of q log softmax(z) over these q.
 *
 * Shapes: logits [classes], at least 2; targets one class index per row, or one-hot rows [classes]. Predictions are
 * softmax(z). The accuracy is the share of rows whose largest logit is the target's.
 *
 * @throws {DrowseError} on a label smoothing outside [0, 1], and on unknown options.
 * @example
 * await model.fit(data, { loss: crossEntropy({ labelSmoothing: 0.1 }), optimizer: sgd({ learningRate: 0.1 }), epochs: 5 })
 */
export function crossEntropy(options: CrossEntropyOptions = {}): Loss {
  checkLossOptions("crossEntropy", options);
  const labelSmoothing = checkSmoothing("crossEntropy", options.labelSmoothing ?? 0);
  return {
    kind: "crossEntropy",
    targets: "classes",
    link: "softmax",
    settings: { labelSmoothing },
    answers: "rows",
    emit: (context) => context.emit("softmaxCrossEntropy", { ...lossArguments(context), smoothing: labelSmoothing }),
  };
}
