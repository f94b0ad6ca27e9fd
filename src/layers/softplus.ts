import { activation } from "./activation.ts";
import type { Layer } from "./layer.ts";
import { checkLayerOptions } from "./layer-options.ts";

/**
 * Softplus, y = log(1 + exp(x)): a smooth rectifier (Dugas, Bengio, Bélisle, Nadeau and Garcia 2001).
 *
 * Shapes: any to the same.
 *
 * @param options.name - name of the layer; by default `softplus1`, `softplus2`, ...
 * @throws {DrowseError} on unknown options.
 * @example
 * sequential({ input: [2], seed: 1 }, [dense(8), softplus(), dense(1)])
 */
export function softplus(options: { name?: string } = {}): Layer {
  checkLayerOptions("softplus", options);
  return activation({ kind: "softplus", name: options.name, kernel: "softplus", backwardReads: "output" });
}
