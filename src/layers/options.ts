import { DrowseError, show } from "../tensor/errors.ts";

/**
 * Refuses options that do not exist.
 * @throws {DrowseError} naming the first unknown option and the known ones.
 */
export function checkOptions(operation: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new DrowseError(operation, `the options are ${show(options)}`, `give an object with ${known.join(", ")}`);
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const remedy = known.length > 0 ? `the options are ${known.join(", ")}` : "it has no options";
    throw new DrowseError(operation, `unknown option ${show(unknown)}`, remedy);
  }
}

/**
 * Refuses options that a maker of a family does not have, and names the one that has them.
 * @param family - the options of each maker, by its name.
 * @throws {DrowseError} naming the first unknown option, whose option it is, and the known ones.
 */
export function checkOptionsOf<Family extends Readonly<Record<string, readonly string[]>>>(
  family: Family,
  maker: keyof Family & string,
  options: unknown,
): void {
  const known = family[maker];
  const given = typeof options === "object" && options !== null && !Array.isArray(options) ? Object.keys(options) : [];
  const unknown = given.find((name) => !known.includes(name));
  const owner = Object.keys(family).find((name) => unknown !== undefined && family[name].includes(unknown));
  if (owner !== undefined) {
    const remedy = `${unknown} is an option of ${owner}; ${known.length > 0 ? `the options are ${known.join(", ")}` : "leave it out"}`;
    throw new DrowseError(maker, `unknown option ${show(unknown)}`, remedy);
  }
  checkOptions(maker, options, known);
}

/**
 * Checks an optional name: it becomes part of keys and file entries.
 * @throws {DrowseError} unless it is undefined or a text of 1 to 64 letters, digits, `_` and `-`, beginning with a letter.
 */
export function checkName(operation: string, name: unknown): string | undefined {
  if (name === undefined) return undefined;
  if (typeof name !== "string" || !/^[A-Za-z][\w-]{0,63}$/.test(name)) {
    throw new DrowseError(
      operation,
      `the name is ${show(name)}`,
      "give 1 to 64 letters, digits, _ or -, beginning with a letter",
    );
  }
  return name;
}

/**
 * Checks an optional signal.
 * @throws {DrowseError} unless it is undefined or an AbortSignal.
 */
export function checkSignal(operation: string, signal: AbortSignal | undefined): void {
  if (signal !== undefined && typeof signal?.throwIfAborted !== "function") {
    throw new DrowseError(operation, `the signal is ${show(signal)}`, "give an AbortSignal, such as controller.signal");
  }
}

/**
 * Checks an optional function.
 * @throws {DrowseError} unless it is undefined or a function.
 */
export function checkFunction(operation: string, what: string, value: unknown): void {
  if (value !== undefined && typeof value !== "function") {
    throw new DrowseError(operation, `${what} is ${show(value)}`, "give a function, or leave it out");
  }
}

/**
 * Checks a yes or no.
 * @throws {DrowseError} unless it is true or false.
 */
export function checkFlag(operation: string, what: string, value: unknown): void {
  if (typeof value !== "boolean") throw new DrowseError(operation, `${what} is ${show(value)}`, "give true or false");
}

/**
 * Checks a number against a range.
 * @throws {DrowseError} unless it is a finite number that the test accepts.
 */
export function checkNumber(
  operation: string,
  what: string,
  value: unknown,
  accepts: (value: number) => boolean,
  remedy: string,
): number {
  if (typeof value !== "number" || !Number.isFinite(value) || !accepts(value)) {
    throw new DrowseError(operation, `${what} is ${show(value)}`, remedy);
  }
  return value;
}

/**
 * Checks a number of things.
 * @throws {DrowseError} unless it is a whole number of at least 1.
 */
export function checkCount(operation: string, what: string, value: unknown): number {
  const isCount = (count: number) => Number.isInteger(count) && count >= 1;
  return checkNumber(operation, what, value, isCount, "give a whole number of at least 1");
}
