import { checkNumber } from "../layers/options.ts";
import { DrowseError } from "../tensor/errors.ts";
import { sampleMean, sampleVariance } from "./mean-and-deviation.ts";
import type { Samples, Statistic } from "./samples.ts";

/** The parts of a variance, each [rows, ...outputs]. */
export interface PredictiveVariance {
  /** Of what the network does not know, which more data would lessen. */
  readonly epistemic: Statistic;
  /** Of the noise in the targets, which more data does not lessen. */
  readonly aleatoric: Statistic;
  /** Their sum. */
  readonly total: Statistic;
}

/**
 * Predictive variance of regression and its parts, by the law of total variance:
 *
 *     total = 1/T sum over t of (y_t - mean)^2  +  noise
 *
 * with noise 1 / tau where one precision tau serves all rows (Gal and Ghahramani 2016, equation 8), or the mean over the
 * samples of the variances that the network gives for each row (Kendall and Gal 2017, equation 9).
 *
 * @param samples - predicted means [samples, rows, ...outputs].
 * @param noise - `tau`: the precision of the noise, above 0; or `variances`: samples of predicted variances, at least 0, of the
 * same shape as the means.
 * @throws {DrowseError} on no samples or rows, numbers that are not finite, a tau that is not above 0, and negative variances.
 * @example
 * const { total } = predictiveVariance(samples, { tau });
 */
export function predictiveVariance(
  samples: Samples,
  noise: { readonly tau: number } | { readonly variances: Samples },
): PredictiveVariance {
  const operation = "predictiveVariance";
  const epistemic = sampleVariance(samples);
  const { shape } = epistemic;
  let aleatoric: Statistic;
  if ("variances" in noise) {
    aleatoric = sampleMean(noise.variances);
    const negative = aleatoric.data.findIndex((value) => value < 0);
    if (negative >= 0) {
      throw new DrowseError(operation, `a mean variance is ${aleatoric.data[negative]}`, "give variances, not their logarithms");
    }
    if (aleatoric.data.length !== epistemic.data.length) {
      const received = `there are ${aleatoric.data.length} variances for ${epistemic.data.length} means`;
      throw new DrowseError(operation, received, "give a variance for each mean");
    }
  } else {
    const tau = checkTau(operation, noise.tau);
    aleatoric = { data: new Float64Array(epistemic.data.length).fill(1 / tau), shape };
  }
  const total = { data: epistemic.data.map((value, i) => value + aleatoric.data[i]), shape };
  return { epistemic, aleatoric, total };
}

/** @throws {DrowseError} unless tau is a finite number above 0. */
export function checkTau(operation: string, tau: unknown): number {
  return checkNumber(
    operation,
    "tau",
    tau,
    (value) => value > 0,
    "give the precision of the noise, a number above 0; chooseTau finds one",
  );
}
