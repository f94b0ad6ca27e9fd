import { dropout } from "../layers/dropout/dropout.ts";
import { isDropout } from "../layers/dropout/dropout-layer.ts";
import { resolveRate } from "../layers/dropout/rate.ts";
import type { Layer } from "../layers/layer.ts";
import { DrowseError } from "../tensor/errors.ts";

/** Rates that are given for a whole network. */
export interface DropoutShorthand {
  /** Adds dropout of this rate on the inputs. */
  inputRate?: number;
  /** Adds dropout of this rate on all hidden units: before each dense layer but the first. Never on the outputs. */
  hiddenRate?: number;
}

/**
 * The layers with dropout on the inputs and on hidden units: before the first layer, and before each dense layer but the first,
 * which is behind the activation of the layer before. So nothing that is behind the last dense layer ever sleeps.
 * @throws {DrowseError} on rates outside [0, 1], on layers that have rates of their own, and on a hidden rate without hidden units.
 */
export function withShorthand(operation: string, layers: readonly Layer[], given: DropoutShorthand): readonly Layer[] {
  const { inputRate, hiddenRate } = given;
  if (inputRate === undefined && hiddenRate === undefined) return layers;
  const rates = { inputRate, hiddenRate };
  for (const [name, rate] of Object.entries(rates)) {
    if (rate !== undefined) resolveRate(`${operation}: ${name}`, { rate });
  }
  const own = layers.find(isDropout);
  if (own) {
    const remedy = "give each layer its rate, or leave the dropout layers out";
    throw new DrowseError(operation, `inputRate or hiddenRate is given, and ${own.name ?? own.kind} is among the layers`, remedy);
  }
  const first = layers.findIndex(({ kind }) => kind === "dense");
  if (hiddenRate !== undefined && !layers.some(({ kind }, index) => kind === "dense" && index > first)) {
    throw new DrowseError(
      operation,
      `hiddenRate is ${hiddenRate}, and there are no hidden units`,
      "leave it out, or add a dense layer",
    );
  }
  return [
    ...(inputRate === undefined ? [] : [dropout({ rate: inputRate })]),
    ...layers.flatMap((layer, index) => {
      const isBehindHidden = layer.kind === "dense" && index > first && hiddenRate !== undefined;
      return isBehindHidden ? [dropout({ rate: hiddenRate }), layer] : [layer];
    }),
  ];
}
