import { checkOptions } from "../layers/options.ts";
import { readTable, type Table } from "../metrics/table.ts";
import { normalDistribution } from "../tensor/arithmetic.ts";
import { DrowseError } from "../tensor/errors.ts";
import { checkTau } from "./predictive-variance.ts";
import { checkLevels } from "./quantiles.ts";
import { readSamples, type Samples } from "./samples.ts";

/** Default levels: 0.05, 0.1, ..., 0.95. */
const LEVELS = /* @__PURE__ */ Array.from({ length: 19 }, (_, i) => (i + 1) / 20);

/** A predicted distribution of each target: the samples with Gaussian noise of precision tau around each, or a Gaussian. */
export type Distribution =
  | { readonly samples: Samples; readonly tau: number }
  | { readonly mean: Table; readonly deviation: Table };

/**
 * Probability integral transform (Dawid 1984): the predicted probability of a number below the target's.
 *
 *     u = 1/T sum over t of Phi(sqrt(tau) (y - y_t)),      or of a Gaussian      u = Phi((y - mean) / deviation)
 *
 * Where predictions are calibrated, u is uniform between 0 and 1.
 *
 * @param targets - numbers [rows, ...outputs].
 * @param distribution - samples [samples, rows, ...outputs] and tau above 0, or means and standard deviations above 0.
 * @returns one number per target.
 * @throws {DrowseError} on other shapes, numbers that are not finite, and a tau or deviation that is not above 0.
 * @example
 * const u = probabilityIntegral(y, { samples, tau });
 */
export function probabilityIntegral(targets: Table, distribution: Distribution): Float64Array {
  return integral("probabilityIntegral", targets, distribution);
}

/**
 * Coverage curve of regression (Kuleshov, Fenner and Ermon 2018): how many targets lie within the central interval that should
 * hold a given share of them. Calibrated is where coverage and level are equal; below, the model is too sure.
 *
 *     coverage(level) = share of targets with |2 u - 1| <= level,      u the {@link probabilityIntegral}
 *
 * @param targets - numbers [rows, ...outputs].
 * @param distribution - as for `probabilityIntegral`.
 * @param options - `levels`: numbers from 0 to 1; default 0.05, 0.1, ..., 0.95.
 * @throws {DrowseError} as `probabilityIntegral`, and on levels outside [0, 1].
 * @example
 * coverageCurve(y, { samples, tau }, { levels: [0.5, 0.95] })   // [{ level: 0.5, coverage: 0.49 }, ...]
 */
export function coverageCurve(
  targets: Table,
  distribution: Distribution,
  options: { readonly levels?: readonly number[] } = {},
): { level: number; coverage: number }[] {
  const operation = "coverageCurve";
  checkOptions(operation, options, ["levels"]);
  const { levels = LEVELS } = options;
  checkLevels(operation, levels);
  const widths = integral(operation, targets, distribution).map((u) => Math.abs(2 * u - 1));
  return levels.map((level) => ({ level, coverage: widths.filter((width) => width <= level).length / widths.length }));
}

function integral(operation: string, targets: Table, distribution: Distribution): Float64Array {
  const y = readTable(operation, "the targets", targets);
  const size = y.rows * y.columns;
  const checkSize = (what: string, rows: number, columns: number) => {
    if (rows !== y.rows || columns !== y.columns) {
      const received = `there are ${rows} rows of ${columns} ${what} for ${y.rows} rows of ${y.columns} targets`;
      throw new DrowseError(operation, received, "give a prediction for each target");
    }
  };
  checkOptions(operation, distribution, ["samples", "tau", "mean", "deviation"]);
  if ("samples" in distribution) {
    const root = Math.sqrt(checkTau(operation, distribution.tau));
    const { data, samples, rows, columns } = readSamples(operation, distribution.samples);
    checkSize("samples", rows, columns);
    return Float64Array.from({ length: size }, (_, i) => {
      let sum = 0;
      for (let t = 0; t < samples; t++) sum += normalDistribution(root * (y.data[i] - data[t * size + i]));
      return sum / samples;
    });
  }
  const mean = readTable(operation, "the means", distribution.mean);
  const deviation = readTable(operation, "the deviations", distribution.deviation);
  checkSize("means", mean.rows, mean.columns);
  checkSize("deviations", deviation.rows, deviation.columns);
  return Float64Array.from({ length: size }, (_, i) => {
    if (!(deviation.data[i] > 0)) {
      throw new DrowseError(operation, `a deviation is ${deviation.data[i]}`, "give numbers above 0");
    }
    return normalDistribution((y.data[i] - mean.data[i]) / deviation.data[i]);
  });
}
