import { activation } from "./activation.ts";
import type { Layer } from "./layer.ts";
import { checkLayerOptions } from "./layer-options.ts";
import { checkNumber } from "./options.ts";

/** Options of {@link leakyRelu}. */
export interface LeakyReluOptions {
  /** Slope where the input is below 0; above 0 (at 0 it would be relu), default 0.01. */
  slope?: number;
  /** Name of the layer; by default `leakyRelu1`, `leakyRelu2`, ... */
  name?: string;
}

/**
 * Leaky rectified linear unit, y = x for x > 0, else slope x (Maas, Hannun and Ng 2013).
 *
 * Shapes: any to the same.
 *
 * @throws {DrowseError} on a slope that is not a finite number above 0, and on unknown options.
 * @example
 * sequential({ input: [2], seed: 1 }, [dense(8), leakyRelu({ slope: 0.1 }), dense(1)])
 */
export function leakyRelu(options: LeakyReluOptions = {}): Layer {
  checkLayerOptions("leakyRelu", options);
  const { slope = 0.01, name } = options;
  checkNumber("leakyRelu", "slope", slope, (value) => value > 0, "give a number above 0, such as 0.01");
  return activation({
    ...{ kind: "leakyRelu", name, kernel: "leakyRelu", parameter: slope, config: { slope } },
    ...{ backwardReads: "sign", homogeneous: true },
  });
}
