import { DrowseError, show } from "../tensor/errors.ts";
import { binaryCrossEntropy } from "./binary-cross-entropy.ts";
import { crossEntropy } from "./cross-entropy.ts";
import { huber } from "./huber.ts";
import type { Loss, OutputLink } from "./loss.ts";
import { meanAbsoluteError } from "./mean-absolute-error.ts";
import { meanSquaredError } from "./mean-squared-error.ts";

const losses = { crossEntropy, binaryCrossEntropy, meanSquaredError, meanAbsoluteError, huber };

/** A loss by its name, or a loss made by its function. */
export type LossOption = Loss["kind"] | Loss;

/** @throws {DrowseError} on anything that is not a loss or the name of one. */
export function resolveLoss(operation: string, loss: LossOption): Loss {
  if (typeof loss === "string" && Object.hasOwn(losses, loss)) return losses[loss]();
  if (typeof loss === "object" && Object.hasOwn(losses, loss?.kind) && typeof loss.emit === "function") return loss;
  const names = Object.keys(losses).map(show);
  throw new DrowseError(operation, `the loss is ${show(loss)}`, `give ${names.slice(0, -1).join(", ")} or ${names.at(-1)}`);
}

/** The loss by which a model is measured whose predictions are made by a link, where none is given. */
export const lossOfLink: Readonly<Record<OutputLink, keyof typeof losses>> = {
  softmax: "crossEntropy",
  sigmoid: "binaryCrossEntropy",
  identity: "meanSquaredError",
};
