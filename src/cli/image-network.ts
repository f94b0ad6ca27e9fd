import { dense } from "../layers/dense.ts";
import { dropout, type Scaling } from "../layers/dropout/dropout.ts";
import { flatten } from "../layers/flatten.ts";
import type { Layer } from "../layers/layer.ts";
import type { Model } from "../model/model.ts";
import { sequential } from "../model/sequential.ts";
import type { Shape } from "../tensor/shape.ts";
import { type ActivationName, activations } from "./activations.ts";

/** The network that `drowse train` makes of its options. */
export interface NetworkSettings {
  readonly hidden: readonly number[];
  /** Of the hidden layers. */
  readonly activation: ActivationName;
  /** Rates of the hidden layers and of the input. */
  readonly dropout: number;
  readonly inputDropout: number;
  readonly scaling: Scaling;
  readonly seed: number;
}

/**
 * A network over images: the pixels, hidden layers with their activation, and a logit per class; dropout on the pixels and
 * behind each hidden layer. A rate of 0 adds no layer. First weights depend on the seed alone, not on the rates.
 */
export function imageNetwork(image: Shape, classes: number, settings: NetworkSettings): Model {
  const { hidden, scaling, seed } = settings;
  const { layer: activation, initializer, gain } = activations[settings.activation];
  const asleep = (rate: number): Layer[] => (rate > 0 ? [dropout({ rate, scaling })] : []);
  return sequential({ input: image, seed }, [
    flatten(),
    ...asleep(settings.inputDropout),
    ...hidden.flatMap((units) => [dense(units, { initializer, gain }), activation(), ...asleep(settings.dropout)]),
    dense(classes, { initializer, gain }),
  ]);
}
