import { readTable, type Table } from "../metrics/table.ts";
import { exp, log } from "../tensor/arithmetic.ts";
import { DrowseError } from "../tensor/errors.ts";
import { checkTau } from "./predictive-variance.ts";
import { readSamples, type Samples } from "./samples.ts";

export const LOG_2PI = 1.8378770664093454836;

/**
 * Mean predictive log-likelihood of regression (Gal and Ghahramani 2016, equation 22 of the appendix): each sample is the
 * centre of a Gaussian of precision tau, and the prediction their mixture. For T samples y_t of D outputs
 *
 *     log p(y) = log (1/T sum over t of exp(-tau/2 |y - y_t|^2)) - D/2 log(2 pi) + D/2 log tau
 *
 * and the mean over the rows, in nats. Targets and samples in their own units: undo a standardisation of the targets
 * before, and tau is per squared unit.
 *
 * @param targets - numbers [rows, ...outputs].
 * @param samples - [samples, rows, ...outputs].
 * @param tau - precision of the noise, above 0; `chooseTau` finds one.
 * @throws {DrowseError} on no samples or rows, other shapes, numbers that are not finite, and a tau that is not above 0.
 * @example
 * logLikelihood(y, samples, 0.16)
 */
export function logLikelihood(targets: Table, samples: Samples, tau: number): number {
  checkTau("logLikelihood", tau);
  return meanLogLikelihood(squaredDistances("logLikelihood", targets, samples), tau);
}

/** |y - y_t|^2, of all rows: that of row `row` in sample `t` is `data[row * samples + t]`. */
export interface Distances {
  readonly data: Float64Array;
  readonly rows: number;
  readonly samples: number;
  readonly outputs: number;
}

/** @throws {DrowseError} on targets that do not have the shape of a sample. */
export function squaredDistances(operation: string, targets: Table, samples: Samples): Distances {
  const { data, samples: T, rows, columns } = readSamples(operation, samples);
  const y = readTable(operation, "the targets", targets);
  if (y.rows !== rows || y.columns !== columns) {
    const received = `there are ${y.rows} rows of ${y.columns} targets for samples of ${rows} rows of ${columns}`;
    throw new DrowseError(operation, received, "give a target for each prediction");
  }
  const distances = new Float64Array(rows * T);
  for (let t = 0; t < T; t++) {
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let column = 0; column < columns; column++) {
        sum += (y.data[row * columns + column] - data[(t * rows + row) * columns + column]) ** 2;
      }
      distances[row * T + t] = sum;
    }
  }
  return { data: distances, rows, samples: T, outputs: columns };
}

export function meanLogLikelihood({ data, rows, samples, outputs }: Distances, tau: number): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += logMeanExp(data, row * samples, samples, -tau / 2);
  return sum / rows + (outputs / 2) * (log(tau) - LOG_2PI);
}

/** log (1/T sum over t of exp(factor x_t)) for a factor below 0; the least x is taken out first, so that nothing underflows. */
function logMeanExp(x: Float64Array, start: number, T: number, factor: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let t = start; t < start + T; t++) if (x[t] < least) least = x[t];
  let sum = 0;
  for (let t = start; t < start + T; t++) sum += exp(factor * (x[t] - least));
  return factor * least + log(sum / T);
}
