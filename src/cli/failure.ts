import { CommanderError } from "commander";
import { DrowseError } from "../tensor/errors.ts";
import { Interrupted } from "./interrupt.ts";
import { UsageError } from "./usage-error.ts";

/** How an error ends the command. */
export interface Failure {
  readonly exitCode: number;
  /** For standard error; empty where all has been said. */
  readonly text: string;
  /** The last event of `--json`; undefined where the end is no failure. */
  readonly event: object | undefined;
}

const BUG = "This is a bug of drowse. Please report it with the lines above and the command you gave.";

/** Exit code, words and event for whatever a command threw: a wrong call, a mistake the user can mend, a signal, or a bug. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return callFailure(error);
  if (error instanceof Interrupted) {
    const { message, exitCode } = error;
    return { exitCode, text: `${message}\n`, event: { event: "interrupted", message, epochs: 0, exitCode } };
  }
  if (error instanceof DrowseError) {
    const { message, operation, received, remedy } = error;
    const exitCode = error instanceof UsageError ? 2 : 1;
    return { exitCode, text: `${message}\n`, event: { event: "error", message, operation, received, remedy, exitCode } };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = error instanceof Error ? error.message : String(error);
  return { exitCode: 1, text: `${text}\n${BUG}\n`, event: { event: "error", message, exitCode: 1 } };
}

/** Commander throws for calls it cannot read, and to end after printing help or the version. */
function callFailure({ code, exitCode, message }: CommanderError): Failure {
  if (exitCode === 0) return { exitCode, text: "", event: undefined };
  // Help that nobody asked for has been printed: there was no command.
  if (code === "commander.help") return { exitCode: 2, text: "", event: undefined };
  const received = message.replace(/^error: /, "").replace(/\n/g, " ");
  const remedy = "see drowse --help, or drowse <command> --help";
  const text = `drowse: ${received}; ${remedy}`;
  return {
    exitCode: 2,
    text: `${text}\n`,
    event: { event: "error", message: text, operation: "drowse", received, remedy, exitCode: 2 },
  };
}
