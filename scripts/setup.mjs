// Plain Node without a dependency: this is what runs on a fresh clone, where nothing is installed yet.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isProgram, root } from "./root.mjs";
import { npm } from "./run.mjs";

/**
 * Makes a clone ready to build: checks the version of Node, and installs the development packages when they are missing
 * or are not those of package-lock.json. Does nothing, quickly, when they are.
 * @throws {Error} when Node is too old or npm could not install
 */
export async function setup() {
  checkNodeVersion();
  await installPackages(".");
}

/**
 * Installs the packages of a folder's package-lock.json, unless they are installed.
 * @param {string} folder from the root of the repository
 * @throws {Error} when npm could not
 */
export async function installPackages(folder) {
  const difference = differenceFromLock(folder);
  if (difference === undefined) return;
  const into = folder === "." ? "" : ` --prefix ${folder}`;
  console.log(`Installing packages (${join(folder, difference)}): npm ci --ignore-scripts${into}`);
  // The development packages are the point here, also where NODE_ENV says production.
  const options = ["--ignore-scripts", "--include=dev", "--include=optional", "--loglevel=error"];
  const { code } = await npm(["ci", ...options], { cwd: join(root, folder) });
  if (code !== 0) {
    throw new Error(
      `setup: npm ci ended with ${code ?? "no exit code"}; see its message above, mend that and run the command again`,
    );
  }
}

function checkNodeVersion() {
  const needed = readJson("package.json").engines.node.replace(/[^\d.]/g, "");
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [neededMajor, neededMinor] = needed.split(".").map(Number);
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return;
  throw new Error(`setup: this is Node ${process.versions.node}; drowse needs Node ${needed} or newer, from https://nodejs.org`);
}

/**
 * What a folder's package-lock.json asks for against what npm noted down in its node_modules when it installed. The contents
 * are compared, not the times of the files: a branch that is checked out and back makes the lock file newer, but not different.
 * @returns {string | undefined} the first difference in words, undefined when there is none
 */
function differenceFromLock(folder) {
  const installedPath = join(folder, "node_modules/.package-lock.json");
  if (!existsSync(join(root, installedPath))) return "node_modules is missing";
  const locked = readJson(join(folder, "package-lock.json")).packages;
  const installed = readJson(installedPath).packages;
  for (const [path, { version, integrity, optional, devOptional }] of Object.entries(locked)) {
    if (path === "") continue;
    const found = installed[path];
    // Optional packages are mostly the builds for other machines.
    if (found === undefined && (optional || devOptional)) continue;
    if (found?.version !== version || found.integrity !== integrity || !existsSync(join(root, folder, path))) {
      return `${path} is not the one of package-lock.json`;
    }
  }
  return undefined;
}

function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), "utf8"));
}

if (isProgram(import.meta.url)) {
  try {
    await setup();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
