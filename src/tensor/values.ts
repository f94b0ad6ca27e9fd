import { DrowseError, show } from "./errors.ts";
import type { Shape } from "./shape.ts";

/** Deeper nesting is no data; an array that holds itself would have no end. */
const MOST_AXES = 32;

/**
 * A flat Float32Array of numbers that are given flat or nested to any depth, and their shape.
 * @throws {DrowseError} on ragged or endless nesting, and on anything that is not a number.
 */
export function nestedNumbers(operation: string, value: unknown): { data: Float32Array; shape: Shape } {
  const shape: number[] = [];
  for (let level = value; isList(level); level = level[0]) {
    shape.push(level.length);
    if (shape.length > MOST_AXES) {
      throw new DrowseError(operation, `the numbers are nested more than ${MOST_AXES} deep`, "give an array of rows of numbers");
    }
    if (level.length === 0) break;
  }
  if (shape.length === 0)
    throw new DrowseError(operation, `the numbers are ${show(value)}`, "give an array of numbers, flat or nested");
  const data = new Float32Array(shape.reduce((product, length) => product * length, 1));
  let next = 0;
  const copy = (level: unknown, axis: number): void => {
    if (axis === shape.length) {
      if (typeof level !== "number") throw new DrowseError(operation, `a value is ${show(level)}`, "give numbers only");
      data[next++] = level;
      return;
    }
    if (!isList(level) || level.length !== shape[axis]) {
      const received = isList(level)
        ? `a row of length ${level.length} among rows of length ${shape[axis]}`
        : `${show(level)} among rows`;
      throw new DrowseError(operation, received, "give rows of one length");
    }
    for (let i = 0; i < level.length; i++) copy(level[i], axis + 1);
  };
  copy(value, 0);
  return { data, shape };
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}
