import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dense, dropout, relu, saveModel, sequential, sgd } from "drowse";
import { expect, it } from "vitest";
import { blocks } from "../../docs/code-blocks.ts";
import { withSite } from "./bundlers.ts";
import { describeInChromium, openPage } from "./harness.ts";

// The page that docs/guide/in-the-browser.md puts together, served with the headers that it names.

const page = blocks("docs/guide/in-the-browser.md");
const [html] = page.filter(({ language }) => language === "html");
const [headers] = page.filter(({ language }) => language === "http");
const [training, predicting] = page.filter(({ language }) => language === "js");

const header = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(headers.code)?.[1] ?? "";

/** The network of the page, trained here. */
async function learnXor() {
  const x = Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1);
  const model = sequential({ input: [2], seed: 1 }, [dense(32), relu(), dropout({ rate: 0.5 }), dense(2)]);
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
  await model.fit({ x, y: [0, 1, 1, 0] }, { loss: "crossEntropy", optimizer, epochs: 500 });
  return model;
}

describeInChromium("the guide's page in the browser", () => {
  it.each([
    { name: "trains", script: training },
    { name: "predicts", script: predicting },
  ])("$name under its headers, and shows what the guide says", async ({ script }) => {
    const file = saveModel(await learnXor());
    const shown = await withSite("a plain module", script.code, async (site) => {
      writeFileSync(join(site, "index.html"), html.code);
      writeFileSync(join(site, "model.safetensors"), file);
      const {
        page: opened,
        complaints,
        close,
      } = await openPage({ isolated: true, csp: header("Content-Security-Policy"), site });
      try {
        const output = opened.locator("output");
        await output.filter({ hasText: /^(2,2: )?[01]\.\d\d / }).waitFor();
        const isolated = await opened.evaluate(() => crossOriginIsolated);
        return { text: await output.textContent(), isolated, complaints };
      } finally {
        await close();
      }
    });
    expect(shown).toEqual({ text: script.output?.trimEnd(), isolated: true, complaints: [] });
  });

  it("is stopped by its button, and predicts with what it has learned", async () => {
    // So many epochs that it cannot end by itself.
    const code = training.code.replace("epochs: 500", "epochs: 1e9");
    expect(code).not.toBe(training.code);
    const text = await withSite("a plain module", code, async (site) => {
      writeFileSync(join(site, "index.html"), html.code);
      const { page: opened, close } = await openPage({ isolated: true, site });
      try {
        await opened
          .locator("output")
          .filter({ hasText: /^epoch \d+/ })
          .waitFor();
        await opened.locator("button").click();
        const output = opened.locator("output").filter({ hasText: /^[01]\.\d\d / });
        await output.waitFor();
        return await output.textContent();
      } finally {
        await close();
      }
    });
    expect(text).toMatch(/^([01]\.\d\d ?){4}$/);
  });

  it("has the headers that the harness sends", () => {
    const harness = readFileSync(new URL("./harness.ts", import.meta.url), "utf8");
    for (const name of ["Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy"]) {
      expect(harness).toContain(`"${name}": "${header(name)}"`);
    }
  });
});
