import {
  adam,
  dense,
  elu,
  gelu,
  type Layer,
  leakyRelu,
  type Model,
  type Optimizer,
  relu,
  rmsprop,
  sequential,
  sgd,
  swish,
  tanh,
} from "drowse";
import type { Settings } from "../state/settings.ts";
import { dropoutLayer } from "./kinds.ts";

const activations: { readonly [Name in Settings["activation"]]: () => Layer } = {
  relu: () => relu(),
  leakyRelu: () => leakyRelu(),
  elu: () => elu(),
  gelu: () => gelu(),
  swish: () => swish(),
  tanh: () => tanh(),
};

/** The activation of the settings. */
export function activationLayer({ activation }: Settings): Layer {
  return activations[activation]();
}

/** The dropout layers by their names: these are part of the masks' keys, and what rates are changed by. */
export const INPUT_DROPOUT = "input";
export const hiddenDropout = (layer: number) => `hidden${layer + 1}`;

/**
 * The network of the settings. One with every neuron awake has the same layers at rate 0, which is the exact identity: first
 * weights and order of the rows follow from the same names and seed.
 * @param options.inputs - numbers in a row; default those of a place in the plane.
 */
export function buildNetwork(settings: Settings, { awake, inputs = 2 }: { awake: boolean; inputs?: number }): Model {
  const { hidden, seed } = settings;
  const rate = awake ? 0 : settings.rate;
  const inputRate = awake ? 0 : settings.inputRate;
  const layers = hidden.flatMap((units, index) => [
    dense(units),
    activationLayer(settings),
    dropoutLayer(settings, hiddenDropout(index), rate),
  ]);
  return sequential({ input: [inputs], seed }, [dropoutLayer(settings, INPUT_DROPOUT, inputRate), ...layers, dense(1)]);
}

/**
 * The beginning of a network with the same weights, up to the activation of a hidden layer: what it predicts is what the units of
 * that layer hold when nothing sleeps.
 */
export function headOf(model: Model, settings: Settings, layer: number): Model {
  const { hidden, rate, inputRate, seed } = settings;
  const layers = hidden
    .slice(0, layer + 1)
    .flatMap((units, index) => [
      index === 0 ? dropoutLayer(settings, INPUT_DROPOUT, inputRate) : dropoutLayer(settings, hiddenDropout(index - 1), rate),
      dense(units),
      activationLayer(settings),
    ]);
  const head = sequential({ input: model.inputShape, seed }, layers);
  const names = new Set(head.weights.keys());
  head.setWeights(Object.fromEntries(Array.from(model.weights).filter(([name]) => names.has(name))));
  return head;
}

/** The optimizer of the settings. */
export function buildOptimizer({ optimizer, learningRate, maxNorm }: Settings): Optimizer {
  const options = { learningRate, ...(maxNorm > 0 ? { maxNorm } : {}) };
  switch (optimizer) {
    case "adam":
      return adam(options);
    case "sgd":
      return sgd(options);
    case "momentum":
      return sgd({ ...options, momentum: 0.9 });
    case "rmsprop":
      return rmsprop(options);
  }
}
