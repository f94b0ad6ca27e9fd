import { DrowseError, show } from "../tensor/errors.ts";
import { binaryCrossEntropy } from "./binary-cross-entropy.ts";
import { crossEntropy } from "./cross-entropy.ts";
import { huber } from "./huber.ts";
import type { Loss, OutputLink } from "./loss.ts";
import { isLossKind } from "./loss-options.ts";
import { meanAbsoluteError } from "./mean-absolute-error.ts";
import { meanSquaredError } from "./mean-squared-error.ts";

/** The losses that have a name; others are imported by who uses them. */
const losses = { crossEntropy, binaryCrossEntropy, meanSquaredError, meanAbsoluteError, huber };

/** A loss by its name, or a loss made by its function. */
export type LossOption = Exclude<Loss["kind"], "gaussianNegativeLogLikelihood" | "multiSample" | "rDrop"> | Loss;

/** @throws {DrowseError} on anything that is not a loss or the name of one. */
export function resolveLoss(operation: string, loss: LossOption): Loss {
  if (typeof loss === "string" && Object.hasOwn(losses, loss)) return losses[loss]();
  if (typeof loss === "object" && isLossKind(loss?.kind) && typeof loss.emit === "function") return loss;
  const names = Object.keys(losses).map(show);
  const listed = `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  throw new DrowseError(operation, `the loss is ${show(loss)}`, `give ${listed}, or a loss made by its function`);
}

/** The loss by which a model is measured whose predictions are made by a link, where none is given. */
const lossOfLink: Readonly<Partial<Record<OutputLink, keyof typeof losses>>> = {
  softmax: "crossEntropy",
  sigmoid: "binaryCrossEntropy",
  identity: "meanSquaredError",
};

/**
 * The loss that a model is measured by: the one that is given, else the one that belongs to its link.
 * @throws {DrowseError} on anything that is not a loss, and where none is given and none is known.
 */
export function measuringLoss(operation: string, loss: LossOption | undefined, link: OutputLink | undefined): Loss {
  const named = loss ?? (link && lossOfLink[link]);
  if (named !== undefined) return resolveLoss(operation, named);
  if (link === undefined) {
    throw new DrowseError(
      operation,
      "the model has not been trained, and no loss is given",
      'give one, such as { loss: "crossEntropy" }',
    );
  }
  throw new DrowseError(
    operation,
    "no loss is given",
    "the model predicts means and variances: give { loss: gaussianNegativeLogLikelihood() }",
  );
}
