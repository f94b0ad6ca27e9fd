import { elu } from "../layers/elu.ts";
import { gelu } from "../layers/gelu.ts";
import type { InitializerName } from "../layers/initializers.ts";
import type { Layer } from "../layers/layer.ts";
import { leakyRelu } from "../layers/leaky-relu.ts";
import { relu } from "../layers/relu.ts";
import { selu } from "../layers/selu.ts";
import { sigmoid } from "../layers/sigmoid.ts";
import { softplus } from "../layers/softplus.ts";
import { swish } from "../layers/swish.ts";
import { tanh } from "../layers/tanh.ts";

/** An activation, and the first weights that go with it. */
interface Activation {
  readonly layer: () => Layer;
  readonly initializer: InitializerName;
  readonly gain: number;
}

/** Activations that networks of settings have, by name. */
export type ActivationName = "relu" | "leakyRelu" | "elu" | "selu" | "gelu" | "swish" | "softplus" | "sigmoid" | "tanh";

/**
 * What may stand behind the hidden layers, with the first weights that the literature gives it: He for what is like a
 * rectifier, LeCun for selu, whose fixed point needs it to the digit, Glorot for what saturates. Rectifiers have half
 * their size, because dropout's 1 / keep adds to their variance; on MNIST the half was better for each of them.
 */
export const activations: Readonly<Record<ActivationName, Activation>> = {
  // Found with the other defaults, and in size between the half and the whole of He.
  relu: { layer: relu, initializer: "glorot", gain: 0.5 },
  leakyRelu: { layer: leakyRelu, initializer: "he", gain: 0.5 },
  elu: { layer: elu, initializer: "he", gain: 0.5 },
  selu: { layer: selu, initializer: "lecun", gain: 1 },
  gelu: { layer: gelu, initializer: "he", gain: 0.5 },
  swish: { layer: swish, initializer: "he", gain: 0.5 },
  softplus: { layer: softplus, initializer: "he", gain: 1 },
  sigmoid: { layer: sigmoid, initializer: "glorot", gain: 1 },
  tanh: { layer: tanh, initializer: "glorot", gain: 1 },
};
