import { spawn } from "node:child_process";
import { join } from "node:path";
import { build } from "./build.mjs";
import { findChromium } from "./chromium.mjs";
import { isProgram, root } from "./root.mjs";
import { setup } from "./setup.mjs";

// The pictures of the playground in docs/figures, by a Chromium: node scripts/playground-figures.mjs

const EPOCHS = 300;

/** What is taken, of the page as it is served by drowse play. */
const pictures = [
  { name: "playground", colorScheme: "light", width: 1240, height: 1390, preset: "Overfitting, cured" },
  { name: "playground-dark", colorScheme: "dark", width: 1240, height: 1420, preset: "A gap in the data" },
  { name: "playground-narrow", colorScheme: "light", width: 360, height: 1240, preset: "Overfitting, cured" },
];

/** Serves the page for as long as `use` takes. */
async function withPage(use) {
  const server = spawn(process.execPath, [join(root, "dist/cli.js"), "play", "--no-open"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const address = await new Promise((resolve, reject) => {
      server.once("exit", () => reject(new Error("playground-figures: drowse play ended by itself")));
      server.stdout.once("data", (text) => resolve(String(text).trim()));
    });
    await use(address);
  } finally {
    server.kill();
  }
}

async function take(browser, address, { name, colorScheme, width, height, preset }) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(address);
  await page.getByRole("button", { name: preset }).click();
  await page.getByRole("button", { name: "Play" }).click();
  const epoch = page.getByTestId("epoch");
  while (Number((await epoch.textContent()).replaceAll(",", "")) < EPOCHS) await page.waitForTimeout(100);
  await page.getByRole("button", { name: "Pause" }).click();
  // The ensemble comes after the last step.
  await page.waitForTimeout(2000);
  await page.screenshot({ path: join(root, `docs/figures/${name}.png`) });
  await page.close();
}

if (isProgram(import.meta.url)) {
  try {
    await setup();
    await build({ dist: true });
    const found = await findChromium({ install: false });
    if ("missing" in found) throw new Error(`playground-figures: ${found.missing}`);
    const { chromium } = await import("playwright-core");
    const browser = await chromium.launch({ executablePath: found.path, args: ["--headless", "--no-sandbox", "--disable-gpu"] });
    await withPage(async (address) => {
      for (const picture of pictures) await take(browser, address, picture);
    });
    await browser.close();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
