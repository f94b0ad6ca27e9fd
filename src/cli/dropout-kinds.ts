import { alphaDropout } from "../layers/dropout/alpha-dropout.ts";
import { dropout, type Scaling } from "../layers/dropout/dropout.ts";
import { gaussianDropout } from "../layers/dropout/gaussian-dropout.ts";
import { type StandoutActivation, standout, standoutActivations } from "../layers/dropout/standout.ts";
import type { Layer } from "../layers/layer.ts";
import { type ActivationName, activations } from "./activations.ts";
import { UsageError } from "./usage-error.ts";

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

export type DropoutKind = "dropout" | "gaussian" | "alpha" | "standout";

/**
 * The kinds of dropout that the command knows. Pixels are no values of selu, and no pre-activations: they sleep by dropout
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

/** What a kind of dropout is asked for with. */
interface Asked {
  readonly dropoutKind: DropoutKind;
  readonly activation: ActivationName;
  readonly dropout: number;
  readonly inputDropout: number;
  readonly scaling: Scaling;
}

/**
 * Refuses what has no meaning beside a kind of dropout.
 * @throws {UsageError} naming both options.
 */
export function checkDropoutKind({ dropoutKind: kind, activation, dropout, inputDropout, scaling }: Asked): void {
  const refuse = (received: string, remedy: string): never => {
    throw new UsageError("drowse", `${received} is given with --dropout-kind ${kind}`, remedy);
  };
  if (kind !== "dropout" && scaling !== "inverted")
    refuse(`--scaling ${scaling}`, "leave it out: dropout alone has two scalings");
  if (kind === "alpha" && activation !== "selu")
    refuse(`--activation ${activation}`, "give --activation selu: alpha dropout is made for it");
  const held: readonly string[] = standoutActivations;
  if (kind === "standout" && !held.includes(activation)) refuse(`--activation ${activation}`, `give one of ${held.join(", ")}`);
  const noise = "give a rate below 1: at 1 its noise has infinite variance";
  if (kind === "gaussian" && inputDropout === 1) refuse("--input-dropout 1", noise);
  if (kind === "gaussian" && dropout === 1) refuse("--dropout 1", noise);
  if (kind === "alpha" && dropout === 1) refuse("--dropout 1", "give a rate below 1: at 1 no unit is left");
}
