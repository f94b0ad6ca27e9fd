import { batchNorm } from "./batch-norm.ts";
import { type AlphaDropoutOptions, alphaDropout } from "./dropout/alpha-dropout.ts";
import { type ConcreteDropoutOptions, concreteDropout } from "./dropout/concrete-dropout.ts";
import { type DropConnectOptions, dropConnect } from "./dropout/drop-connect.ts";
import { type GaussianDropoutOptions, gaussianDropout } from "./dropout/gaussian-dropout.ts";
import { type StandoutOptions, standout } from "./dropout/standout.ts";
import { type VariationalDropoutOptions, variationalDropout } from "./dropout/variational-dropout.ts";
import { layerNorm } from "./layer-norm.ts";
import { type MaxoutOptions, maxout } from "./maxout.ts";
import { allOf, type LayerKinds } from "./registry.ts";
import { type ResidualOptions, residualJoin } from "./residual.ts";

/**
 * The kinds of layers that few use, for reading their models: `loadModel` of `drowse` knows them all, and `drowse/predict` takes
 * them as an argument, so that pages without them do not carry them.
 */
export const moreLayers: LayerKinds = {
  gaussianDropout: (name, config) => gaussianDropout({ ...(config as GaussianDropoutOptions), name }),
  alphaDropout: (name, config) => alphaDropout({ ...(config as AlphaDropoutOptions), name }),
  standout(name, config) {
    const bias = config.rate === undefined ? "beta" : "rate";
    return standout({ ...(allOf(name, config, ["alpha", bias, "activation"]) as StandoutOptions), name });
  },
  dropConnect(name, config) {
    const { units, ...options } = allOf(name, config, ["units", "bias", "rate", "scaling", "sharedAcross"]);
    return dropConnect(units as number, { ...(options as DropConnectOptions), name });
  },
  variationalDropout: (name, config) =>
    variationalDropout({ ...(allOf(name, config, ["perUnit", "klWeight"]) as VariationalDropoutOptions), name }),
  concreteDropout(name, config) {
    const options = allOf(name, config, ["temperature", "weightRegularizer", "dropoutRegularizer"]);
    return concreteDropout({ ...(options as ConcreteDropoutOptions), name });
  },
  // The layers of its branch stand before it in the file.
  residual: (name, config) => residualJoin({ ...(allOf(name, config, ["dropPath", "scaling"]) as ResidualOptions), name }),
  maxout: (name, config) => maxout({ ...(config as unknown as MaxoutOptions), name }),
  batchNorm: (name, config) => batchNorm({ ...allOf(name, config, ["momentum", "epsilon"]), name }),
  layerNorm: (name, config) => layerNorm({ ...allOf(name, config, ["epsilon"]), name }),
};
