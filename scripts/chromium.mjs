import { installWithApt, mayInstall, onPath } from "./programs.mjs";
import { run } from "./run.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const minutes = 60_000;

/**
 * Finds a Chromium for the browser tests: the one that CHROMIUM_PATH names, else one on PATH, else, where `install` allows it
 * and this is root on a Linux with apt-get, the distribution's own package.
 * @param {{ install: boolean }} options
 * @returns {Promise<{ path: string } | { missing: string }>} its program, or why there is none
 */
export async function findChromium({ install }) {
  const named = process.env.CHROMIUM_PATH;
  if (named) return (await starts(named)) ? { path: named } : { missing: `CHROMIUM_PATH is ${named}, which does not start` };
  const found = await firstThatStarts();
  if (found !== undefined) return { path: found };
  const remedy = "install one, or set CHROMIUM_PATH to its program";
  if (!install) return { missing: `there is no Chromium on PATH; ${remedy}` };
  if (!mayInstall()) {
    return { missing: `there is no Chromium on PATH, and only root on a Linux with apt-get may install it here; ${remedy}` };
  }
  console.log("Installing Chromium for the browser tests: apt-get install chromium");
  const failure = await installWithApt("chromium");
  if (failure !== undefined) return { missing: `apt-get could not install Chromium (${failure}); ${remedy}` };
  const installed = await firstThatStarts();
  return installed === undefined
    ? { missing: `the Chromium that apt-get installed does not start; ${remedy}` }
    : { path: installed };
}

async function firstThatStarts() {
  for (const name of names) {
    const path = onPath(name);
    // Some distributions put a script there that only says where to get the real one.
    if (path !== undefined && (await starts(path))) return path;
  }
  return undefined;
}

async function starts(path) {
  return (await run(path, ["--version"], { output: "keep", timeout: minutes / 2 })).code === 0;
}
