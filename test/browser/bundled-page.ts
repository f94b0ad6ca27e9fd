import * as drowse from "drowse";
import { loadModel } from "drowse/predict";
import { expect, it, vi } from "vitest";
import { type Bundler, withSite } from "./bundlers.ts";
import { describeInChromium, openPage } from "./harness.ts";

/** The strictest policy under which drowse runs: no eval, nothing inline, nothing from elsewhere. */
export const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:";

interface Library extends Pick<typeof drowse, "dense" | "dropout" | "relu" | "saveModel" | "sequential" | "sgd"> {
  readonly loadNetwork: typeof loadModel;
}

/** Learns XOR, and predicts with what was learned by way of a file. All it needs stands inside, as its text goes into a page. */
async function learnXor({ dense, dropout, relu, saveModel, sequential, sgd, loadNetwork }: Library) {
  const x = Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1);
  const model = sequential({ input: [2], seed: 1 }, [dense(32), relu(), dropout({ rate: 0.5 }), dense(2)]);
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
  await model.fit({ x, y: [0, 1, 1, 0] }, { loss: "crossEntropy", optimizer, epochs: 500, threads: 2 });
  const { data } = await loadNetwork(saveModel(model)).predict(x);
  const bits = ({ buffer, byteOffset, length }: Float32Array) => Array.from(new Uint32Array(buffer, byteOffset, length));
  const answers = Array.from({ length: 4 }, (_, row) => (data[2 * row + 1] > data[2 * row] ? 1 : 0));
  return {
    answers,
    predictions: bits(data),
    weights: Array.from(model.weights, ([name, values]) => ({ name, bits: bits(values) })),
  };
}

const script = `
import { dense, dropout, relu, saveModel, sequential, sgd } from "drowse";
import { loadModel as loadNetwork } from "drowse/predict";
const learnXor = ${learnXor.toString()};
globalThis.outcome = learnXor({ dense, dropout, relu, saveModel, sequential, sgd, loadNetwork });
`;

declare global {
  var outcome: ReturnType<typeof learnXor>;
}

/** Opens a page made by a bundler and returns what it learned, and what the browser complained of. */
export function learnInPage(bundler: Bundler, { isolated, csp }: { isolated: boolean; csp: string }) {
  return withSite(bundler, script, async (site) => {
    const { page, complaints, close } = await openPage({ isolated, csp, site });
    try {
      const learned = await page.evaluate(() => globalThis.outcome.catch(String));
      // What the console says arrives by another way, and later; where a worker says it, sometimes not at all.
      if (typeof learned === "string") await vi.waitUntil(() => complaints.length > 0, { timeout: 3000 }).catch(() => {});
      return { learned, complaints };
    } finally {
      await close();
    }
  });
}

/** Tests that pages made by a bundler train to the bits that Node trains to, under the strictest policy. */
export function testBundler(bundler: Bundler): void {
  describeInChromium(`a page made by ${bundler}`, () => {
    it.each([true, false])("learns XOR in the bits of Node under a strict policy; isolated: %s", async (isolated) => {
      const here = await learnXor({ ...drowse, loadNetwork: loadModel });
      expect(here.answers).toEqual([0, 1, 1, 0]);
      expect(await learnInPage(bundler, { isolated, csp: STRICT })).toEqual({ learned: here, complaints: [] });
    });
  });
}
