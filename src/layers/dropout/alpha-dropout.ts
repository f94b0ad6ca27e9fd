import { dropoutParameters, dropThreshold } from "../../random/mask.ts";
import { checkLayerOptions } from "../layer-options.ts";
import type { DropoutLayer } from "./dropout-layer.ts";
import { keyedDropout } from "./keyed-dropout.ts";
import { checkBelow1, resolveRate } from "./rate.ts";

/** Options of {@link alphaDropout}. */
export interface AlphaDropoutOptions {
  /** Probability to drop a unit, in [0, 1). 0 is the identity. */
  rate?: number;
  /** Probability to keep a unit, 1 - rate; instead of `rate`. */
  keep?: number;
  /** Name of the layer, part of its masks' key; by default `alphaDropout1`, ... */
  name?: string;
}

/** What selu is at -infinity, -scale * alpha: what a dropped unit becomes. */
const ASLEEP = -1.7580993408473766;

/** a = (keep (1 + rate ASLEEP^2))^(-1/2): the factor that gives numbers of mean 0 and variance 1 their variance back. */
function factorOf(rate: number): number {
  return 1 / Math.sqrt((1 - rate) * (1 + rate * ASLEEP * ASLEEP));
}

/**
 * Alpha dropout (Klambauer, Unterthiner, Mayr and Hochreiter 2017), for networks of {@link selu}: a unit that is dropped becomes
 * what selu is at -infinity, -1.7581, and an affine map keeps mean 0 and variance 1. In prediction all are awake.
 *
 *     training y = a (m x - 1.7581 (1 - m)) + b    prediction y = x        m ~ Bernoulli(keep), keep = 1 - rate
 *     a = (keep (1 + rate 1.7581^2))^(-1/2)        b = 1.7581 a rate
 *
 * With weights of variance 1 / inputs (`initializer: "lecun"`) and inputs of mean 0 and variance 1, every layer has mean 0 and
 * variance 1. The paper takes small rates, 0.05 or 0.1. Masks are those of {@link dropout} with the same name. No unit becomes 0,
 * so what is skipped is work of the gradients alone.
 *
 * Shapes: any to the same.
 *
 * @throws {DrowseError} unless exactly one of `rate` and `keep` is given, and on a rate outside [0, 1): at 1 nothing is left whose
 * variance could be kept.
 * @example
 * sequential({ input: [784], seed: 42 }, [
 *   dense(512, { initializer: "lecun" }), selu(), alphaDropout({ rate: 0.05 }), dense(10, { initializer: "lecun" }),
 * ])
 */
export function alphaDropout(options: AlphaDropoutOptions): DropoutLayer {
  checkLayerOptions("alphaDropout", options);
  const rate = resolveRate("alphaDropout", options);
  checkBelow1("alphaDropout", rate, dropThreshold(rate) === 2 ** 32, "no unit is left whose variance could be kept");
  const { keep: _, ...others } = options;
  return keyedDropout({
    kind: "alphaDropout",
    name: options.name,
    rate,
    hasMask: true,
    record: dropoutParameters(rate, factorOf(rate)),
    withRate: (changed) => alphaDropout({ ...others, rate: changed }),
    // y = a x + b where awake, a constant where asleep
    forward: "alphaDropout",
    // in the forward pass this was y = a x + b where awake, so dx = a m dy: dropout's kernel with the same words
    backward: "dropout",
  });
}
