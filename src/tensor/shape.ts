import { DrowseError, show } from "./errors.ts";

/** The lengths of an array's axes, outermost first. Shapes of layers leave out the batch. */
export type Shape = readonly number[];

/** How many numbers an array of this shape holds; 1 for the empty shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** A shape as it is written in messages and summaries: `[28, 28]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/**
 * Checks that a value is a shape of whole, positive lengths and returns it as one.
 * @throws {DrowseError} when it is not an array, is empty, or a length is not a whole number of at least 1.
 */
export function checkShape(operation: string, shape: unknown): Shape {
  if (!Array.isArray(shape) || shape.length === 0 || !shape.every((length) => Number.isSafeInteger(length) && length >= 1)) {
    throw new DrowseError(
      operation,
      `the shape is ${show(shape)}`,
      "give an array of whole numbers of at least 1, such as [784]",
    );
  }
  return shape;
}
