import { readProbabilitySamples, type Samples } from "./samples.ts";

/**
 * Variation ratio (Freeman 1965; Gal 2016, section 3.3.1): the share of samples whose class is not the most frequent one.
 *
 *     1 - f / T,      f = number of samples that name the most frequent class
 *
 * A sample names its most probable class, among equal ones the first.
 *
 * @param samples - probabilities [samples, rows, classes]; one column is the probability of class 1 of two.
 * @returns one number per row, from 0 (all samples agree) to below 1.
 * @throws {DrowseError} on no samples or rows, and numbers outside [0, 1].
 * @example
 * variationRatio([[[0.9, 0.1]], [[0.4, 0.6]], [[0.8, 0.2]]])   // 1/3
 */
export function variationRatio(samples: Samples): Float64Array {
  const { data, samples: T, rows, columns } = readProbabilitySamples("variationRatio", samples);
  const votes = new Uint32Array(Math.max(2, columns));
  return Float64Array.from({ length: rows }, (_, row) => {
    votes.fill(0);
    for (let t = 0; t < T; t++) votes[likeliest(data, (t * rows + row) * columns, columns)]++;
    return 1 - Math.max(...votes) / T;
  });
}

/** The most probable class of the probabilities from `start` on; one number p stands for 1 - p and p. */
export function likeliest(data: ArrayLike<number>, start: number, columns: number): number {
  if (columns === 1) return data[start] > 0.5 ? 1 : 0;
  let best = 0;
  for (let column = 1; column < columns; column++) if (data[start + column] > data[start + best]) best = column;
  return best;
}
