import { activation } from "./activation.ts";
import type { Layer } from "./layer.ts";
import { checkLayerOptions } from "./layer-options.ts";

/**
 * Scaled exponential linear unit (Klambauer, Unterthiner, Mayr and Hochreiter 2017),
 * y = 1.0507 x for x > 0, else 1.0507 * 1.6733 (exp(x) - 1).
 *
 * Through layers of weights with variance 1 / inputs (`initializer: "lecun"`), mean 0 and variance 1 are a fixed point.
 *
 * Shapes: any to the same.
 *
 * @param options.name - name of the layer; by default `selu1`, `selu2`, ...
 * @throws {DrowseError} on unknown options.
 * @example
 * sequential({ input: [2], seed: 1 }, [dense(8), selu(), dense(1)])
 */
export function selu(options: { name?: string } = {}): Layer {
  checkLayerOptions("selu", options);
  return activation({ kind: "selu", name: options.name, kernel: "selu", backwardReads: "input" });
}
