import { checkRows, readTable } from "../metrics/table.ts";
import { DrowseError } from "../tensor/errors.ts";

/** What is risked when the most uncertain rows are rejected. */
export interface RiskCoverage {
  /** Shares of the rows that are kept, ascending to 1: after each group of equally uncertain rows. */
  readonly coverage: Float64Array;
  /** Mean loss of the kept rows. */
  readonly risk: Float64Array;
  /** Area under the curve: the mean risk over all numbers of kept rows. */
  readonly area: number;
}

/**
 * Risk-coverage curve and its area, AURC (El-Yaniv and Wiener 2010; Geifman, Uziel and El-Yaniv 2019): rows are accepted from the
 * least uncertain on, and the risk is the mean loss of those accepted.
 *
 *     risk(k) = 1/k sum of the losses of the k least uncertain rows      AURC = 1/rows sum over k = 1 ... rows of risk(k)
 *
 * Equally uncertain rows come in any order: within their group each counts its mean loss, so that the result does not depend on how
 * the rows are sorted.
 *
 * @param losses - one number per row: 0 for a right and 1 for a wrong class, or a squared error.
 * @param uncertainties - one number per row, such as the entropy; higher is less certain.
 * @throws {DrowseError} on no rows, different lengths, more than one number per row, and numbers that are not finite.
 * @example
 * const { area } = riskCoverage(wrong, entropy);
 */
export function riskCoverage(losses: ArrayLike<number>, uncertainties: ArrayLike<number>): RiskCoverage {
  const loss = readColumn("the losses", losses);
  const uncertainty = readColumn("the uncertainties", uncertainties);
  checkRows("riskCoverage", loss.length, uncertainty.length);
  const rows = loss.length;
  const order = Uint32Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) => uncertainty[a] - uncertainty[b] || loss[a] - loss[b],
  );
  const coverage: number[] = [];
  const risk: number[] = [];
  let [lost, area] = [0, 0];
  for (let start = 0; start < rows; ) {
    let end = start;
    let group = 0;
    while (end < rows && uncertainty[order[end]] === uncertainty[order[start]]) group += loss[order[end++]];
    const mean = group / (end - start);
    for (let k = start + 1; k <= end; k++) area += (lost + (k - start) * mean) / k;
    lost += group;
    coverage.push(end / rows);
    risk.push(lost / end);
    start = end;
  }
  return { coverage: Float64Array.from(coverage), risk: Float64Array.from(risk), area: area / rows };
}

function readColumn(what: string, values: ArrayLike<number>): ArrayLike<number> {
  const { data, columns } = readTable("riskCoverage", what, values);
  if (columns !== 1) throw new DrowseError("riskCoverage", `${what} have ${columns} numbers per row`, "give one number per row");
  return data;
}
