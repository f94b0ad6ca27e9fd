import { dropout } from "../layers/dropout/dropout.ts";
import { isDropout } from "../layers/dropout/dropout-layer.ts";
import { resolveRate } from "../layers/dropout/rate.ts";
import type { Layer, Layers } from "../layers/layer.ts";
import { DrowseError } from "../tensor/errors.ts";
import { isBlock, isLayer } from "./chain.ts";

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
export function withShorthand(operation: string, layers: Layers, given: DropoutShorthand): Layers {
  const { inputRate, hiddenRate } = given;
  if (inputRate === undefined && hiddenRate === undefined) return layers;
  const rates = { inputRate, hiddenRate };
  for (const [name, rate] of Object.entries(rates)) {
    if (rate !== undefined) resolveRate(`${operation}: ${name}`, { rate });
  }
  const all = layersIn(layers);
  const own = all.find(isDropout);
  if (own) {
    const remedy = "give each layer its rate, or leave the dropout layers out";
    throw new DrowseError(operation, `inputRate or hiddenRate is given, and ${own.name ?? own.kind} is among the layers`, remedy);
  }
  const [first, ...hidden] = all.filter(({ kind }) => kind === "dense");
  if (hiddenRate !== undefined && hidden.length === 0) {
    throw new DrowseError(
      operation,
      `hiddenRate is ${hiddenRate}, and there are no hidden units`,
      "leave it out, or add a dense layer",
    );
  }
  return [
    ...(inputRate === undefined ? [] : [dropout({ rate: inputRate })]),
    ...(hiddenRate === undefined ? layers : withHidden(layers, first, hiddenRate)),
  ];
}

/** The layers with dropout before each dense layer but the first one, in branches too. */
function withHidden(layers: Layers, first: Layer, rate: number): Layers {
  return layers.flatMap((layer): Layers => {
    if (isBlock(layer)) return [{ ...layer, branch: withHidden(layer.branch, first, rate) }];
    return isLayer(layer) && layer.kind === "dense" && layer !== first ? [dropout({ rate }), layer] : [layer];
  });
}

/** All layers, those in branches too, but for what joins them. */
function layersIn(layers: Layers): Layer[] {
  return layers.flatMap((layer) => (isBlock(layer) ? layersIn(layer.branch) : isLayer(layer) ? [layer] : []));
}
