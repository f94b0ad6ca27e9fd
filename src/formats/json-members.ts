import { type DrowseError, show } from "../tensor/errors.ts";
import type { JsonValue } from "./strict-json.ts";

/** The members of a JSON object, each of which must be what it is asked for as. */
export class JsonMembers {
  readonly #what: string;
  readonly #members: ReadonlyMap<string, JsonValue>;
  readonly #damaged: (received: string) => DrowseError;

  /** @param damaged - the error to throw, of what was received. */
  constructor(what: string, value: JsonValue | undefined, damaged: (received: string) => DrowseError) {
    if (!(value instanceof Map)) throw damaged(`${what} is ${show(value)}`);
    this.#what = what;
    this.#members = value;
    this.#damaged = damaged;
  }

  get(name: string): JsonValue | undefined {
    return this.#members.get(name);
  }

  list(name: string): JsonValue[] {
    return this.#check(name, (value) => Array.isArray(value));
  }

  text(name: string): string {
    return this.#check(name, (value) => typeof value === "string");
  }

  flag(name: string): boolean {
    return this.#check(name, (value) => typeof value === "boolean");
  }

  number(name: string): number {
    return this.#check(name, isNumber);
  }

  /** A whole number of at least 0. */
  count(name: string): number {
    return this.#check(name, (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0);
  }

  /** A number above 0. */
  positive(name: string): number {
    return this.#check(name, (value): value is number => isNumber(value) && value > 0);
  }

  texts(name: string): string[] {
    return this.#check(
      name,
      (value): value is string[] => Array.isArray(value) && value.every((item) => typeof item === "string"),
    );
  }

  numbers(name: string): number[] {
    return this.#check(name, (value): value is number[] => Array.isArray(value) && value.every(isNumber));
  }

  /** Numbers by name. */
  numbersByName(name: string): Record<string, number> {
    const members = this.#check(name, (value): value is Map<string, number> => {
      return value instanceof Map && [...value.values()].every(isNumber);
    });
    return Object.fromEntries(members);
  }

  /** What `read` makes of a member, or undefined where there is none. */
  optional<Result>(name: string, read: (name: string) => Result): Result | undefined {
    return this.#members.has(name) ? read(name) : undefined;
  }

  /** A member that is an object. */
  object(name: string): JsonMembers {
    return new JsonMembers(`${name} of ${this.#what}`, this.#members.get(name), this.#damaged);
  }

  #check<Kind extends JsonValue>(name: string, is: (value: JsonValue | undefined) => value is Kind): Kind {
    const value = this.#members.get(name);
    if (!is(value)) throw this.#damaged(`${name} of ${this.#what} is ${show(value)}`);
    return value;
  }
}

const isNumber = (value: JsonValue | undefined): value is number => typeof value === "number";
