import { spawn } from "node:child_process";
import { join } from "node:path";
import { build } from "./build.mjs";
import { findChromium } from "./chromium.mjs";
import { isProgram, root } from "./root.mjs";
import { setup } from "./setup.mjs";

// How long the page's own thread works for a frame while it plays: node scripts/playground-frames.mjs

/** What is measured: addresses of the page. */
const scenes = [
  { name: "spiral, 32-32", address: "" },
  { name: "curve, 64-64", address: "#data=gap&noise=0.05&points=40&hidden=64-64&rate=0.1&learningRate=0.003" },
  { name: "widest network, 128-128-128-128", address: "#hidden=128-128-128-128" },
  { name: "digits, 64-64", address: "#data=digits&points=1000&hidden=64-64&inputRate=0.1&learningRate=0.003&batch=32" },
];
const SECONDS = 6;

/** Serves the page for as long as `use` takes. */
export async function withPage(use) {
  const server = spawn(process.execPath, [join(root, "dist/cli.js"), "play", "--no-open"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const address = await new Promise((resolve, reject) => {
      server.once("exit", () => reject(new Error("playground: drowse play ended by itself")));
      server.stdout.once("data", (text) => resolve(String(text).trim()));
    });
    await use(address);
  } finally {
    server.kill();
  }
}

/** What the page's thread does for a view: it hears of it, makes what is seen of it, and draws. */
const DRAWING = ["HandlePostMessage", "FireAnimationFrame", "TimerFire"];
/** What the browser does then, to bring it to the screen. */
const SHOWING = ["UpdateLayoutTree", "Layout", "PrePaint", "Paint", "Layerize", "Commit"];

/** Milliseconds per view while the page plays. */
async function measure(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1240, height: 1390 } });
  await page.goto("about:blank");
  await page.goto(address);
  await page.getByTestId("drowsy-test").filter({ hasText: /\d/ }).waitFor();
  await page.getByRole("button", { name: "Play" }).click();
  await page.waitForTimeout(1500);
  await browser.startTracing(page, { categories: ["devtools.timeline", "disabled-by-default-devtools.timeline"] });
  await page.waitForTimeout(1000 * SECONDS);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  await page.close();
  const main = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
  const isMain = ({ pid, tid }) => main.some((thread) => thread.pid === pid && thread.tid === tid);
  const events = traceEvents.filter((event) => event.ph === "X" && isMain(event));
  // Of a thread that others of the machine push aside, only the time on the processor counts.
  const timesOf = (names) => events.filter(({ name }) => names.includes(name)).map(({ tdur, dur }) => (tdur ?? dur) / 1000);
  const views = timesOf(["HandlePostMessage"]).sort((one, other) => one - other);
  const perView = (names) => timesOf(names).reduce((sum, time) => sum + time, 0) / views.length;
  return { views, drawing: perView(DRAWING), showing: perView(SHOWING) };
}

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;

if (isProgram(import.meta.url)) {
  try {
    await setup();
    await build({ dist: true });
    const found = await findChromium({ install: false });
    if ("missing" in found) throw new Error(`playground-frames: ${found.missing}`);
    const { chromium } = await import("playwright-core");
    const browser = await chromium.launch({ executablePath: found.path, args: ["--headless", "--no-sandbox", "--disable-gpu"] });
    await withPage(async (address) => {
      for (const scene of scenes) {
        const { views, drawing, showing } = await measure(browser, `${address}${scene.address}`);
        const high = quantile(views, 0.95).toFixed(1);
        const all = `${drawing.toFixed(1)} ms to hear of it and draw it (95 of 100 under ${high} ms), ${showing.toFixed(1)} ms to show it`;
        console.log(`${scene.name}: ${views.length} views, each ${all}`);
      }
    }).finally(() => browser.close());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
