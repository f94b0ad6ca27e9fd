import { checkNumber, checkOptions } from "../layers/options.ts";
import { DrowseError } from "../tensor/errors.ts";
import { varianceOf } from "./mean-and-deviation.ts";
import { type FlatSamples, meanOf, readSamples, type Samples, type Statistic } from "./samples.ts";

const OPERATION = "predictiveVariance";

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
 * @throws {DrowseError} on no samples or rows, numbers that are not finite, a tau that is not above 0, negative variances, other shapes,
 * and unless just one of `tau` and `variances` is given.
 * @example
 * const { total } = predictiveVariance(samples, { tau });
 */
export function predictiveVariance(
  samples: Samples,
  noise: { readonly tau: number } | { readonly variances: Samples },
): PredictiveVariance {
  checkOptions(OPERATION, noise, ["tau", "variances"]);
  const { tau, variances } = noise as { readonly tau?: number; readonly variances?: Samples };
  if ((tau === undefined) === (variances === undefined)) {
    const received = tau === undefined ? "neither tau nor variances are given" : "both tau and variances are given";
    throw new DrowseError(OPERATION, received, "give one of them");
  }
  const means = readSamples(OPERATION, samples);
  const { shape } = means;
  const epistemic = varianceOf(means);
  const aleatoric =
    variances === undefined
      ? new Float64Array(epistemic.length).fill(1 / checkTau(OPERATION, tau))
      : meanOf(readVariances(variances, means));
  const total = epistemic.map((value, i) => value + aleatoric[i]);
  return { epistemic: { data: epistemic, shape }, aleatoric: { data: aleatoric, shape }, total: { data: total, shape } };
}

/** @throws {DrowseError} unless there is a variance, at least 0, for each mean of each sample. */
function readVariances(given: Samples, means: FlatSamples): FlatSamples {
  const variances = readSamples(OPERATION, given);
  const told = ({ samples, rows, columns }: FlatSamples) => `${samples} samples of ${rows} rows of ${columns}`;
  if (told(variances) !== told(means)) {
    const received = `there are ${told(variances)} variances for ${told(means)} means`;
    throw new DrowseError(OPERATION, received, "give a variance for each mean");
  }
  const negative = Array.prototype.find.call(variances.data, (value: number) => value < 0);
  if (negative !== undefined)
    throw new DrowseError(OPERATION, `a variance is ${negative}`, "give variances, not their logarithms");
  return variances;
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
