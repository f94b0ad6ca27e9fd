import type { Context } from "./context.ts";
import { failureOf } from "./failure.ts";
import { createProgram } from "./program.ts";
import { processTerminal } from "./terminal.ts";

const args = process.argv.slice(2);
const terminal = processTerminal(process.env);
const context: Context = { terminal, exitCode: 0 };
try {
  await createProgram(context).parseAsync(args, { from: "user" });
  process.exitCode = context.exitCode;
} catch (error) {
  const { exitCode, text, event } = failureOf(error);
  terminal.writeError(text);
  if (event !== undefined && args.includes("--json")) terminal.write(`${JSON.stringify(event)}\n`);
  process.exitCode = exitCode;
}
