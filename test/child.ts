import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../scripts/root.mjs";
import { run } from "../scripts/run.mjs";

/** How a program is started. */
export interface ChildOptions {
  /** Program of Node; default the one that runs the tests. */
  readonly node?: string;
  /** Options of Node, such as --expose-gc. */
  readonly flags?: readonly string[];
  readonly arguments?: readonly string[];
  /** Milliseconds after which the program is killed. */
  readonly timeout?: number;
}

/**
 * Runs a program, given as the text of a module, in a Node of its own with the built package imported as `drowse`.
 * Its exit code is null when it did not end in time.
 */
export async function runChild(
  text: string,
  { node = process.execPath, flags = [], arguments: given = [], timeout = 60_000 }: ChildOptions = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "drowse-child-"));
  try {
    const program = join(folder, "program.mjs");
    const library = pathToFileURL(join(root, "dist/index.js")).href;
    writeFileSync(program, `import * as drowse from ${JSON.stringify(library)};\n${text}\n`);
    return await run(node, [...flags, program, ...given], { output: "keep", timeout });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
