import type { Loss } from "./loss.ts";

/**
 * Cross-entropy of logits z with classes t: the mean over the rows of -log softmax(z)[t].
 *
 * Shapes: logits [classes]; targets one class index per row, or one-hot rows [classes]. Predictions are softmax(z).
 *
 * @example
 * await model.fit(data, { loss: crossEntropy(), optimizer: sgd({ learningRate: 0.1 }), epochs: 5 })
 */
export function crossEntropy(): Loss {
  return {
    kind: "crossEntropy",
    targets: "classes",
    link: "softmax",
    emit: ({ emit, B, output, targets, gradient, losses, correct }) =>
      emit("softmaxCrossEntropy", {
        z: output.pointer,
        stride: output.stride,
        B,
        N: output.columns,
        targets,
        d: gradient,
        losses,
        correct,
      }),
  };
}
