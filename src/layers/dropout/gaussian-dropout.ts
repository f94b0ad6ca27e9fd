import { checkLayerOptions } from "../layer-options.ts";
import type { DropoutLayer } from "./dropout-layer.ts";
import { keyedDropout } from "./keyed-dropout.ts";
import { checkBelow1, resolveRate } from "./rate.ts";

/** Options of {@link gaussianDropout}. */
export interface GaussianDropoutOptions {
  /** In [0, 1): the noise has the variance of dropout at this rate, rate / (1 - rate). 0 is the identity. */
  rate?: number;
  /** 1 - rate, instead of `rate`. */
  keep?: number;
  /** Name of the layer, part of its noise's key; by default `gaussianDropout1`, ... */
  name?: string;
}

/** sigma = sqrt(rate / (1 - rate)): the standard deviation of the noise. */
export function noiseDeviation(rate: number): number {
  return Math.sqrt(rate / (1 - rate));
}

/**
 * Gaussian dropout (Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014, section 10; Kingma, Salimans and Welling
 * 2015 call the variance alpha): in training each number is multiplied by noise of mean 1, in prediction by nothing.
 *
 *     training y = x e    prediction y = x        e ~ N(1, rate / (1 - rate))
 *
 * The noise is as strong as that of dropout at the same rate, whose factors m / keep have this variance; but nothing sleeps, and of
 * the work only that with zeros which were there before is skipped. The noise of a unit is a pure function of the model's seed,
 * this layer's name, the pass over the data, the row's index in the data set and the unit: one 32-bit word, as in a mask, turned
 * into a normal number by inversion of the distribution function. So it lies within 6.34 deviations of 1.
 *
 * Shapes: any to the same.
 *
 * @throws {DrowseError} unless exactly one of `rate` and `keep` is given, and on a rate outside [0, 1): at 1 the variance is infinite.
 * @example
 * sequential({ input: [784], seed: 42 }, [dense(512), relu(), gaussianDropout({ rate: 0.5 }), dense(10)])
 */
export function gaussianDropout(options: GaussianDropoutOptions): DropoutLayer {
  checkLayerOptions("gaussianDropout", options);
  const rate = resolveRate("gaussianDropout", options);
  checkBelow1("gaussianDropout", rate, rate === 1, "the noise has infinite variance");
  const { keep: _, ...others } = options;
  return keyedDropout({
    kind: "gaussianDropout",
    name: options.name,
    rate,
    hasMask: false,
    record: { threshold: 0, awake: 0, scale: noiseDeviation(rate) },
    withRate: (changed) => gaussianDropout({ ...others, rate: changed }),
    // y = x e
    forward: "gaussianDropout",
    // in the forward pass this was y = x e, so dx = dy e, with the same words
    backward: "gaussianDropout",
  });
}
