import type { Key } from "../random/philox.ts";
import { shuffledRows } from "../random/shuffle.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { type BatchSource, targetsOf } from "./source.ts";

/** The rows of a data set in two parts, each in ascending order. */
export interface Split {
  readonly training: Uint32Array;
  readonly validation: Uint32Array;
}

/**
 * Holds out a share of rows, a pure function of the key and, where targets are classes, of the classes: every class is
 * held out in its share, by largest remainder, and keeps at least one row for training.
 *
 * @throws {DrowseError} unless the share is above 0 and below 1, and leaves rows in both parts.
 */
export async function splitRows(operation: string, source: BatchSource, share: number, key: Key): Promise<Split> {
  if (!(share > 0 && share < 1)) {
    throw new DrowseError(operation, `validation is ${show(share)}`, "give a share above 0 and below 1, or data { x, y }");
  }
  return holdOut(operation, await classesOf(source), share, key);
}

/**
 * Holds out a share of rows whose classes are known: see {@link splitRows}.
 * @throws {DrowseError} where the share is no row.
 */
export function holdOut(operation: string, classes: ArrayLike<number>, share: number, key: Key): Split {
  const count = classes.length;
  const wanted = heldOutPerClass(classes, share);
  const heldOut = new Uint8Array(count);
  for (const row of shuffledRows(count, key, 0)) {
    if (wanted[classes[row]] === 0) continue;
    wanted[classes[row]]--;
    heldOut[row] = 1;
  }
  const rows = Uint32Array.from(heldOut, (_, row) => row);
  const split = { training: rows.filter((row) => heldOut[row] === 0), validation: rows.filter((row) => heldOut[row] === 1) };
  if (split.validation.length === 0) {
    throw new DrowseError(
      operation,
      `validation is ${share} of ${count} rows, which is none`,
      "give a larger share, or more rows",
    );
  }
  return split;
}

/** Classes of the rows: class indices, or a single yes (1) or no (0); other targets are of one class. */
async function classesOf(source: BatchSource): Promise<ArrayLike<number>> {
  const { count, targetType, targetSize } = source;
  const targets = targetSize === 1 ? await targetsOf(source) : undefined;
  if (targets && (targetType === "classes" || targets.every((target) => target === 0 || target === 1))) return targets;
  return new Int32Array(count);
}

/** How many rows of each class are held out: its share rounded down, and one more for the largest remainders. */
function heldOutPerClass(classes: ArrayLike<number>, share: number): number[] {
  const sizes: number[] = [];
  for (let row = 0; row < classes.length; row++) {
    while (sizes.length <= classes[row]) sizes.push(0);
    sizes[classes[row]]++;
  }
  const wanted = sizes.map((size) => Math.min(Math.floor(size * share), Math.max(0, size - 1)));
  let missing = Math.round(classes.length * share) - wanted.reduce((sum, one) => sum + one, 0);
  const byRemainder = sizes
    .map((size, one) => ({ one, remainder: size * share - wanted[one] }))
    .filter(({ one }) => wanted[one] + 1 < sizes[one])
    .sort((a, b) => b.remainder - a.remainder || a.one - b.one);
  for (const { one } of byRemainder) if (missing-- > 0) wanted[one]++;
  return wanted;
}
