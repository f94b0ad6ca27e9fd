import { checkOptions } from "../layers/options.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { checkRows, readClasses } from "./table.ts";

/** How precision, recall and F1 are averaged, and what they are where they divide by zero. */
export interface AverageOptions {
  /**
   * `"binary"` (default, two classes): of class 1. `"macro"`: the mean over the classes that occur among targets or
   * predictions. `"micro"`: of all rows together, which is the accuracy where each row has one class.
   */
  average?: "binary" | "macro" | "micro";
  /** The value of 0 / 0, where a class was never predicted or never meant; default 0, as in scikit-learn. */
  zeroDivision?: 0 | 1;
}

/** The measures of one class; `support` is the number of rows whose target it is. */
export interface ClassMeasures {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly support: number;
}

type Measure = "precision" | "recall" | "f1";

/** Rows that are rightly taken for a class, wrongly taken for it, and wrongly not. */
interface Counts {
  right: number;
  wronglyIn: number;
  wronglyOut: number;
}

/**
 * Precision: of the rows that were taken for a class, the share that is of it, TP / (TP + FP).
 *
 * @param targets - class indices.
 * @param predictions - class indices, as many; `argmax` makes them of scores.
 * @throws {DrowseError} on wrong classes, on more than two without an average, and on wrong or unknown options.
 * @example
 * precision(y, argmax(await model.predict(x)), { average: "macro" })
 */
export function precision(targets: ArrayLike<number>, predictions: ArrayLike<number>, options: AverageOptions = {}): number {
  return averaged("precision", targets, predictions, options);
}

/**
 * Recall: of the rows of a class, the share that was taken for it, TP / (TP + FN). Arguments and errors as of
 * {@link precision}.
 * @example
 * recall(y, argmax(await model.predict(x)))
 */
export function recall(targets: ArrayLike<number>, predictions: ArrayLike<number>, options: AverageOptions = {}): number {
  return averaged("recall", targets, predictions, options);
}

/**
 * F1: the harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN). Arguments and errors as of {@link precision}.
 * @example
 * f1(y, argmax(await model.predict(x)), { average: "macro" })
 */
export function f1(targets: ArrayLike<number>, predictions: ArrayLike<number>, options: AverageOptions = {}): number {
  return averaged("f1", targets, predictions, options);
}

/**
 * Precision, recall and F1 of each class, from class 0 to the highest that occurs.
 * @throws {DrowseError} on wrong classes and unknown options.
 * @example
 * const [, ofClass1] = classMeasures(y, argmax(await model.predict(x)));
 */
export function classMeasures(
  targets: ArrayLike<number>,
  predictions: ArrayLike<number>,
  options: Pick<AverageOptions, "zeroDivision"> = {},
): ClassMeasures[] {
  checkOptions("classMeasures", options, ["zeroDivision"]);
  const { zeroDivision = 0 } = options;
  return countClasses("classMeasures", targets, predictions).map((counts) => ({
    precision: ratio("precision", counts, zeroDivision),
    recall: ratio("recall", counts, zeroDivision),
    f1: ratio("f1", counts, zeroDivision),
    support: counts.right + counts.wronglyOut,
  }));
}

function averaged(measure: Measure, targets: ArrayLike<number>, predictions: ArrayLike<number>, options: AverageOptions): number {
  checkOptions(measure, options, ["average", "zeroDivision"]);
  const { average = "binary", zeroDivision = 0 } = options;
  if (zeroDivision !== 0 && zeroDivision !== 1)
    throw new DrowseError(measure, `zeroDivision is ${show(zeroDivision)}`, "give 0 or 1");
  const counts = countClasses(measure, targets, predictions);
  if (average === "binary") {
    if (counts.length > 2)
      throw new DrowseError(measure, `there are ${counts.length} classes`, 'give average: "macro" or "micro"');
    return ratio(measure, counts[1] ?? { right: 0, wronglyIn: 0, wronglyOut: 0 }, zeroDivision);
  }
  if (average === "macro") {
    const seen = counts.filter(({ right, wronglyIn, wronglyOut }) => right + wronglyIn + wronglyOut > 0);
    return seen.reduce((sum, one) => sum + ratio(measure, one, zeroDivision), 0) / seen.length;
  }
  if (average === "micro") {
    const sum = (part: keyof Counts) => counts.reduce((total, one) => total + one[part], 0);
    return ratio(measure, { right: sum("right"), wronglyIn: sum("wronglyIn"), wronglyOut: sum("wronglyOut") }, zeroDivision);
  }
  throw new DrowseError(measure, `average is ${show(average)}`, 'give "binary", "macro" or "micro"');
}

function countClasses(operation: string, targets: ArrayLike<number>, predictions: ArrayLike<number>): Counts[] {
  const t = readClasses(operation, "the targets", targets);
  const p = readClasses(operation, "the predictions", predictions);
  checkRows(operation, t.length, p.length);
  const counts: Counts[] = [];
  for (let row = 0; row < t.length; row++) {
    while (counts.length <= Math.max(t[row], p[row])) counts.push({ right: 0, wronglyIn: 0, wronglyOut: 0 });
    if (t[row] === p[row]) counts[t[row]].right++;
    else {
      counts[p[row]].wronglyIn++;
      counts[t[row]].wronglyOut++;
    }
  }
  return counts;
}

function ratio(measure: Measure, { right, wronglyIn, wronglyOut }: Counts, zeroDivision: number): number {
  const [numerator, denominator] = {
    precision: [right, right + wronglyIn],
    recall: [right, right + wronglyOut],
    f1: [2 * right, 2 * right + wronglyIn + wronglyOut],
  }[measure];
  return denominator === 0 ? zeroDivision : numerator / denominator;
}
