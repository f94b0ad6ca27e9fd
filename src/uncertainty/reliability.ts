import { checkCount, checkOptions } from "../layers/options.ts";
import type { Table } from "../metrics/table.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { type Classified, probabilityOf, readClassified } from "./class-probabilities.ts";
import { likeliest } from "./variation-ratio.ts";

/** How rows are put into bins by their confidence. */
export interface BinOptions {
  /** Most bins, at least 1; default 15. */
  bins?: number;
  /** `"equalWidth"` (default): ((m - 1)/M, m/M]; `"equalCount"`: adaptive, as many rows in each. */
  binning?: "equalWidth" | "equalCount";
}

/** Rows of about the same confidence. */
export interface ReliabilityBin {
  /** Confidences above `from` and up to `to`; bins of equal counts: from their least to their highest. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean confidence. */
  readonly confidence: number;
  /** Share of right answers. */
  readonly accuracy: number;
}

/**
 * Reliability curve (Niculescu-Mizil and Caruana 2005; Guo, Pleiss, Sun and Weinberger 2017): rows in bins by their confidence,
 * which is the probability of the most probable class, and how often it is right. Calibrated is where both are equal.
 *
 * Bins of equal counts (Nguyen and O'Connor 2015) end at rows floor(m rows / M) in ascending order; rows of one confidence stay
 * together, so that the order of the rows does not matter. Bins without rows are left out.
 *
 * @param targets - class indices.
 * @param probabilities - a column per class, or one column, the probability of class 1 of two.
 * @returns the bins in ascending order of confidence.
 * @throws {DrowseError} on wrong targets or options, another number of rows, and numbers outside [0, 1].
 * @example
 * for (const { confidence, accuracy } of reliabilityCurve(y, await model.predict(x))) console.log(confidence, accuracy);
 */
export function reliabilityCurve(targets: ArrayLike<number>, probabilities: Table, options: BinOptions = {}): ReliabilityBin[] {
  return bin("reliabilityCurve", targets, probabilities, options);
}

/**
 * Expected calibration error (Naeini, Cooper and Hauskrecht 2015; Guo and others 2017) over the bins of the
 * {@link reliabilityCurve}, whose arguments and errors it has:
 *
 *     ECE = sum over bins of count / rows |accuracy - confidence|
 *
 * @returns a number from 0 to 1; less is better. It depends on the bins, and a model that says the same of every row can reach 0:
 * look at a proper score as well, such as {@link negativeLogLikelihood}.
 * @example
 * expectedCalibrationError(y, await model.predict(x), { binning: "equalCount" })
 */
export function expectedCalibrationError(targets: ArrayLike<number>, probabilities: Table, options: BinOptions = {}): number {
  const bins = bin("expectedCalibrationError", targets, probabilities, options);
  const rows = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce((sum, { count, accuracy, confidence }) => sum + (count / rows) * Math.abs(accuracy - confidence), 0);
}

function bin(operation: string, targets: ArrayLike<number>, probabilities: Table, options: BinOptions): ReliabilityBin[] {
  checkOptions(operation, options, ["bins", "binning"]);
  const { bins: M = 15, binning = "equalWidth" } = options;
  checkCount(operation, "bins", M);
  if (binning !== "equalWidth" && binning !== "equalCount") {
    throw new DrowseError(operation, `binning is ${show(binning)}`, 'give "equalWidth" or "equalCount"');
  }
  const ascending = topClasses(readClassified(operation, targets, probabilities));
  const last = ascending.length - 1;
  const bins: ReliabilityBin[] = [];
  for (let start = 0; start <= last; ) {
    const width = Math.max(1, Math.ceil(ascending[start].confidence * M));
    let end = binning === "equalCount" ? nextEnd(start, ascending.length, M) : start + 1;
    const stays = (confidence: number) =>
      binning === "equalCount" ? confidence === ascending[end - 1].confidence : Math.ceil(confidence * M) <= width;
    while (end <= last && stays(ascending[end].confidence)) end++;
    const rows = ascending.slice(start, end);
    const count = rows.length;
    bins.push({
      from: binning === "equalCount" ? rows[0].confidence : (width - 1) / M,
      to: binning === "equalCount" ? rows[count - 1].confidence : width / M,
      count,
      confidence: rows.reduce((sum, { confidence }) => sum + confidence, 0) / count,
      accuracy: rows.reduce((sum, { right }) => sum + right, 0) / count,
    });
    start = end;
  }
  return bins;
}

/** The first of the ends floor(m rows / M) beyond `start`. */
function nextEnd(start: number, rows: number, M: number): number {
  let m = Math.max(1, Math.floor((start * M) / rows));
  while (Math.floor((m * rows) / M) <= start) m++;
  return Math.floor((m * rows) / M);
}

function topClasses(classified: Classified): { confidence: number; right: number }[] {
  const { data, rows, columns, targets } = classified;
  const tops = Array.from({ length: rows }, (_, row) => {
    const top = likeliest(data, row * columns, columns);
    return { confidence: probabilityOf(classified, row, top), right: targets[row] === top ? 1 : 0 };
  });
  return tops.sort((a, b) => a.confidence - b.confidence || a.right - b.right);
}
