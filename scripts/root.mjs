import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of the repository, with a separator at its end. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** Whether the module with this `import.meta.url` is the program that was started, not an import of another. */
export function isProgram(moduleUrl) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(moduleUrl);
}
