import type { LayerKind } from "./layer.ts";
import { checkOptionsOf } from "./options.ts";

/** The options of every layer, in one place, so that an option given to the wrong layer can be named. */
const layerOptions = {
  dense: ["bias", "initializer", "gain", "name"],
  dropout: ["rate", "keep", "scaling", "sharedAcross", "name"],
  gaussianDropout: ["rate", "keep", "name"],
  alphaDropout: ["rate", "keep", "name"],
  standout: ["alpha", "beta", "rate", "activation", "name"],
  dropConnect: ["rate", "keep", "scaling", "sharedAcross", "bias", "initializer", "gain", "name"],
  variationalDropout: ["rate", "perUnit", "klWeight", "name"],
  concreteDropout: ["rate", "temperature", "weightRegularizer", "dropoutRegularizer", "name"],
  maxout: ["pieces", "name"],
  flatten: ["name"],
  relu: ["name"],
  leakyRelu: ["slope", "name"],
  elu: ["alpha", "name"],
  selu: ["name"],
  gelu: ["approximation", "name"],
  sigmoid: ["name"],
  tanh: ["name"],
  softplus: ["name"],
  swish: ["name"],
  batchNorm: ["momentum", "epsilon", "name"],
  layerNorm: ["epsilon", "name"],
  residual: ["dropPath", "scaling", "name"],
} as const satisfies Readonly<Record<LayerKind, readonly string[]>>;

/**
 * Refuses options that a layer does not have.
 * @throws {DrowseError} naming the first unknown option, the layer that has it, and the known ones.
 */
export function checkLayerOptions(kind: LayerKind, options: unknown): void {
  checkOptionsOf(layerOptions, kind, options);
}
