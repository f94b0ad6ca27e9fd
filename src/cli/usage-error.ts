import { DrowseError } from "../tensor/errors.ts";

/** The command was called in a wrong way: exit code 2. What goes wrong while it runs is exit code 1. */
export class UsageError extends DrowseError {
  override readonly name = "UsageError";
}
