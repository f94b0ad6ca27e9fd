import { dense } from "../layers/dense.ts";
import type { Scaling } from "../layers/dropout/dropout.ts";
import { flatten } from "../layers/flatten.ts";
import type { Layer } from "../layers/layer.ts";
import type { Model } from "../model/model.ts";
import { sequential } from "../model/sequential.ts";
import type { Shape } from "../tensor/shape.ts";
import { type ActivationName, activations } from "./activations.ts";
import { type DropoutKind, dropoutKinds } from "./dropout-kinds.ts";

/** A network as settings: hidden layers with their activation and dropout. */
export interface FeedForward {
  readonly hidden: readonly number[];
  /** Of the hidden layers. */
  readonly activation: ActivationName;
  readonly dropoutKind: DropoutKind;
  /** Rates of the hidden layers, one each, and of the input. */
  readonly dropout: readonly number[];
  readonly inputDropout: number;
  readonly scaling: Scaling;
}

/** What stands at its two ends, and its seed. */
export interface NetworkEnds {
  /** Shape of a row of inputs. */
  readonly input: Shape;
  readonly outputs: number;
  readonly seed: number;
}

/**
 * The network of settings: inputs, hidden layers with their activation, and outputs; dropout of some kind on the inputs and
 * behind each hidden layer. A rate of 0 adds no layer. First weights depend on the seed and the widths alone, not on the rates.
 */
export function feedForward(settings: FeedForward, { input, outputs, seed }: NetworkEnds): Model {
  const { hidden, activation, dropout, inputDropout, scaling } = settings;
  const { layer, initializer, gain } = activations[activation];
  const kind = dropoutKinds[settings.dropoutKind];
  const behind = (rate: number): Layer[] => (rate > 0 ? kind.hidden(activation, { rate, scaling }) : [layer()]);
  return sequential({ input, seed }, [
    flatten(),
    ...(inputDropout > 0 ? [kind.input({ rate: inputDropout, scaling })] : []),
    ...hidden.flatMap((units, place) => [dense(units, { initializer, gain }), ...behind(dropout[place])]),
    dense(outputs, { initializer, gain }),
  ]);
}
