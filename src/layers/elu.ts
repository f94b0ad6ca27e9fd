import { activation } from "./activation.ts";
import type { Layer } from "./layer.ts";
import { checkLayerOptions } from "./layer-options.ts";
import { checkNumber } from "./options.ts";

/** Options of {@link elu}. */
export interface EluOptions {
  /** The output tends to -alpha where the input is far below 0; above 0, default 1. */
  alpha?: number;
  /** Name of the layer; by default `elu1`, `elu2`, ... */
  name?: string;
}

/**
 * Exponential linear unit, y = x for x > 0, else alpha (exp(x) - 1) (Clevert, Unterthiner and Hochreiter 2016).
 *
 * Shapes: any to the same.
 *
 * @throws {DrowseError} on an alpha that is not a finite number above 0, and on unknown options.
 * @example
 * sequential({ input: [2], seed: 1 }, [dense(8), elu(), dense(1)])
 */
export function elu(options: EluOptions = {}): Layer {
  checkLayerOptions("elu", options);
  const { alpha = 1, name } = options;
  checkNumber("elu", "alpha", alpha, (value) => value > 0, "give a number above 0, such as 1");
  return activation({ kind: "elu", name, kernel: "elu", parameter: alpha, config: { alpha }, backwardReads: "input" });
}
