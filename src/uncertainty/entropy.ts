import { log } from "../tensor/arithmetic.ts";
import { type FlatSamples, meanOf, readProbabilitySamples, type Samples } from "./samples.ts";

// Entropies are in nats: the natural logarithm. 0 log 0 is 0.

/**
 * Predictive entropy: that of the mean probabilities of T samples, all that is uncertain about the class (Gal 2016,
 * section 3.3.1).
 *
 *     H[p] = - sum over classes of p log p,      p = 1/T sum over t of p_t
 *
 * From 0 to log(classes), in nats.
 *
 * @param samples - probabilities [samples, rows, classes]; one column is the probability of class 1 of two.
 * @returns one number per row.
 * @throws {DrowseError} on no samples or rows, and numbers outside [0, 1].
 * @example
 * predictiveEntropy([[[1, 0]], [[0, 1]]])   // log 2: the samples disagree
 */
export function predictiveEntropy(samples: Samples): Float64Array {
  const flat = readProbabilitySamples("predictiveEntropy", samples);
  return entropies(meanOf(flat), flat);
}

/**
 * Expected entropy: the mean of the samples' entropies. What is uncertain about the class whatever the weights are, the
 * aleatoric part (Depeweg, Hernandez-Lobato, Doshi-Velez and Udluft 2018).
 *
 *     1/T sum over t of H[p_t]
 *
 * Arguments, returned numbers and errors as of {@link predictiveEntropy}.
 * @example
 * expectedEntropy([[[1, 0]], [[0, 1]]])   // 0: each sample is certain
 */
export function expectedEntropy(samples: Samples): Float64Array {
  return meanEntropies(readProbabilitySamples("expectedEntropy", samples));
}

/**
 * Mutual information between the class and the weights, BALD: how much the samples disagree, the epistemic part
 * (Houlsby, Huszar, Ghahramani and Lengyel 2011).
 *
 *     I = H[1/T sum over t of p_t] - 1/T sum over t of H[p_t]
 *
 * At least 0, at most the predictive entropy. Arguments, returned numbers and errors as of {@link predictiveEntropy}.
 * @example
 * mutualInformation([[[1, 0]], [[0, 1]]])   // log 2
 */
export function mutualInformation(samples: Samples): Float64Array {
  const flat = readProbabilitySamples("mutualInformation", samples);
  const expected = meanEntropies(flat);
  // Entropy is concave, so a number below 0 is rounding.
  return entropies(meanOf(flat), flat).map((whole, row) => Math.max(0, whole - expected[row]));
}

function meanEntropies(flat: FlatSamples): Float64Array {
  const { data, samples, rows, columns } = flat;
  const sums = new Float64Array(rows);
  for (let t = 0; t < samples; t++) {
    for (let row = 0; row < rows; row++) sums[row] += entropy(data, (t * rows + row) * columns, columns);
  }
  return sums.map((sum) => sum / samples);
}

function entropies(data: ArrayLike<number>, { rows, columns }: { rows: number; columns: number }): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => entropy(data, row * columns, columns));
}

/** Of the probabilities from `start` on; of one number p, that of p and 1 - p. */
function entropy(data: ArrayLike<number>, start: number, columns: number): number {
  if (columns === 1) return surprise(data[start]) + surprise(1 - data[start]);
  let sum = 0;
  for (let i = start; i < start + columns; i++) sum += surprise(data[i]);
  return sum;
}

/** - p log p. */
function surprise(p: number): number {
  return p > 0 ? -p * log(p) : 0;
}
