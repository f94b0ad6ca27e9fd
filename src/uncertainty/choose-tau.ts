import { checkOptions } from "../layers/options.ts";
import type { Table } from "../metrics/table.ts";
import { exp, log } from "../tensor/arithmetic.ts";
import { DrowseError } from "../tensor/errors.ts";
import { goldenSection } from "./golden-section.ts";
import { type Distances, meanLogLikelihood, squaredDistances } from "./log-likelihood.ts";
import { checkTau } from "./predictive-variance.ts";
import type { Samples } from "./samples.ts";

/** What {@link chooseTau} found. */
export interface ChosenTau {
  /** Precision of the noise; its standard deviation is 1 / sqrt(tau). */
  readonly tau: number;
  /** Mean log-likelihood of the targets with it. */
  readonly logLikelihood: number;
}

/** Points at which the log-likelihood is looked at before the best of them is refined. */
const POINTS = 65;

/**
 * Chooses Gal's precision tau on validation data: the one of the highest {@link logLikelihood}. Take rows that the network
 * was not trained on, and neither those of the test.
 *
 * Without candidates the maximum itself is found. Where it lies, tau is D over the mean of the squared distances that the
 * mixture's weights make, which lies between the least and the mean over the samples:
 *
 *     D / mean over rows of mean over t of |y - y_t|^2  <=  tau  <=  D / mean over rows of min over t of |y - y_t|^2
 *
 * Between them the logarithm of tau is searched in even steps, and the best one refined by golden section.
 *
 * @param targets - numbers [rows, ...outputs], two rows at least.
 * @param samples - [samples, rows, ...outputs].
 * @param options - `candidates`: numbers above 0, of which one is chosen; among equals the first.
 * @throws {DrowseError} on one row, where tau would only measure that row's error; on predictions that meet every target, where no
 * tau is the best; on other shapes, numbers that are not finite and unknown options.
 * @example
 * const { tau } = chooseTau(validation.y, samples);
 */
export function chooseTau(
  targets: Table,
  samples: Samples,
  options: { readonly candidates?: readonly number[] } = {},
): ChosenTau {
  const operation = "chooseTau";
  checkOptions(operation, options, ["candidates"]);
  const distances = squaredDistances(operation, targets, samples);
  if (distances.rows === 1) {
    const remedy = "give at least two rows: one row tells its own error and nothing of the noise";
    throw new DrowseError(operation, "there is one row", remedy);
  }
  const { candidates } = options;
  if (candidates !== undefined) return best(operation, candidates, distances);
  const [least, most] = bounds(operation, distances);
  const likelihood = (logTau: number) => meanLogLikelihood(distances, exp(logTau));
  const [low, high] = [log(least), log(most)];
  const step = (high - low) / (POINTS - 1);
  const points = Float64Array.from({ length: POINTS }, (_, i) => low + i * step);
  const values = points.map(likelihood);
  const highest = values.indexOf(Math.max(...values));
  const tau = exp(goldenSection(likelihood, points[highest] - step, points[highest] + step));
  return { tau, logLikelihood: meanLogLikelihood(distances, tau) };
}

function best(operation: string, candidates: readonly number[], distances: Distances): ChosenTau {
  if (!Array.isArray(candidates) || candidates.length === 0) {
    throw new DrowseError(operation, "there are no candidates", "give an array of numbers above 0, or leave candidates out");
  }
  const scored = candidates.map((tau) => ({ tau, logLikelihood: meanLogLikelihood(distances, checkTau(operation, tau)) }));
  return scored.reduce((first, other) => (other.logLikelihood > first.logLikelihood ? other : first));
}

function bounds(operation: string, { data, rows, samples, outputs }: Distances): [number, number] {
  let [means, leasts] = [0, 0];
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let t = 0; t < samples; t++) {
      const distance = data[row * samples + t];
      sum += distance;
      if (distance < least) least = distance;
    }
    means += sum / samples;
    leasts += least;
  }
  if (leasts === 0) {
    throw new DrowseError(
      operation,
      "each target is met exactly by a sample",
      "give targets with noise, or candidates: the likelihood grows with tau without end",
    );
  }
  return [(outputs * rows) / means, (outputs * rows) / leasts];
}
