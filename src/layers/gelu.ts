import { DrowseError, show } from "../tensor/errors.ts";
import { activation } from "./activation.ts";
import type { Layer } from "./layer.ts";
import { checkLayerOptions } from "./layer-options.ts";

/** Options of {@link gelu}. */
export interface GeluOptions {
  /** `"none"` (default): exact; `"tanh"`: the form that some published weights were trained with. */
  approximation?: "none" | "tanh";
  /** Name of the layer; by default `gelu1`, `gelu2`, ... */
  name?: string;
}

/**
 * Gaussian error linear unit (Hendrycks and Gimpel 2016).
 *
 *     none   y = x Phi(x) = x / 2 (1 + erf(x / sqrt(2)))
 *     tanh   y = x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
 *
 * Shapes: any to the same.
 *
 * @throws {DrowseError} on another approximation, and on unknown options.
 * @example
 * sequential({ input: [2], seed: 1 }, [dense(8), gelu(), dense(1)])
 */
export function gelu(options: GeluOptions = {}): Layer {
  checkLayerOptions("gelu", options);
  const { approximation = "none", name } = options;
  if (approximation !== "none" && approximation !== "tanh") {
    throw new DrowseError("gelu", `approximation is ${show(approximation)}`, 'give "none" or "tanh"');
  }
  const kernel = approximation === "none" ? "gelu" : "geluTanh";
  return activation({ kind: "gelu", name, kernel, config: { approximation }, backwardReads: "input" });
}
