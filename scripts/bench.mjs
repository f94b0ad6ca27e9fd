import { spawn } from "node:child_process";
import { join } from "node:path";
import { build } from "./build.mjs";
import { isProgram, root } from "./root.mjs";
import { installPackages, setup } from "./setup.mjs";

/** The loop of the machine's peak. */
async function buildPeak() {
  const { default: asc } = await import("assemblyscript/asc");
  const files = ["--baseDir", root, "bench/kernel/peak.ts", "--outFile", ".cache/bench/peak.wasm"];
  const options = ["-O3", "--noAssert", "--converge", "--runtime", "stub", "--enable", "simd"];
  const { error } = await asc.main([...files, ...options], { stdout: process.stdout, stderr: process.stderr });
  if (error) throw new Error(`bench: bench/kernel/peak.ts did not compile: ${error.message}`);
}

/** The programs of bench/, into .cache/bench: they import the package drowse as its users do, and hold the reference. */
export async function buildBench() {
  const tsdown = await import("tsdown");
  await tsdown.build({
    config: false,
    cwd: root,
    entry: ["bench/main.ts", "bench/engine.ts", "bench/peak-worker.ts", "bench/queue.ts"],
    outDir: ".cache/bench",
    format: "esm",
    platform: "node",
    target: "es2022",
    fixedExtension: false,
    deps: { neverBundle: ["drowse", "commander", "fast-check", "bullmq", "ioredis"], onlyBundle: false },
    tsconfig: false,
    dts: false,
    report: false,
    clean: false,
    hash: false,
    logLevel: "warn",
  });
  await buildPeak();
}

// Sets everything up, the packages of the peers among it, and hands the arguments on to bench/main.ts.
if (isProgram(import.meta.url)) {
  try {
    await setup();
    await build({ dist: true });
    try {
      await installPackages("bench");
    } catch (error) {
      // What is missing then is told by the bench, and how to add it.
      console.error(error.message);
    }
    await buildBench();
    const child = spawn(process.execPath, [join(root, ".cache/bench/main.js"), root, ...process.argv.slice(2)], {
      stdio: "inherit",
    });
    process.on("SIGINT", () => {});
    process.on("SIGTERM", () => child.kill("SIGTERM"));
    child.on("exit", (code, signal) => {
      process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
    });
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
