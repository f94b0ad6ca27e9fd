import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

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
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  server: { host: "127.0.0.1", headers: isolation },
  build: { outDir: here("../dist/playground"), emptyOutDir: true, target: "es2022", modulePreload: { polyfill: false } },
});
