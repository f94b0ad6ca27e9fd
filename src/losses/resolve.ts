import { DrowseError, show } from "../tensor/errors.ts";
import { crossEntropy } from "./cross-entropy.ts";
import type { Loss } from "./loss.ts";
import { meanSquaredError } from "./mean-squared-error.ts";

const losses = { crossEntropy, meanSquaredError };

/** A loss by its name, or a loss made by its function. */
export type LossOption = keyof typeof losses | Loss;

/** @throws {DrowseError} on anything that is not a loss or the name of one. */
export function resolveLoss(operation: string, loss: LossOption): Loss {
  if (typeof loss === "string" && Object.hasOwn(losses, loss)) return losses[loss]();
  if (typeof loss === "object" && Object.hasOwn(losses, loss?.kind) && typeof loss.emit === "function") return loss;
  const names = Object.keys(losses).map(show).join(" or ");
  throw new DrowseError(operation, `the loss is ${show(loss)}`, `give ${names}`);
}
