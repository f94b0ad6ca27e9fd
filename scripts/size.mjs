import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { isProgram, root } from "./root.mjs";

// What the library adds to a page: bundled and minified by esbuild from dist/, as a page gets it. `npm run size` writes the
// README's table; a test holds the budgets, and the table to what is measured.

const KILO = 1000;

/** What a page may take from the library, and how many bytes that may be after gzip. */
const goals = [
  // Nobody's page: what the whole family adds up to. The engine's bundle is the next one.
  { name: "everything of `drowse`", code: 'export * from "drowse";', budget: 100 * KILO },
  {
    name: "building and training a network of dense, relu and dropout",
    code: 'export { dense, dropout, relu, sequential, sgd } from "drowse";',
    budget: 60 * KILO,
  },
  {
    name: "prediction alone: `loadModel` of `drowse/predict`",
    code: 'export { loadModel } from "drowse/predict";',
    budget: 30 * KILO,
  },
  { name: "ONNX files: `toOnnx` of `drowse/onnx`", code: 'export { toOnnx } from "drowse/onnx";', budget: 12 * KILO },
];

/**
 * Bundles each of the goals from dist/, which must have been built.
 * @returns {Promise<{ name: string, raw: number, gzip: number, budget: number }[]>} sizes in bytes
 */
export async function measureSizes() {
  const { build } = await import("esbuild-wasm");
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const sizes = [];
  for (const { name, code, budget } of goals) {
    // What node_modules/drowse would lead to.
    const contents = code.replace(/"drowse(.*)"/, (_, door) => JSON.stringify(exports[`.${door}`].default));
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: root },
      bundle: true,
      minify: true,
      format: "esm",
      target: "es2022",
      write: false,
    });
    const [{ contents: bundle }] = outputFiles;
    sizes.push({ name, raw: bundle.length, gzip: gzipSync(bundle, { level: 9 }).length, budget });
  }
  return sizes;
}

/** The table of the README, in kB of 1000 bytes. */
export function sizeTable(sizes) {
  const kilobytes = (bytes) => `${(bytes / KILO).toFixed(1)} kB`;
  const rows = sizes.map(({ name, raw, gzip }) => `| ${name} | ${kilobytes(raw)} | ${kilobytes(gzip)} |`);
  return ["| a page that uses | minified | and gzip |", "|---|--:|--:|", ...rows].join("\n");
}

const markers = ["<!-- size:begin -->", "<!-- size:end -->"];

/** The text of a document with another table between the markers. */
export function withTable(text, table) {
  const [begin, end] = markers.map((marker) => text.indexOf(marker));
  if (begin < 0 || end < begin)
    throw new Error(`size: README.md has no ${markers.join(" and ")}; put them where the table belongs`);
  return `${text.slice(0, begin + markers[0].length)}\n\n${table}\n\n${text.slice(end)}`;
}

if (isProgram(import.meta.url)) {
  try {
    const { setup } = await import("./setup.mjs");
    await setup();
    const { build } = await import("./build.mjs");
    await build({ dist: true });
    const sizes = await measureSizes();
    const table = sizeTable(sizes);
    const readme = join(root, "README.md");
    writeFileSync(readme, withTable(readFileSync(readme, "utf8"), table));
    console.log(table);
    for (const { name, gzip, budget } of sizes.filter((size) => size.gzip > size.budget)) {
      console.error(`size: ${name} is ${gzip} bytes after gzip; the budget is ${budget}`);
      process.exitCode = 1;
    }
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
