import { isDropout } from "../layers/dropout/dropout-layer.ts";
import { type Loss, targetsFor } from "../losses/loss.ts";
import { DrowseError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { type Graph, isTrained } from "./graph.ts";

/**
 * Refuses to train a model without weights, or whose end does not fit the loss: one output where there must be one per
 * class, or an activation before a loss that brings its own.
 * @throws {DrowseError} saying what to change.
 */
export function checkTrainable(operation: string, loss: Loss, { nodes, output }: Graph): void {
  const { kind, link } = loss.evaluation ?? loss;
  if (!nodes.some(({ parameters }) => parameters.some(isTrained))) {
    throw new DrowseError(operation, "the model has no weights", "add a layer that learns, such as dense(10)");
  }
  const last = nodes.findLast(({ layer, parameters }) => {
    const onlySleeps = isDropout(layer) && !layer.activation && !layer.joins && parameters.length === 0;
    return !onlySleeps && layer.kind !== "flatten";
  });
  if (link !== "identity" && last?.layer.activation) {
    throw new DrowseError(
      operation,
      `the last layer is ${last.name}, and ${kind} brings its own ${link}`,
      `leave ${last.name} out: end in a dense layer`,
    );
  }
  targetsFor(operation, loss, sizeOf(output));
  if (kind === "crossEntropy" && sizeOf(output) === 1) {
    throw new DrowseError(
      operation,
      "the model has 1 output, and crossEntropy needs one per class",
      'end in dense(2) or more, or give loss: "binaryCrossEntropy"',
    );
  }
}

/**
 * Refuses batches too small for a layer that takes their statistics, before the first step rather than at the end of an epoch.
 * @param rows - of a pass over the data; the last batch has what is left of them.
 * @throws {DrowseError} naming the layer, and the next batch sizes that leave no such batch.
 */
export function checkBatches(operation: string, { nodes }: Graph, rows: number, batchSize: number): void {
  const last = rows % batchSize || batchSize;
  const node = nodes.find(({ layer: { leastRows = 1 } }) => last < leastRows);
  if (!node) return;
  const { leastRows = 1 } = node.layer;
  const fits = (size: number) => size >= leastRows && size <= rows && (rows % size === 0 || rows % size >= leastRows);
  const below = Array.from({ length: batchSize - 1 }, (_, i) => batchSize - 1 - i).find(fits);
  const above = Array.from({ length: Math.max(0, rows - batchSize) }, (_, i) => batchSize + 1 + i).find(fits);
  const sizes = [below, above].filter((size) => size !== undefined);
  const which = last === batchSize ? "a batch" : `the last batch of ${rows} rows by ${batchSize}`;
  throw new DrowseError(
    operation,
    `${which} has ${last} row${last === 1 ? "" : "s"}, and ${node.name} needs ${leastRows} for a variance`,
    sizes.length > 0 ? `give a batchSize of ${sizes.join(" or ")}` : `train on ${leastRows} rows or more`,
  );
}

/** How many classes the targets of a loss tell apart; 0: they are no classes. */
export function classesOf({ targets }: Loss, outputs: number): number {
  if (targets === "classes") return outputs;
  return targets === "probabilities" && outputs === 1 ? 2 : 0;
}
