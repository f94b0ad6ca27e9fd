import {
  adam,
  elu,
  gelu,
  type Layer,
  leakyRelu,
  type Model,
  type Optimizer,
  relu,
  rmsprop,
  selu,
  sequential,
  sgd,
  swish,
  tanh,
} from "drowse";
import type { Settings } from "../state/settings.ts";
import { dropoutLayer, settingsNow, unitKind, weightsLayer } from "./kinds.ts";

const activations: { readonly [Name in Settings["activation"]]: () => Layer } = {
  relu: () => relu(),
  leakyRelu: () => leakyRelu(),
  elu: () => elu(),
  selu: () => selu(),
  gelu: () => gelu(),
  swish: () => swish(),
  tanh: () => tanh(),
};

/** The activation of the settings. */
export function activationLayer({ activation }: Settings): Layer {
  return activations[activation]();
}

/** The settings of a network in which nobody sleeps: the same layers at rate 0, which is the exact identity. */
export function awakeSettings(settings: Settings): Settings {
  return { ...settings, kind: "dropout", rate: 0, rates: [], inputRate: 0, schedule: "constant" };
}

/** The settings of the left network. */
export function leftSettings(settings: Settings): Settings {
  if (settings.left === "awake") return awakeSettings(settings);
  return { ...settings, scaling: settings.scaling === "standard" ? "inverted" : "standard" };
}

/** A hidden layer, with what falls asleep behind it. */
function hiddenLayers(settings: Settings, index: number): Layer[] {
  const asleep = dropoutLayer(settings, index + 1);
  const weights = weightsLayer(settings, index, settings.hidden[index]);
  return unitKind(settings, index + 1) === "standout" ? [weights, asleep] : [weights, activationLayer(settings), asleep];
}

/** Numbers that go in and come out. */
interface Ends {
  readonly inputs?: number;
  readonly outputs?: number;
}

/**
 * The network of the settings. First weights and order of the rows follow from the same names and seed, whatever sleeps.
 * @param options.inputs - numbers in a row; default those of a place in the plane.
 */
export function buildNetwork(settings: Settings, { inputs = 2, outputs = 1 }: Ends = {}): Model {
  const { hidden, seed } = settings;
  return sequential({ input: [inputs], seed }, [
    dropoutLayer(settings, 0),
    ...hidden.flatMap((_, index) => hiddenLayers(settings, index)),
    weightsLayer(settings, hidden.length, outputs),
  ]);
}

/** The beginnings of a network that were made last, and of which settings: making one draws all its weights. */
const made = new WeakMap<Model, { readonly of: string; readonly heads: Map<string, Model> }>();

/**
 * The beginning of a network with the same weights, up to the activation of a hidden layer: what it predicts is what the units of
 * that layer hold when nothing sleeps. Or up to the sums before the activation.
 */
export function headOf(model: Model, given: Settings, layer: number, upTo: "activation" | "sums" = "activation"): Model {
  const settings = settingsNow(model, given);
  const of = JSON.stringify(settings);
  const before = made.get(model);
  const { heads } = before?.of === of ? before : { heads: new Map<string, Model>() };
  made.set(model, { of, heads });
  const head = heads.get(`${layer} ${upTo}`) ?? buildHead(model, settings, layer, upTo);
  heads.set(`${layer} ${upTo}`, head);
  const names = new Set(head.weights.keys());
  head.setWeights(Object.fromEntries(Array.from(model.weights).filter(([name]) => names.has(name))));
  return head;
}

function buildHead(model: Model, settings: Settings, layer: number, upTo: "activation" | "sums"): Model {
  const before = Array.from({ length: layer }, (_, index) => hiddenLayers(settings, index)).flat();
  return sequential({ input: model.inputShape, seed: settings.seed }, [
    dropoutLayer(settings, 0),
    ...before,
    weightsLayer(settings, layer, settings.hidden[layer]),
    ...(upTo === "activation" ? [activationLayer(settings)] : []),
  ]);
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
