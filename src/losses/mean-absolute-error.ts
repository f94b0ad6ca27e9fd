import { type Loss, lossArguments } from "./loss.ts";
import { checkLossOptions } from "./loss-options.ts";

/**
 * Mean absolute error of outputs z with targets t: the mean over rows and outputs of |z - t|. Its best constant is the
 * median, so single targets that are far off move it little.
 *
 * Shapes: outputs [N]; targets one number per row (N = 1) or rows [N]. Predictions are z.
 *
 * @throws {DrowseError} on options: it has none.
 * @example
 * await model.fit(data, { loss: meanAbsoluteError(), optimizer: sgd({ learningRate: 0.01 }), epochs: 100 })
 */
export function meanAbsoluteError(options: Readonly<Record<never, never>> = {}): Loss {
  checkLossOptions("meanAbsoluteError", options);
  return {
    kind: "meanAbsoluteError",
    targets: "values",
    link: "identity",
    settings: {},
    answers: "none",
    emit: (context) => context.emit("meanAbsoluteError", lossArguments(context)),
  };
}
