import { spawn } from "node:child_process";
import { root } from "./root.mjs";

/**
 * Runs a program to its end.
 * @param {string} command the program
 * @param {string[]} args its arguments
 * @param {{ output?: "inherit" | "keep", cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean, timeout?: number }} [options]
 *   `output: "keep"` returns what the program printed instead of showing it; `timeout` is in milliseconds
 * @returns {Promise<{ code: number | null, stdout: string, output: string }>} its exit code, null when it could not be started or
 *   was killed; what it printed on its standard output, and on both streams together
 */
export function run(command, args, { output = "inherit", cwd = root, env = process.env, shell = false, timeout } = {}) {
  return new Promise((resolve) => {
    const stdio = output === "inherit" ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"];
    const child = spawn(command, args, { cwd, env, shell, stdio, timeout });
    let stdout = "";
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (part) => {
      stdout += part;
      text += part;
    });
    child.stderr?.setEncoding("utf8").on("data", (part) => {
      text += part;
    });
    child.on("error", (error) => resolve({ code: null, stdout, output: `${text}${error.message}\n` }));
    child.on("close", (code, signal) => resolve({ code, stdout, output: signal ? `${text}ended by ${signal}\n` : text }));
  });
}

/** Runs npm itself: by the file of the npm that started this program, where there is one, else by name. */
export function npm(args, options) {
  const started = process.env.npm_execpath ?? "";
  if (/npm-cli\.c?js$/.test(started)) return run(process.execPath, [started, ...args], options);
  // On Windows npm is a script, which only a shell can start.
  return run("npm", args, { ...options, shell: process.platform === "win32" });
}
