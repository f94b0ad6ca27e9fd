import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";
import { findChromium } from "./chromium.mjs";
import { isProgram, root } from "./root.mjs";
import { run } from "./run.mjs";
import { setup } from "./setup.mjs";

// The picture of a report in docs/figures, by a Chromium, of a training with its defaults on a table:
//
//   node scripts/report-figure.mjs TABLE [options of drowse train]

const picture = { colorScheme: "light", width: 1060, height: 1480 };

if (isProgram(import.meta.url)) {
  const folder = await mkdtemp(join(tmpdir(), "drowse-report-"));
  try {
    const [table, ...options] = process.argv.slice(2);
    if (table === undefined) throw new Error("report-figure: no table is named; give the file of one");
    await setup();
    await build({ dist: true });
    const found = await findChromium({ install: false });
    if ("missing" in found) throw new Error(`report-figure: ${found.missing}`);
    const args = [join(root, "dist/cli.js"), "train", table, ...options, "--out", join(folder, "run")];
    const { code, output } = await run(process.execPath, args, { output: "keep" });
    if (code !== 0) throw new Error(`report-figure: drowse train failed: ${output.trim()}`);
    const { chromium } = await import("playwright-core");
    const browser = await chromium.launch({ executablePath: found.path, args: ["--headless", "--no-sandbox", "--disable-gpu"] });
    const { colorScheme, ...viewport } = picture;
    const page = await browser.newPage({ viewport, colorScheme });
    await page.goto(pathToFileURL(join(folder, "run/report.html")).href);
    await page.screenshot({ path: join(root, "docs/figures/report.png") });
    await browser.close();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
