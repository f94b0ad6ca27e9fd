import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { deflateDigits } from "../scripts/digits.mjs";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** The digits beside the page, and whether all of MNIST is there too, which drowse play answers otherwise where it has it. */
const files = { "digits.bin": deflateDigits, "digits.json": () => `${JSON.stringify({ mnist: false })}\n` };

const digits: Plugin = {
  name: "digits",
  generateBundle() {
    for (const [fileName, make] of Object.entries(files)) this.emitFile({ type: "asset", fileName, source: make() });
  },
  configureServer({ middlewares }) {
    for (const [name, make] of Object.entries(files)) middlewares.use(`/${name}`, (_, response) => response.end(make()));
  },
};

export default defineConfig({
  root: here("."),
  // The built page works under any path.
  base: "./",
  resolve: {
    alias: [
      { find: /^drowse$/, replacement: here("../dist/index.js") },
      { find: /^drowse\/tables$/, replacement: here("../dist/tables.js") },
    ],
  },
  plugins: [digits],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  server: { host: "127.0.0.1", headers: isolation },
  build: { outDir: here("../dist/playground"), emptyOutDir: true, target: "es2022", modulePreload: { polyfill: false } },
});
