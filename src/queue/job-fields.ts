import * as v from "valibot";

// What the schemas of several kinds of work are made of.

/** Bytes by what they hash to. */
export interface DataReference {
  /** SHA-256, as 64 hexadecimal digits. */
  readonly hash: string;
  readonly bytes: number;
  /** Where they are, if not in Redis: a URL, or a path that the workers share. */
  readonly at?: string | undefined;
}

/** What all work says of itself: versions of drowse and of its generator, as another may come to other bits. */
export interface JobHeader {
  readonly drowse: string;
  readonly generator: string;
}

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "give a SHA-256 as 64 hexadecimal digits"));
const line = v.pipe(v.string("give a text"), v.minLength(1), v.maxLength(10_000));

export const count = v.pipe(v.number("give a whole number of at least 0"), v.safeInteger(), v.minValue(0));

export const headerFields = { drowse: line, generator: line };

/** Bytes that lie in Redis alone. */
export const storedSchema = v.strictObject({ hash, bytes: count }, "give { hash, bytes }");

export const dataSchema = v.strictObject({ hash, bytes: count, at: v.optional(line) }, "give { hash, bytes }");
