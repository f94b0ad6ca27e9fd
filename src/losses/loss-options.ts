import { checkNumber, checkOptionsOf } from "../layers/options.ts";
import type { Loss } from "./loss.ts";

/** The options of every loss, in one place, so that an option given to the wrong loss can be named. */
const lossOptions = {
  crossEntropy: ["labelSmoothing"],
  binaryCrossEntropy: ["labelSmoothing"],
  meanSquaredError: [],
  meanAbsoluteError: [],
  huber: ["delta"],
  gaussianNegativeLogLikelihood: [],
  multiSample: ["samples", "loss"],
  rDrop: ["alpha", "loss"],
} as const satisfies Readonly<Record<Loss["kind"], readonly string[]>>;

/** Whether a value is the kind of a loss. */
export function isLossKind(kind: unknown): kind is Loss["kind"] {
  return typeof kind === "string" && Object.hasOwn(lossOptions, kind);
}

/**
 * Refuses options that a loss does not have.
 * @throws {DrowseError} naming the first unknown option, the loss that has it, and the known ones.
 */
export function checkLossOptions(kind: Loss["kind"], options: unknown): void {
  checkOptionsOf(lossOptions, kind, options);
}

/** @throws {DrowseError} unless the label smoothing is a number from 0 to 1. */
export function checkSmoothing(kind: Loss["kind"], labelSmoothing: number): number {
  const remedy = "give a number from 0 (none) to 1, such as 0.1";
  return checkNumber(kind, "labelSmoothing", labelSmoothing, (value) => value >= 0 && value <= 1, remedy);
}
