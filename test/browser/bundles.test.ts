import { expect, it } from "vitest";
import { learnInPage, STRICT, testBundler } from "./bundled-page.ts";
import { describeInChromium } from "./harness.ts";

// esbuild and webpack, which take longer, are in bundles.deep.test.ts.
testBundler("a plain module");
testBundler("Vite");

describeInChromium("the test of pages", () => {
  it("sees a policy that is too strict", async () => {
    const csp = STRICT.replace("'wasm-unsafe-eval'", "");
    const heard: string[] = [];
    for (let page = 0; page < 5 && heard.length === 0; page++) {
      const { learned, complaints } = await learnInPage("a plain module", { isolated: true, csp });
      expect(learned).toMatch(/WebAssembly.*Content Security Policy/s);
      heard.push(...complaints);
    }
    expect(heard.join()).toContain("Content Security Policy");
  });
});
