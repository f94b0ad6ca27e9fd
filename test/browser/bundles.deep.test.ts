import { testBundler } from "./bundled-page.ts";

testBundler("esbuild");
testBundler("webpack");
