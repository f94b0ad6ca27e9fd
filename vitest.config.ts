import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = fileURLToPath(new URL("./src/", import.meta.url));
const deep = process.env.DROWSE_DEEP === "1";

export default defineConfig({
  resolve: {
    // Tests import drowse as its users do, and get the sources.
    alias: [
      { find: /^drowse$/, replacement: `${source}index.ts` },
      { find: /^drowse\/(\w+)$/, replacement: `${source}$1/index.ts` },
    ],
  },
  test: {
    include: ["{src,test,examples,docs,playground}/**/*.test.ts", "bench/*.test.ts"],
    exclude: deep ? [] : ["**/*.deep.test.ts"],
    // Processes rather than threads: the tests start threads of their own, share memory with them and watch processes end.
    pool: "forks",
    maxWorkers: 2,
    // Only against a test that hangs.
    testTimeout: deep ? 1_200_000 : 120_000,
    hookTimeout: 60_000,
  },
});
