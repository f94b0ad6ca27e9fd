import type { Scaling } from "../layers/dropout/dropout.ts";
import { standoutActivations } from "../layers/dropout/standout.ts";
import type { ActivationName } from "../study/activations.ts";
import type { DropoutKind } from "../study/dropout-kinds.ts";
import { UsageError } from "./usage-error.ts";

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
