import { Buffer } from "node:buffer";

/** ||actual - expected|| / ||expected||; 0 when both are zero or empty, NaN when either holds a NaN. */
export function relativeNormError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) throw new Error(`${actual.length} numbers where ${expected.length} are expected`);
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / norm);
}

/** Fails unless the relative norm error is at most the tolerance. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string, tolerance = 1e-5): void {
  const error = relativeNormError(actual, expected);
  if (!(error <= tolerance)) throw new Error(`${what}: relative norm error ${error}, more than ${tolerance}`);
}

/** Fails unless each number is the other's to the bit (0 is not -0), once `expected` is rounded to single precision. */
export function expectExact(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  if (actual.length !== expected.length)
    throw new Error(`${what}: ${actual.length} numbers where ${expected.length} are expected`);
  for (let i = 0; i < expected.length; i++) {
    if (!Object.is(actual[i], Math.fround(expected[i]))) {
      throw new Error(`${what}: number ${i} is ${signed(actual[i])}, not ${signed(Math.fround(expected[i]))}`);
    }
  }
}

function signed(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Whether two byte arrays are equal. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/** Runs a case; a failure tells which case it was. */
export function inCase<Case extends object>(values: Case, test: (values: Case) => void): void {
  try {
    test(values);
  } catch (error) {
    throw new Error(`${JSON.stringify(values)}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
