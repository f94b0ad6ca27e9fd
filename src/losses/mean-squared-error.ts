import { type Loss, lossArguments } from "./loss.ts";
import { checkLossOptions } from "./loss-options.ts";

/**
 * Mean squared error of outputs z with targets t: the mean over rows and outputs of (z - t)^2.
 *
 * Shapes: outputs [N]; targets one number per row (N = 1) or rows [N]. Predictions are z.
 *
 * @throws {DrowseError} on options: it has none.
 * @example
 * await model.fit(data, { loss: meanSquaredError(), optimizer: sgd({ learningRate: 0.01 }), epochs: 100 })
 */
export function meanSquaredError(options: Readonly<Record<never, never>> = {}): Loss {
  checkLossOptions("meanSquaredError", options);
  return {
    kind: "meanSquaredError",
    targets: "values",
    link: "identity",
    settings: {},
    answers: "none",
    emit: (context) => context.emit("meanSquaredError", lossArguments(context)),
  };
}
