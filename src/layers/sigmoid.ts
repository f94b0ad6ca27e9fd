import { activation } from "./activation.ts";
import type { Layer } from "./layer.ts";
import { checkLayerOptions } from "./layer-options.ts";

/**
 * Logistic sigmoid, y = 1 / (1 + exp(-x)), for hidden layers.
 *
 * Not for the last layer of a model of probabilities: `loss: "binaryCrossEntropy"` takes the layer before it, is exact
 * where the two apart would overflow, and has `predict` apply the sigmoid.
 *
 * Shapes: any to the same.
 *
 * @param options.name - name of the layer; by default `sigmoid1`, `sigmoid2`, ...
 * @throws {DrowseError} on unknown options.
 * @example
 * sequential({ input: [2], seed: 1 }, [dense(8), sigmoid(), dense(1)])
 */
export function sigmoid(options: { name?: string } = {}): Layer {
  checkLayerOptions("sigmoid", options);
  return activation({ kind: "sigmoid", name: options.name, kernel: "sigmoid", backwardReads: "input" });
}
