import type { Loss } from "./loss.ts";

/**
 * Mean squared error of outputs z with targets t: the mean over rows and outputs of (z - t)^2.
 *
 * Shapes: outputs [N]; targets one number per row (N = 1) or rows [N]. Predictions are z.
 *
 * @example
 * await model.fit(data, { loss: meanSquaredError(), optimizer: sgd({ learningRate: 0.01 }), epochs: 100 })
 */
export function meanSquaredError(): Loss {
  return {
    kind: "meanSquaredError",
    targets: "values",
    link: "identity",
    emit: ({ emit, B, output, targets, gradient, losses, correct }) =>
      emit("meanSquaredError", {
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
