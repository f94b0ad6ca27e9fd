import { failureOf } from "../src/cli/failure.ts";
import { noColours } from "../src/cli/paint.ts";
import { createProgram } from "../src/cli/program.ts";
import type { Called } from "./command.ts";

/** Calls the command within this process, whose folder it takes: a call costs what it does, and no start of a program. */
export async function callInProcess(...args: string[]): Promise<Called> {
  const called = { stdout: "", stderr: "" };
  const terminal = {
    write(text: string) {
      called.stdout += text;
    },
    writeError(text: string) {
      called.stderr += text;
    },
    ...{ isLive: false, isClosed: false, columns: 80, palette: noColours },
  };
  const context = { terminal, exitCode: 0 };
  try {
    await createProgram(context).parseAsync(args, { from: "user" });
    return { code: context.exitCode, ...called };
  } catch (error) {
    const { exitCode, text, event } = failureOf(error);
    called.stderr += text;
    if (event !== undefined && args.includes("--json")) called.stdout += `${JSON.stringify(event)}\n`;
    return { code: exitCode, ...called };
  }
}
