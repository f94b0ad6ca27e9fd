import { DrowseError, show } from "../../tensor/errors.ts";
import { checkNumber, checkOptions } from "../options.ts";

/** Options of {@link frontLoadedRates}. */
export interface FrontLoadedOptions {
  /** Mean of the rates over the layers, in [0, 1]. */
  rate: number;
  /** Share of the layers that drop, the first ones, above 0 and at most 1; default 0.5. The paper's "big step" is 1 / 3. */
  share?: number;
  /** `"step"` (default): the first layers alike and the others not at all; `"linear"`: falling in a straight line to 0 in the last layer. */
  shape?: "step" | "linear";
}

/**
 * Dropout that is front-loaded over the depth of a network (Fernandez Sarmiento 2026, "Dropout universality"): at the same mean over the
 * layers, more of it in the first and none in the last. For L layers l = 0 ... L - 1 and the mean p:
 *
 *     step     p L / n where l < n, else 0       n = ceil(share L)
 *     linear   2 p (L - 1 - l) / (L - 1)         for L = 1: p
 *
 * By the paper's theory dropout of a layer costs signal as a concave function of its strength, so that little in every layer costs more
 * than much in some; and what sleeps early regularises all layers behind. It reports a test loss 18 to 35% lower than with one
 * rate for all, in fully connected networks that overfit CIFAR-10, and a few per cent in transformers.
 *
 * @param layers - number of dropout layers, at least 1.
 * @returns a rate for each, from the first to the last.
 * @throws {DrowseError} on a number of layers that is not whole, values out of range, unknown options, and where a rate would be above 1.
 * @example
 * const rates = frontLoadedRates(4, { rate: 0.2 }); // 0.4, 0.4, 0, 0
 * const hidden = rates.flatMap((rate) => [dense(256), relu(), dropout({ rate })]);
 */
export function frontLoadedRates(layers: number, options: FrontLoadedOptions): number[] {
  const operation = "frontLoadedRates";
  const isCount = (value: number) => Number.isInteger(value) && value >= 1;
  checkNumber(operation, "the number of layers", layers, isCount, "give a whole number of at least 1");
  checkOptions(operation, options, ["rate", "share", "shape"]);
  const { rate, share = 0.5, shape = "step" } = options;
  checkNumber(operation, "rate", rate, (value) => value >= 0 && value <= 1, "give a number from 0 to 1");
  checkNumber(operation, "share", share, (value) => value > 0 && value <= 1, "give a number above 0 and at most 1");
  if (shape !== "step" && shape !== "linear")
    throw new DrowseError(operation, `shape is ${show(shape)}`, 'give "step" or "linear"');
  if (shape === "linear" && options.share !== undefined)
    throw new DrowseError(operation, `share is ${share}, and shape is "linear"`, "leave share out: a line falls over all layers");
  const dropping = Math.ceil(share * layers);
  const rates = Array.from({ length: layers }, (_, l) => {
    if (shape === "step") return l < dropping ? (rate * layers) / dropping : 0;
    return layers === 1 ? rate : (2 * rate * (layers - 1 - l)) / (layers - 1);
  });
  if (rates[0] > 1) {
    const received = `the first layer's rate would be ${rates[0]}`;
    throw new DrowseError(operation, received, "give a lower rate, or a larger share");
  }
  return rates;
}
