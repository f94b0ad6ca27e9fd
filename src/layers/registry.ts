import { DrowseError, show } from "../tensor/errors.ts";
import { dense } from "./dense.ts";
import { type DropoutOptions, dropout } from "./dropout/dropout.ts";
import { flatten } from "./flatten.ts";
import type { Layer } from "./layer.ts";
import { checkNumber, checkOptions } from "./options.ts";
import { relu } from "./relu.ts";

/** The settings of a layer as they were read from a file: nothing is known of them yet. */
export type UnknownConfig = Readonly<Record<string, unknown>>;

/** Every kind of layer, made from its settings: a closed list, so that a file can name nothing else. */
const kinds: Readonly<Record<Layer["kind"], (name: string, config: UnknownConfig) => Layer>> = {
  dense(name, config) {
    checkOptions(name, config, ["units", "bias"]);
    const units = checkNumber(name, "units", config.units, Number.isInteger, "give a whole number of at least 1");
    if (typeof config.bias !== "boolean") throw new DrowseError(name, `bias is ${show(config.bias)}`, "give true or false");
    return dense(units, { bias: config.bias, name });
  },
  relu(name, config) {
    checkOptions(name, config, []);
    return relu({ name });
  },
  flatten(name, config) {
    checkOptions(name, config, []);
    return flatten({ name });
  },
  // Its own function checks every value.
  dropout: (name, config) => dropout({ ...(config as DropoutOptions), name }),
};

/**
 * A layer from its kind, name and settings.
 * @throws {DrowseError} on a kind that this version does not know, and on settings that the layer refuses.
 */
export function layerFrom(kind: unknown, name: string, config: UnknownConfig): Layer {
  if (typeof kind !== "string" || !Object.hasOwn(kinds, kind)) {
    throw new DrowseError(name, `the layer's kind is ${show(kind)}`, `this version knows ${Object.keys(kinds).join(", ")}`);
  }
  return kinds[kind as Layer["kind"]](name, config);
}
