import { alphaDropout } from "../layers/dropout/alpha-dropout.ts";
import { dropout, type Scaling } from "../layers/dropout/dropout.ts";
import { gaussianDropout } from "../layers/dropout/gaussian-dropout.ts";
import { type StandoutActivation, standout } from "../layers/dropout/standout.ts";
import type { Layer } from "../layers/layer.ts";
import { type ActivationName, activations } from "./activations.ts";

/** What is asked for on the input or behind a hidden layer. */
interface Sleep {
  readonly rate: number;
  readonly scaling: Scaling;
}

/** How a kind of dropout stands in a network: on the input, and with the activation of a hidden layer. */
interface DropoutKinds {
  readonly input: (sleep: Sleep) => Layer;
  readonly hidden: (activation: ActivationName, sleep: Sleep) => Layer[];
}

const behind = (layer: (sleep: Sleep) => Layer): DropoutKinds["hidden"] => {
  return (activation, sleep) => [activations[activation].layer(), layer(sleep)];
};

/** Kinds of dropout that networks of settings have, by name. */
export type DropoutKind = "dropout" | "gaussian" | "alpha" | "standout";

/**
 * The kinds of dropout that networks of settings know. Pixels are no values of selu, and no pre-activations: they sleep by dropout
 * where the kind is alpha or standout.
 */
export const dropoutKinds: Readonly<Record<DropoutKind, DropoutKinds>> = {
  dropout: { input: dropout, hidden: behind(dropout) },
  gaussian: { input: ({ rate }) => gaussianDropout({ rate }), hidden: behind(({ rate }) => gaussianDropout({ rate })) },
  alpha: { input: dropout, hidden: behind(({ rate }) => alphaDropout({ rate })) },
  standout: {
    input: dropout,
    hidden: (activation, { rate }) => [standout({ rate, activation: activation as StandoutActivation })],
  },
};
