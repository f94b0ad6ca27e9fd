import { checkNumber } from "../layers/options.ts";
import { type Loss, lossArguments } from "./loss.ts";
import { checkLossOptions } from "./loss-options.ts";

/** Options of {@link huber}. */
export interface HuberOptions {
  /** Error up to which the loss is quadratic, above 0; default 1. In units of the targets. */
  delta?: number;
}

/**
 * Huber loss (Huber 1964) of outputs z with targets t: the mean over rows and outputs, with e = z - t, of
 * e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2).
 *
 * Shapes: outputs [N]; targets one number per row (N = 1) or rows [N]. Predictions are z.
 *
 * @throws {DrowseError} on a delta that is not a finite number above 0, and on unknown options.
 * @example
 * await model.fit(data, { loss: huber({ delta: 0.5 }), optimizer: sgd({ learningRate: 0.01 }), epochs: 100 })
 */
export function huber(options: HuberOptions = {}): Loss {
  checkLossOptions("huber", options);
  const { delta = 1 } = options;
  checkNumber("huber", "delta", delta, (value) => value > 0, "give a number above 0, such as 1");
  return {
    kind: "huber",
    targets: "values",
    link: "identity",
    settings: { delta },
    answers: "none",
    emit: (context) => context.emit("huber", { ...lossArguments(context), delta }),
  };
}
