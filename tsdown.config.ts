import { esmExternalRequirePlugin } from "rolldown/plugins";
import { defineConfig } from "tsdown";

// One build of all entries, so that the command and the library share their code in dist/ instead of holding it twice.
export default defineConfig({
  entry: { index: "src/index.ts", predict: "src/predict/index.ts", cli: "src/cli/main.ts" },
  format: "esm",
  // The engine runs in Node and in browsers alike; only the command imports Node's own modules.
  platform: "neutral",
  target: "es2022",
  // The command's one package goes into it, so that drowse installs nothing else; commander is CommonJS, and requires these modules.
  plugins: [esmExternalRequirePlugin({ external: [/^node:/] })],
  deps: { onlyBundle: ["commander"] },
  hash: false,
  outputOptions: { chunkFileNames: "shared/[name].js" },
  dts: { entry: ["src/index.ts", "src/predict/index.ts"] },
});
