import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isProgram, root } from "./root.mjs";
import { setup } from "./setup.mjs";

// The tools are imported by the steps that need them: a build with nothing to do must not wait for a compiler to load.

// Modules of kernels: what every training needs, what every prediction needs, what Monte Carlo prediction needs besides, and those of
// layers and losses that few use. Name of
// the constant, source, and module of TypeScript.
const kernelModules = [
  { name: "trainingKernels", entry: "kernels/index.ts", output: "src/wasm/generated/kernels.ts" },
  { name: "predictionKernels", entry: "kernels/prediction.ts", output: "src/wasm/generated/prediction-kernels.ts" },
  { name: "samplingKernels", entry: "kernels/sampling.ts", output: "src/wasm/generated/sampling-kernels.ts" },
  {
    name: "familyKernels",
    entry: "kernels/family.ts",
    output: "src/wasm/generated/family-kernels.ts",
    // what brings the names of their arguments with it
    names: { of: "familyArguments", from: "../family-arguments.ts" },
  },
  {
    name: "conformanceKernels",
    entry: "kernels/conformance.ts",
    output: "src/wasm/generated/conformance-kernels.ts",
    names: { of: "conformanceArguments", from: "../conformance-arguments.ts" },
  },
];
// Scripts of threads, each with all it imports. Entry, module of TypeScript, and name and purpose of the constant in it.
const workerModule = "src/wasm/generated/worker.ts";
const threadModule = "src/study/generated/thread.ts";
const workerScripts = {
  worker: { entry: "src/wasm/worker-main.ts", output: workerModule, name: "workerSource", purpose: "a worker thread" },
  thread: {
    entry: "src/study/thread-main.ts",
    output: threadModule,
    name: "threadSource",
    purpose: "a thread that trains, or predicts",
  },
};
// The page of drowse play, which stands in the package beside the library.
const playgroundPage = "dist/playground";
// What every step depends on: this file and the versions of the tools.
const tools = ["scripts/build.mjs", "package.json", "package-lock.json"];

/** The packages inside the playground's page. */
const playgroundPackages = ["preact", "@preact/signals", "@preact/signals-core", "uplot", "papaparse", "hyparquet"];

/** Whose the images are that go with the page. */
const digitsLicence = `digits.bin holds 2,000 images of MNIST, by Yann LeCun and Corinna Cortes, under CC BY-SA 3.0
(https://creativecommons.org/licenses/by-sa/3.0/): 1,500 of the training set and 500 of the test set, as many of each digit, each
the first of them, with 16 shades of grey instead of 256. They stay under that licence.
`;

/** The steps in the order in which they need each other. `inputs` and `outputs` are files, or folders with all that is in them. */
const steps = [
  { name: "kernels", inputs: ["kernels", ...tools], outputs: kernelModules.map(({ output }) => output), make: makeKernels },
  {
    name: "worker",
    inputs: ["src", "tsconfig.json", ...tools],
    except: [workerModule, threadModule],
    outputs: [workerModule],
    make: () => makeWorker(workerScripts.worker),
  },
  {
    name: "thread",
    inputs: ["src", "tsconfig.json", ...tools],
    except: [threadModule],
    outputs: [threadModule],
    make: () => makeWorker(workerScripts.thread),
  },
  {
    name: "dist",
    inputs: ["src", "tsconfig.json", "tsdown.config.ts", ...tools],
    except: [playgroundPage],
    outputs: ["dist"],
    make: makeDist,
  },
  {
    name: "playground",
    inputs: ["playground", "src", "tsconfig.json", "scripts/digits.mjs", ...tools],
    outputs: [playgroundPage],
    make: makePlayground,
  },
];

/**
 * Brings the generated modules up to date, and `dist/` too where `dist` is true. A step runs when the contents of its inputs
 * or outputs are not those of its last run, which are noted in .cache/build.json.
 * @param {{ dist: boolean }} options
 * @throws {Error} when a compiler refuses; its messages have been printed by then
 */
export async function build({ dist }) {
  const notesPath = join(root, ".cache/build.json");
  const notes = existsSync(notesPath) ? JSON.parse(readFileSync(notesPath, "utf8")) : {};
  for (const { name, inputs, except = [], outputs, make } of steps) {
    if (outputs.some((output) => output.startsWith("dist")) && !dist) continue;
    const from = hashOf(inputs, except);
    if (notes[name]?.from === from && notes[name].made === hashOf(outputs, except)) continue;
    const start = performance.now();
    await make();
    notes[name] = { from, made: hashOf(outputs, except) };
    write(".cache/build.json", `${JSON.stringify(notes, null, 2)}\n`);
    console.log(`built ${name} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
}

/** The kernels, compiled to WebAssembly modules, deflated and in base64 in modules of TypeScript. */
async function makeKernels() {
  const { default: asc } = await import("assemblyscript/asc");
  const { deflateAsync } = await import("@gfx/zopfli");
  const binary = ".cache/kernels.wasm";
  mkdirSync(join(root, ".cache"), { recursive: true });
  // Memory is imported and shared: pages of 64 KiB, at most 65,536 of them (4 GiB, all that 32-bit addresses reach).
  const memory = ["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"];
  const features = ["--runtime", "stub", "--enable", "simd", "--enable", "threads"];
  const optimisation = ["-O3", "--shrinkLevel", "1", "--noAssert", "--converge"];
  for (const { name, entry, output, names } of kernelModules) {
    const target = ["--baseDir", root, entry, "--outFile", binary];
    const { error } = await asc.main([...target, ...features, ...memory, ...optimisation], {
      stdout: process.stdout,
      stderr: process.stderr,
    });
    if (error) throw new Error(`build: the kernels did not compile: ${error.message}`);
    if (hasData(readFileSync(join(root, binary)))) {
      throw new Error(
        `build: ${entry} has data of its own, which would lie in the memory of a run: make it of constants and locals`,
      );
    }
    // Deflated first, as small as deflate can: base64 hides every repetition from the compression on the way to a page.
    // In an object, because the bundler would write a plain string out wherever it is named.
    const deflated = await deflateAsync(readFileSync(join(root, binary)), { numiterations: 60 });
    const text = Buffer.from(deflated).toString("base64");
    const [imported, member] = names
      ? [`import { ${names.of} } from "${names.from}";\n\n`, `, arguments: ${names.of}`]
      : ["", ""];
    const about = `/** ${entry}, a WebAssembly module, deflated and in base64. */`;
    write(output, `${imported}${about}\nexport const ${name} = { deflated: "${text}"${member} };\n`);
  }
}

/** Whether a WebAssembly module has a data section (number 11). */
function hasData(bytes) {
  for (let at = 8; at < bytes.length; ) {
    if (bytes[at++] === 11) return true;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      length |= (bytes[at] & 0x7f) << shift;
      if (bytes[at++] < 0x80) break;
    }
    at += length;
  }
  return false;
}

/** A worker's entry with all it imports, as the text of one classic script in a module of TypeScript. */
async function makeWorker({ entry, output, name, purpose }) {
  const tsdown = await import("tsdown");
  const [{ chunks }] = await tsdown.build({
    config: false,
    cwd: root,
    entry,
    format: "iife",
    platform: "neutral",
    target: "es2022",
    deps: { alwaysBundle: [/.*/], onlyBundle: false },
    minify: true,
    dts: false,
    report: false,
    write: false,
    clean: false,
    logLevel: "warn",
  });
  const [chunk, ...others] = chunks;
  const imports = [...chunk.imports, ...chunk.dynamicImports, ...others.map((other) => other.fileName)];
  if (imports.length > 0) {
    // The script is started from its text, in Node and in a page alike: there is nothing it could import from.
    throw new Error(`build: ${entry} must become one script without imports, but needs ${imports.join(", ")}`);
  }
  const source = JSON.stringify(chunk.code.trim());
  write(output, `/** The script of ${purpose}: a classic script, complete in itself. */\nexport const ${name} = ${source};\n`);
}

/** The package: dist/index.js with its types, and the command dist/cli.js. */
async function makeDist() {
  const tsdown = await import("tsdown");
  const [{ chunks }] = await tsdown.build({ cwd: root, config: join(root, "tsdown.config.ts"), logLevel: "warn" });
  const command = join(root, "dist/cli.js");
  const text = readFileSync(command, "utf8");
  if (!text.startsWith("#!")) writeFileSync(command, `#!/usr/bin/env node\n${text}`);
  chmodSync(command, 0o755);
  // Other packages are inside dist (tsdown.config.ts says which may be), and so their licences go with them.
  const packages = [...new Set(chunks.flatMap(({ moduleIds = [] }) => moduleIds.flatMap(packageOf)))].sort();
  const licences = packages.map((name) => `The package ${name}:\n\n${licenceOf(name)}\n`);
  const who =
    "drowse/tables papaparse, hyparquet, fast-png, fflate and iobuffer, drowse/onnx @bufbuild/protobuf, drowse/study papaparse, hyparquet and valibot";
  write("dist/licenses.txt", `dist/ contains other packages, the command all of them, ${who}.\n\n${licences.join("\n")}`);
}

/** The package that a bundled module is of. */
function packageOf(path) {
  const found = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(path);
  return found === null ? [] : [found[1].replace("\\", "/")];
}

/**
 * The licence of a package, as its file has it.
 * @throws {Error} where it has no such file.
 */
function licenceOf(name) {
  const read = (path) => readFileSync(join(root, "node_modules", path), "utf8").trim();
  const file = readdirSync(join(root, "node_modules", name)).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
  if (file) return read(`${name}/${file}`);
  if (name !== "@bufbuild/protobuf") throw new Error(`build: the package ${name} has no file with its licence`);
  // It has no such file: two of its files begin with their notices, and the Apache License is the text that TypeScript has.
  const notices = ["binary-encoding", "varint"].map((file) => {
    const lines = read(`${name}/dist/esm/wire/${file}.js`).split("\n");
    const end = lines.findIndex((line) => !line.startsWith("//"));
    return lines
      .slice(0, end)
      .map((line) => line.replace(/^\/\/ ?/, ""))
      .join("\n");
  });
  return [...notices, read("typescript/LICENSE.txt")].join("\n\n");
}

/** The playground's page, from the library in dist/: static files that may be served under any path. */
async function makePlayground() {
  const vite = await import("vite");
  await vite.build({ configFile: join(root, "playground/vite.config.ts"), logLevel: "warn" });
  const licences = playgroundPackages.map((name) => `The page contains the package ${name}:\n\n${licenceOf(name)}`);
  write(`${playgroundPage}/licenses.txt`, [...licences, digitsLicence].join("\n"));
}

/** One hash over the names and contents of files; folders stand for all files below them but the tests. A missing file counts too. */
function hashOf(paths, except = []) {
  const hash = createHash("sha256");
  for (const path of paths.flatMap(filesOf)) {
    if (except.some((other) => path === other || path.startsWith(`${other}/`)) || path.endsWith(".test.ts")) continue;
    const full = join(root, path);
    hash.update(`${path}\n`).update(existsSync(full) ? createHash("sha256").update(readFileSync(full)).digest() : "missing");
  }
  return hash.digest("hex");
}

function filesOf(path) {
  const full = join(root, path);
  if (!existsSync(full) || !statSync(full).isDirectory()) return [path];
  const entries = readdirSync(full).sort();
  return entries.flatMap((entry) => filesOf(`${path}/${entry}`));
}

/** Writes a file whole or not at all, so that a build that is stopped leaves no half of one. */
function write(path, text) {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(`${full}.partial`, text);
  renameSync(`${full}.partial`, full);
}

if (isProgram(import.meta.url)) {
  try {
    await setup();
    await build({ dist: true });
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
