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
    throw new DrowseError(operation, `unknown option ${show(unknown)}`, `the options are ${known.join(", ")}`);
  }
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
