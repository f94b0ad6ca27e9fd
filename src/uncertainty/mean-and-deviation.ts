import { type FlatSamples, meanOf, readSamples, type Samples, type Statistic } from "./samples.ts";

/**
 * Predictive mean (Gal and Ghahramani 2016, equation 6): of T samples y_t
 *
 *     mean = 1/T sum over t of y_t
 *
 * @param samples - [samples, rows, ...outputs].
 * @returns numbers [rows, ...outputs].
 * @throws {DrowseError} on no samples or rows, and numbers that are not finite.
 * @example
 * sampleMean([[[0.2, 0.8]], [[0.4, 0.6]]]).data   // 0.3, 0.7
 */
export function sampleMean(samples: Samples): Statistic {
  const flat = readSamples("sampleMean", samples);
  return { data: meanOf(flat), shape: flat.shape };
}

/**
 * Variance over the samples: what is not known of the weights, the epistemic part of the uncertainty (Gal and
 * Ghahramani 2016, equation 8 without its 1 / tau).
 *
 *     variance = 1/T sum over t of (y_t - mean)^2
 *
 * Arguments and errors as of {@link sampleMean}. 0 for one sample.
 * @example
 * sampleVariance([[1], [3]]).data   // 1
 */
export function sampleVariance(samples: Samples): Statistic {
  const flat = readSamples("sampleVariance", samples);
  return { data: varianceOf(flat), shape: flat.shape };
}

/** The variance over the samples of each number, summed from the first sample to the last. */
export function varianceOf(flat: FlatSamples): Float64Array {
  const { data, samples, rows, columns } = flat;
  const mean = meanOf(flat);
  const size = rows * columns;
  const variance = new Float64Array(size);
  for (let t = 0; t < samples; t++) {
    for (let i = 0; i < size; i++) variance[i] += (data[t * size + i] - mean[i]) ** 2;
  }
  return variance.map((sum) => sum / samples);
}

/**
 * Standard deviation over the samples: the root of {@link sampleVariance}. Arguments and errors as there.
 * @example
 * sampleDeviation([[1], [3]]).data   // 1
 */
export function sampleDeviation(samples: Samples): Statistic {
  const { data, shape } = sampleVariance(samples);
  return { data: data.map(Math.sqrt), shape };
}
