import { activation } from "./activation.ts";
import type { Layer } from "./layer.ts";
import { checkLayerOptions } from "./layer-options.ts";

/**
 * Swish, also called SiLU, y = x / (1 + exp(-x)) (Ramachandran, Zoph and Le 2017).
 *
 * Shapes: any to the same.
 *
 * @param options.name - name of the layer; by default `swish1`, `swish2`, ...
 * @throws {DrowseError} on unknown options.
 * @example
 * sequential({ input: [2], seed: 1 }, [dense(8), swish(), dense(1)])
 */
export function swish(options: { name?: string } = {}): Layer {
  checkLayerOptions("swish", options);
  return activation({ kind: "swish", name: options.name, kernel: "swish", backwardReads: "input" });
}
