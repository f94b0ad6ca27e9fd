import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";
import { findChromium } from "./chromium.mjs";
import { isProgram, root } from "./root.mjs";
import { run } from "./run.mjs";
import { setup } from "./setup.mjs";

// The picture of a sweep's page in docs/figures, by a Chromium:
//
//   node scripts/sweep-figure.mjs TABLE [options of drowse sweep]

const picture = { colorScheme: "light", width: 1060, height: 1180 };

if (isProgram(import.meta.url)) {
  const folder = await mkdtemp(join(tmpdir(), "drowse-sweep-"));
  try {
    const [table, ...options] = process.argv.slice(2);
    if (table === undefined) throw new Error("sweep-figure: no table is named; give the file of one");
    await setup();
    await build({ dist: true });
    const found = await findChromium({ install: false });
    if ("missing" in found) throw new Error(`sweep-figure: ${found.missing}`);
    const args = [join(root, "dist/cli.js"), "sweep", table, ...options, "--out", join(folder, "sweep")];
    const { code, output } = await run(process.execPath, args, { output: "keep" });
    if (code !== 0) throw new Error(`sweep-figure: drowse sweep failed: ${output.trim()}`);
    const { chromium } = await import("playwright-core");
    const browser = await chromium.launch({ executablePath: found.path, args: ["--headless", "--no-sandbox", "--disable-gpu"] });
    const { colorScheme, ...viewport } = picture;
    const page = await browser.newPage({ viewport, colorScheme });
    await page.goto(pathToFileURL(join(folder, "sweep/sweep.html")).href);
    await page.screenshot({ path: join(root, "docs/figures/sweep.png") });
    await browser.close();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
