import { activation } from "./activation.ts";
import type { Layer } from "./layer.ts";
import { checkLayerOptions } from "./layer-options.ts";

/**
 * Hyperbolic tangent, y = tanh(x).
 *
 * Shapes: any to the same.
 *
 * @param options.name - name of the layer; by default `tanh1`, `tanh2`, ...
 * @throws {DrowseError} on unknown options.
 * @example
 * sequential({ input: [2], seed: 1 }, [dense(8), tanh(), dense(1)])
 */
export function tanh(options: { name?: string } = {}): Layer {
  checkLayerOptions("tanh", options);
  return activation({ kind: "tanh", name: options.name, kernel: "tanh", backwardReads: "input" });
}
