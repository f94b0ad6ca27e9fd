import { esmExternalRequirePlugin } from "rolldown/plugins";
import { defineConfig } from "tsdown";

/** What users import. */
const doors = {
  index: "src/index.ts",
  predict: "src/predict/index.ts",
  tables: "src/tables/index.ts",
  onnx: "src/onnx/index.ts",
  study: "src/study/index.ts",
};

// One build of all entries, so that the command and the library share their code in dist/ instead of holding it twice.
export default defineConfig({
  entry: { ...doors, cli: "src/cli/main.ts" },
  format: "esm",
  // The engine runs in Node and in browsers alike; only the command imports Node's own modules.
  platform: "neutral",
  target: "es2022",
  // The packages of the command, of drowse/tables and of drowse/onnx go into them, so that drowse installs nothing else; commander is CommonJS, and
  // requires these modules. Papa Parse has a part that requires Node's streams, which is left out by this name.
  inputOptions: { resolve: { mainFields: ["module", "main"] } },
  define: { PAPA_BROWSER_CONTEXT: "true" },
  plugins: [esmExternalRequirePlugin({ external: [/^node:/] })],
  // Observable Plot, which draws reports, comes with what it needs of D3.
  deps: {
    onlyBundle: [
      ...["commander", "papaparse", "hyparquet", "valibot", "@bufbuild/protobuf", "fast-png", "fflate", "iobuffer"],
      ...["@observablehq/plot", /^d3(-|$)/, "internmap", "isoformat", "interval-tree-1d", "binary-search-bounds"],
    ],
  },
  hash: false,
  outputOptions: { chunkFileNames: "shared/[name].js" },
  dts: { entry: Object.values(doors) },
});
