import type { Command } from "commander";
import type { Terminal } from "./terminal.ts";

/** What every command is given. */
export interface Context {
  readonly terminal: Terminal;
  /** The exit code of a command that ends without an error of its own. */
  exitCode: number;
}

/** Adds a command to the program. */
export type AddCommand = (program: Command, context: Context) => void;
