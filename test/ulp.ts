/** The distance of neighbouring f32 numbers at a value. */
export function ulp(value: number): number {
  return 2 ** (Math.max(Math.floor(Math.log2(Math.abs(value))), -126) - 23);
}

/** The error of an f32 in units in the last place. What rounds to an infinity, zero or NaN must be just that. */
export function ulpError(actual: number, exact: number, what: () => string): number {
  const expected = Math.fround(exact);
  if (!Object.is(actual, expected) && !(Number.isFinite(expected) && Number.isFinite(actual))) {
    throw new Error(`${what()} is ${actual}, not ${expected}`);
  }
  return Number.isFinite(actual) && exact !== 0 ? Math.abs(actual - exact) / ulp(exact) : 0;
}
