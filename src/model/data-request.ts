import type { DataRequest } from "../data/prepare.ts";
import { type Loss, targetsFor } from "../losses/loss.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Network } from "./network.ts";

/**
 * What data must be like that a network is trained on, or measured on, by a loss.
 * @throws {DrowseError} when the network's outputs do not fit the loss.
 */
export function lossRequest(operation: string, { inputShape, inputScale, outputShape }: Network, loss: Loss): DataRequest {
  return { inputShape, inputScale, outputs: targetsFor(operation, loss, sizeOf(outputShape)), targets: loss.targets };
}
