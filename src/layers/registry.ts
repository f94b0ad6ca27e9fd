import { DrowseError, show } from "../tensor/errors.ts";
import { dense } from "./dense.ts";
import { type DropoutOptions, dropout } from "./dropout/dropout.ts";
import { elu } from "./elu.ts";
import { flatten } from "./flatten.ts";
import { gelu } from "./gelu.ts";
import type { Layer, LayerKind } from "./layer.ts";
import { leakyRelu } from "./leaky-relu.ts";
import { checkNumber, checkOptions } from "./options.ts";
import { relu } from "./relu.ts";
import { selu } from "./selu.ts";
import { sigmoid } from "./sigmoid.ts";
import { softplus } from "./softplus.ts";
import { swish } from "./swish.ts";
import { tanh } from "./tanh.ts";

/** The settings of a layer as they were read from a file: nothing is known of them yet. */
export type UnknownConfig = Readonly<Record<string, unknown>>;

/** Kinds of layers, each made from its settings: closed lists, so that a file can name nothing else. */
export type LayerKinds = Readonly<Partial<Record<LayerKind, (name: string, config: UnknownConfig) => Layer>>>;

/** The kinds that everyone loads. Those that few use stand in `more-kinds.ts`, which prediction alone loads only when it is asked to. */
const kinds: LayerKinds = {
  dense(name, config) {
    checkOptions(name, config, ["units", "bias"]);
    const units = checkNumber(name, "units", config.units, Number.isInteger, "give a whole number of at least 1");
    if (typeof config.bias !== "boolean") throw new DrowseError(name, `bias is ${show(config.bias)}`, "give true or false");
    return dense(units, { bias: config.bias, name });
  },
  // Its own function checks every value.
  dropout: (name, config) => dropout({ ...(config as DropoutOptions), name }),
  leakyRelu: (name, config) => leakyRelu({ ...allOf(name, config, ["slope"]), name }),
  elu: (name, config) => elu({ ...allOf(name, config, ["alpha"]), name }),
  gelu: (name, config) => gelu({ ...allOf(name, config, ["approximation"]), name }),
  flatten: (name, config) => flatten({ ...allOf(name, config, []), name }),
  relu: (name, config) => relu({ ...allOf(name, config, []), name }),
  selu: (name, config) => selu({ ...allOf(name, config, []), name }),
  sigmoid: (name, config) => sigmoid({ ...allOf(name, config, []), name }),
  tanh: (name, config) => tanh({ ...allOf(name, config, []), name }),
  softplus: (name, config) => softplus({ ...allOf(name, config, []), name }),
  swish: (name, config) => swish({ ...allOf(name, config, []), name }),
};

/** Settings of which none is missing and none unknown: a file that leaves one out does not get today's default. */
export function allOf(name: string, config: UnknownConfig, known: readonly string[]): UnknownConfig {
  checkOptions(name, config, known);
  const missing = known.find((setting) => config[setting] === undefined);
  if (missing !== undefined) throw new DrowseError(name, `${missing} is missing`, `give ${known.join(", ")}`);
  return config;
}

/**
 * A layer from its kind, name and settings.
 * @param more - kinds beside those that everyone loads.
 * @throws {DrowseError} on a kind that this version does not know, and on settings that the layer refuses.
 */
export function layerFrom(kind: unknown, name: string, config: UnknownConfig, more: LayerKinds): Layer {
  const known = { ...kinds, ...more };
  const make = typeof kind === "string" && Object.hasOwn(known, kind) ? known[kind as LayerKind] : undefined;
  if (!make) {
    throw new DrowseError(
      name,
      `the layer's kind is ${show(kind)}`,
      `known are ${Object.keys(known).join(", ")}; drowse/predict knows more when loadModel is given moreLayers`,
    );
  }
  return make(name, config);
}
