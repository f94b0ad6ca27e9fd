import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";
import { findChromium } from "./chromium.mjs";
import { root } from "./root.mjs";
import { run } from "./run.mjs";
import { setup } from "./setup.mjs";

/**
 * Takes the picture of a page that a command writes, by a Chromium, into docs/figures. What the command is given are the script's own
 * arguments, a table first; a mistake ends the process with its message.
 *
 * @param {string} script - who asks, for messages.
 * @param {{ command: string, page: string, figure: string, height: number }} what - the command of drowse, the page in its folder, the
 * file of the picture, and how much of the page is on it, in pixels.
 */
export async function takePageFigure(script, { command, page: file, figure, height }) {
  const folder = await mkdtemp(join(tmpdir(), "drowse-figure-"));
  try {
    const [table, ...options] = process.argv.slice(2);
    if (table === undefined) throw new Error(`${script}: no table is named; give the file of one`);
    await setup();
    await build({ dist: true });
    const found = await findChromium({ install: false });
    if ("missing" in found) throw new Error(`${script}: ${found.missing}`);
    const args = [join(root, "dist/cli.js"), command, table, ...options, "--out", join(folder, "run")];
    const { code, output } = await run(process.execPath, args, { output: "keep" });
    if (code !== 0) throw new Error(`${script}: drowse ${command} failed: ${output.trim()}`);
    const { chromium } = await import("playwright-core");
    const browser = await chromium.launch({ executablePath: found.path, args: ["--headless", "--no-sandbox", "--disable-gpu"] });
    const page = await browser.newPage({ viewport: { width: 1060, height }, colorScheme: "light" });
    await page.goto(pathToFileURL(join(folder, "run", file)).href);
    await page.screenshot({ path: join(root, "docs/figures", figure) });
    await browser.close();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
