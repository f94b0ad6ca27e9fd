import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";
import { findChromium } from "./chromium.mjs";
import { findRedis } from "./redis.mjs";
import { root } from "./root.mjs";
import { run } from "./run.mjs";
import { setup } from "./setup.mjs";

// All that must hold: lint, types and every test. `--deep` adds the long ones (*.deep.test.ts); other arguments go to vitest.
const deep = process.argv.includes("--deep");
const vitestArguments = process.argv.slice(2).filter((argument) => argument !== "--deep");

const tally = { passed: 0, failed: [], skipped: [] };

try {
  await setup();
  await countBuild();
  await Promise.all([
    countCheck("lint", "node_modules/@biomejs/biome/bin/biome", ["check", "."]),
    countCheck("types", "node_modules/typescript/bin/tsc", ["--noEmit"]),
  ]);
  if (!tally.failed.includes("build")) await countTests();
} catch (error) {
  console.error(error.stack);
  tally.failed.push("the test command itself, see above");
}
close();

/** A build that works is no check of its own, but nothing can be tested without it. */
async function countBuild() {
  try {
    await build({ dist: true });
  } catch (error) {
    console.error(error.message);
    tally.failed.push("build");
  }
}

async function countCheck(name, program, args) {
  const { code, output } = await run(process.execPath, [join(root, program), ...args], { output: "keep" });
  if (code === 0) tally.passed += 1;
  else tally.failed.push(name);
  console.log(code === 0 ? `${name}: passed` : `${name}: failed\n${output}`);
}

async function countTests() {
  const chromium = await findChromium({ install: true });
  const browser = "path" in chromium ? { CHROMIUM_PATH: chromium.path } : { DROWSE_NO_CHROMIUM: chromium.missing };
  const redis = await findRedis({ install: true });
  const server = "path" in redis ? { REDIS_PATH: redis.path } : { DROWSE_NO_REDIS: redis.missing };
  const folder = mkdtempSync(join(tmpdir(), "drowse-test-"));
  const tallyPath = join(folder, "tally.json");
  const env = { ...process.env, ...browser, ...server, DROWSE_DEEP: deep ? "1" : "", DROWSE_TALLY: tallyPath };
  const reporters = ["--reporter=default", `--reporter=${join(root, "scripts/tally-reporter.mjs")}`];
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { code } = await run(process.execPath, [vitest, "run", ...reporters, ...vitestArguments], { env });
  const { passed, failed, skipped } = existsSync(tallyPath)
    ? JSON.parse(readFileSync(tallyPath, "utf8"))
    : { passed: 0, failed: [], skipped: [] };
  rmSync(folder, { recursive: true });
  tally.passed += passed;
  tally.failed.push(...failed);
  tally.skipped.push(...skipped);
  // An error outside any test, or an end before any tally: vitest has said which.
  if (failed.length === 0 && code !== 0) tally.failed.push("vitest, see above");
  else if (failed.length + passed === 0) tally.failed.push("no test ran");
}

function close() {
  const { passed, failed, skipped } = tally;
  if (skipped.length > 0) console.log(["", "Skipped:", ...skipped].join("\n  "));
  if (failed.length > 0) console.log(["", "Failed:", ...failed].join("\n  "));
  const ended = `${passed} passed, ${failed.length} failed`;
  console.log(`\n${ended}${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`);
  if (failed.length > 0) process.exitCode = 1;
}
