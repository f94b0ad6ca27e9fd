import { DrowseError } from "../tensor/errors.ts";
import { checkRows, readClasses, readTable, type Table } from "./table.ts";

/**
 * Area under the receiver operating characteristic (Hanley and McNeil 1982): the probability that a row of the class
 * has a higher score than a row of another, equal scores counting one half. Ties are exact, by counting ranks.
 *
 *     AUROC = sum over pairs (i of the class, j of another) of [s_i > s_j] + [s_i = s_j] / 2, over the number of pairs
 *
 * Two classes: of class 1. More: the mean over the classes, each against all others (one-vs-rest, macro), which needs
 * probabilities, as logits of different rows cannot be compared.
 *
 * @param targets - class indices.
 * @param scores - one score per row for class 1, or one column per class.
 * @throws {DrowseError} on wrong targets or scores, and when a class has no row, where the area is not defined.
 * @example
 * auroc(y, await model.predict(x))
 * auroc([0, 1, 0, 1], [0.1, 0.4, 0.35, 0.8])   // 1
 */
export function auroc(targets: ArrayLike<number>, scores: Table): number {
  const table = readTable("auroc", "the scores", scores);
  const { rows, columns } = table;
  const classes = Math.max(2, columns);
  const t = readClasses("auroc", "the targets", targets, classes);
  checkRows("auroc", t.length, rows);
  if (columns <= 2)
    return area(
      t,
      1,
      Float64Array.from({ length: rows }, (_, row) => table.data[(row + 1) * columns - 1]),
    );
  let sum = 0;
  for (let one = 0; one < classes; one++) {
    sum += area(
      t,
      one,
      Float64Array.from({ length: rows }, (_, row) => table.data[row * columns + one]),
    );
  }
  return sum / classes;
}

/** Counts pairs twice over, so that halves stay whole numbers: exact below 2^52 pairs, and rounded once. */
function area(targets: ArrayLike<number>, one: number, scores: Float64Array): number {
  const order = Uint32Array.from(scores, (_, row) => row).sort((a, b) => scores[a] - scores[b]);
  let [below, won, members] = [0, 0, 0];
  for (let start = 0; start < order.length; ) {
    let end = start;
    let membersHere = 0;
    for (; end < order.length && scores[order[end]] === scores[order[start]]; end++) {
      if (targets[order[end]] === one) membersHere++;
    }
    const othersHere = end - start - membersHere;
    won += membersHere * (2 * below + othersHere);
    below += othersHere;
    members += membersHere;
    start = end;
  }
  const others = scores.length - members;
  if (members === 0 || others === 0) {
    const received = members === 0 ? `no row is of class ${one}` : `all rows are of class ${one}`;
    throw new DrowseError("auroc", received, "give rows of every class: the area is not defined without");
  }
  return won / (2 * members * others);
}
