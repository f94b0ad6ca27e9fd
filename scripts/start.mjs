import { spawn } from "node:child_process";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./root.mjs";
import { setup } from "./setup.mjs";

// The main job: set everything up, then train on MNIST without and with dropout. Arguments are handed on to it.
try {
  await setup();
  await build({ dist: true });
  const args = [join(root, "dist/cli.js"), "main-job", ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  // Ctrl-C reaches the child by itself, being of the same terminal; it says good-bye, so it must not be left alone.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("error", (error) => {
    console.error(`start: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
