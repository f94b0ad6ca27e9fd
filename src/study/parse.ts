import { type BaseIssue, type BaseSchema, getDotPath, type InferOutput, safeParse } from "valibot";
import { DrowseError, show } from "../tensor/errors.ts";

/** A schema whose messages are remedies: what to give instead. */
export type Schema = BaseSchema<unknown, unknown, BaseIssue<unknown>>;

/**
 * What a schema makes of a value, all of it checked.
 * @param what - what the value is called in a refusal: `configuration`, say.
 * @throws {DrowseError} naming the first member that is wrong, what it is, and what to give instead.
 */
export function parse<Known extends Schema>(operation: string, what: string, schema: Known, value: unknown): InferOutput<Known> {
  const { success, output, issues } = safeParse(schema, value, { abortEarly: true });
  if (success) return output;
  const [issue] = issues;
  const path = getDotPath(issue);
  const name = path === null ? what : `${what}.${path}`;
  if (issue.type === "strict_object" && issue.expected === "never") {
    throw new DrowseError(operation, `${name} is no setting there is`, "leave it out");
  }
  if ((issue.type === "strict_object" || issue.type === "object") && issue.received === "undefined" && path !== null) {
    throw new DrowseError(operation, `${name} is missing`, "give it");
  }
  throw new DrowseError(operation, `${name} is ${show(issue.input)}`, issue.message);
}
