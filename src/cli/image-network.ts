import { dense } from "../layers/dense.ts";
import type { Scaling } from "../layers/dropout/dropout.ts";
import { flatten } from "../layers/flatten.ts";
import type { Layer } from "../layers/layer.ts";
import type { Model } from "../model/model.ts";
import { sequential } from "../model/sequential.ts";
import type { Shape } from "../tensor/shape.ts";
import { type ActivationName, activations } from "./activations.ts";
import { type DropoutKind, dropoutKinds } from "./dropout-kinds.ts";

/** The network that `drowse train` makes of its options. */
export interface NetworkSettings {
  readonly hidden: readonly number[];
  /** Of the hidden layers. */
  readonly activation: ActivationName;
  readonly dropoutKind: DropoutKind;
  /** Rates of the hidden layers and of the input. */
  readonly dropout: number;
  readonly inputDropout: number;
  readonly scaling: Scaling;
  readonly seed: number;
}

/**
 * A network over images: the pixels, hidden layers with their activation, and a logit per class; dropout of some kind on the
 * pixels and behind each hidden layer. A rate of 0 adds no layer. First weights depend on the seed alone, not on the rates.
 */
export function imageNetwork(image: Shape, classes: number, settings: NetworkSettings): Model {
  const { hidden, activation, dropout, inputDropout, scaling, seed } = settings;
  const { layer, initializer, gain } = activations[activation];
  const kind = dropoutKinds[settings.dropoutKind];
  const behind = (): Layer[] => (dropout > 0 ? kind.hidden(activation, { rate: dropout, scaling }) : [layer()]);
  return sequential({ input: image, seed }, [
    flatten(),
    ...(inputDropout > 0 ? [kind.input({ rate: inputDropout, scaling })] : []),
    ...hidden.flatMap((units) => [dense(units, { initializer, gain }), ...behind()]),
    dense(classes, { initializer, gain }),
  ]);
}
