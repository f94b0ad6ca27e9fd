import { join } from "node:path";
import { build } from "./build.mjs";
import { findChromium } from "./chromium.mjs";
import { withPage } from "./playground-frames.mjs";
import { isProgram, root } from "./root.mjs";
import { setup } from "./setup.mjs";

// The pictures of the playground in docs/figures, by a Chromium: node scripts/playground-figures.mjs

const EPOCHS = 300;

/** What is taken, of the page as it is served by drowse play. */
const pictures = [
  { name: "playground", colorScheme: "light", width: 1240, height: 1390, preset: "Overfitting, cured" },
  { name: "playground-dark", colorScheme: "dark", width: 1240, height: 1420, preset: "A gap in the data" },
  { name: "playground-narrow", colorScheme: "light", width: 360, height: 1240, preset: "Overfitting, cured" },
  { name: "playground-digits", colorScheme: "light", width: 1240, height: 1420, preset: "Digits", epochs: 40 },
  ...[
    { name: "playground-pad", colorScheme: "light", width: 1240, act: drawSeven, element: ".closer" },
    { name: "playground-pad-dark", colorScheme: "dark", width: 1240, act: scribble, element: ".closer" },
    { name: "playground-pad-narrow", colorScheme: "dark", width: 360, act: drawSeven, element: ".padpanel" },
  ].map((picture) => ({ ...picture, preset: "Is this a digit?", epochs: 40 })),
];

/** A seven, as places of the pen on the pad. */
const SEVEN = [
  [0.25, 0.22],
  [0.5, 0.2],
  [0.76, 0.2],
  [0.6, 0.5],
  [0.47, 0.84],
];

/** Draws on the pad. */
async function drawSeven(page) {
  const pad = page.getByTestId("pad");
  await pad.scrollIntoViewIfNeeded();
  const { x, y, width } = await pad.boundingBox();
  for (const [index, [left, top]] of SEVEN.entries()) {
    await page.mouse.move(x + left * width, y + top * width, { steps: 8 });
    if (index === 0) await page.mouse.down();
  }
  await page.mouse.up();
}

function scribble(page) {
  return page.getByRole("button", { name: "A scribble" }).click();
}

async function take(browser, address, { name, colorScheme, width, height = 1400, preset, epochs = EPOCHS, act, element }) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(address);
  await page.getByRole("button", { name: preset }).click();
  // Not as fast as it can, which is past the epoch before it is seen.
  await page.getByLabel("Speed").selectOption("100 steps a second");
  await page.getByRole("button", { name: "Play" }).click();
  const epoch = page.getByTestId("epoch");
  while (Number((await epoch.textContent()).replaceAll(",", "")) < epochs) await page.waitForTimeout(100);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByLabel("Speed").selectOption("as fast as it can");
  // The ensemble comes after the last step.
  await act?.(page);
  await page.waitForTimeout(2000);
  const path = join(root, `docs/figures/${name}.png`);
  if (element) {
    // What stays in sight would lie on it.
    await page.evaluate(() => scrollTo(0, 0));
    await page.setViewportSize({ width, height: 6000 });
    await page.locator(element).screenshot({ path });
  } else await page.screenshot({ path });
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
    }).finally(() => browser.close());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
