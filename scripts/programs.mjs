import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run.mjs";

// Programs that tests need and npm does not bring.

const minutes = 60_000;

/** The first program of that name on PATH, or undefined. */
export function onPath(name) {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  const candidates = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return candidates.map((folder) => join(folder, file)).find(isProgram);
}

function isProgram(path) {
  if (!existsSync(path) || !statSync(path).isFile()) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether this is root on a Linux with apt-get, who may install the distribution's own packages. */
export function mayInstall() {
  return process.platform === "linux" && onPath("apt-get") !== undefined && process.getuid?.() === 0;
}

/**
 * Installs a package of the distribution. Its services are not started: RUNLEVEL 1 is that of a machine under repair.
 * @returns {Promise<string | undefined>} what went wrong, undefined when nothing did
 */
export async function installWithApt(name) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", name]]) {
    const { code, output } = await run("apt-get", args, { output: "keep", env, timeout: 5 * minutes });
    if (code !== 0) return output.trim().split("\n").at(-1);
  }
  return undefined;
}
