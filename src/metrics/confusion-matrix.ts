import { checkNumber, checkOptions } from "../layers/options.ts";
import { checkRows, readClasses } from "./table.ts";

/** A label by mistake shall not fill the memory with zeros. */
const MOST_CLASSES = 4096;

/**
 * How often each class was taken for which: `matrix[target][prediction]` counts rows.
 *
 * @param targets - class indices.
 * @param predictions - class indices, as many.
 * @param options.classes - how many classes there are; default: one more than the highest that occurs.
 * @throws {DrowseError} on no rows, different lengths, and classes that are out of range.
 * @example
 * confusionMatrix([0, 0, 1], [0, 1, 1])   // [[1, 1], [0, 1]]
 */
export function confusionMatrix(
  targets: ArrayLike<number>,
  predictions: ArrayLike<number>,
  options: { classes?: number } = {},
): number[][] {
  checkOptions("confusionMatrix", options, ["classes"]);
  const { classes: most = MOST_CLASSES } = options;
  const fits = (value: number) => Number.isInteger(value) && value >= 1 && value <= MOST_CLASSES;
  checkNumber("confusionMatrix", "classes", most, fits, `give a whole number from 1 to ${MOST_CLASSES}`);
  const t = readClasses("confusionMatrix", "the targets", targets, most);
  const p = readClasses("confusionMatrix", "the predictions", predictions, most);
  checkRows("confusionMatrix", t.length, p.length);
  let { classes = 0 } = options;
  for (let row = 0; row < t.length; row++) classes = Math.max(classes, t[row] + 1, p[row] + 1);
  const matrix = Array.from({ length: classes }, () => Array<number>(classes).fill(0));
  for (let row = 0; row < t.length; row++) matrix[t[row]][p[row]]++;
  return matrix;
}
