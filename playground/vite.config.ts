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
      // The sources: of a few large files no part could be left for later.
      { find: /^drowse$/, replacement: here("../src/index.ts") },
      { find: /^drowse\/tables$/, replacement: here("../src/tables/index.ts") },
    ],
  },
  // Papa Parse has a part for Node, which is left out by this name.
  define: { PAPA_BROWSER_CONTEXT: "true" },
  plugins: [digits],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  server: { host: "127.0.0.1", headers: isolation },
  build: { outDir: here("../dist/playground"), emptyOutDir: true, target: "es2022", modulePreload: { polyfill: false } },
});
