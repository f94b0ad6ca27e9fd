import { spawn } from "node:child_process";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./root.mjs";
import { setup } from "./setup.mjs";

// The playground, from a clone: sets everything up and builds, then does what `drowse play` does.
try {
  await setup();
  await build({ dist: true });
  const child = spawn(process.execPath, [join(root, "dist/cli.js"), "play", ...process.argv.slice(2)], { stdio: "inherit" });
  // Ctrl-C reaches the child by itself, being of the same terminal.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
