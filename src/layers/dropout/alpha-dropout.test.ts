import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Draws } from "../../../test/draws.ts";
import { dropoutMask } from "../../model/mask-of-layer.ts";
import { sequential } from "../../model/sequential.ts";
import { noiseOfRow } from "../../random/noise.ts";
import { dense } from "../dense.ts";
import type { Layer } from "../layer.ts";
import { selu } from "../selu.ts";
import { alphaDropout } from "./alpha-dropout.ts";
import { dropout } from "./dropout.ts";
import { isDropout } from "./dropout-layer.ts";

const [INPUTS, ROWS] = [400, 300];
/** Inputs of mean 0 and variance 1. */
const inputs = Float32Array.from({ length: ROWS }, (_, row) => row).reduce(
  (x, row) => {
    x.set(
      noiseOfRow([1, 2], 1, INPUTS, { row, pass: 0, stream: 9 }).map((value) => value - 1),
      row * INPUTS,
    );
    return x;
  },
  new Float32Array(ROWS * INPUTS),
);
const data = { x: inputs, y: new Int32Array(ROWS) };

/** Mean and variance over all numbers of each layer of four with selu and what comes after it, in a training step. */
async function momentsOf(after: () => Layer): Promise<{ mean: number; variance: number }[]> {
  const hidden = [1, 2, 3, 4].flatMap(() => [dense(INPUTS, { initializer: "lecun", bias: false }), selu(), after()]);
  const model = sequential({ input: [INPUTS], seed: 3 }, [...hidden, dense(2)]);
  const { layers } = await model.trace(data, { loss: "crossEntropy" });
  return model.graph.nodes
    .filter(({ layer }) => isDropout(layer))
    .map(({ name }) => {
      const values = layers.get(name)?.output.data ?? new Float32Array();
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
    });
}

describe("an alpha dropout layer", () => {
  it("keeps mean 0 and variance 1 through layers of selu with LeCun's first weights", async () => {
    for (const rate of [0.05, 0.1, 0.3]) {
      for (const { mean, variance } of await momentsOf(() => alphaDropout({ rate }))) {
        expect(Math.abs(mean), `mean at rate ${rate}`).toBeLessThan(0.05);
        expect(Math.abs(variance - 1), `variance at rate ${rate}`).toBeLessThan(0.1);
      }
    }
  });

  it("where dropout does not", async () => {
    const moments = await momentsOf(() => dropout({ rate: 0.3 }));
    expect(Math.abs((moments.at(-1)?.variance ?? 1) - 1)).toBeGreaterThan(0.2);
  });

  it("has dropout's masks, which dropoutMask tells", () => {
    const name = "asleep";
    const [alpha, plain] = [alphaDropout({ rate: 0.3, name }), dropout({ rate: 0.3, name })].map((layer) =>
      sequential({ input: [50], seed: 8 }, [layer, dense(2)]),
    );
    const rows = [0, 5, 9];
    expect(dropoutMask(alpha, name, { rows, pass: 2 })).toEqual(dropoutMask(plain, name, { rows, pass: 2 }));
  });

  it("gives a sleeping unit one value, which is what keeps the mean, and no gradient", async () => {
    const x = new Draws(4).floats(20 * 30);
    const model = sequential({ input: [30], seed: 8 }, [dense(30), alphaDropout({ rate: 0.25 }), dense(2)]);
    const { layers } = await model.trace({ x, y: new Int32Array(20) }, { loss: "crossEntropy", pass: 1 });
    const { data: mask } = dropoutMask(model, "alphaDropout1", { rows: [...Array(20).keys()], pass: 1 });
    const [below, own] = [layers.get("dense1"), layers.get("alphaDropout1")];
    const asleep = new Set(own?.output.data.filter((_, i) => mask[i] === 0));
    const a = (0.75 * (1 + 0.25 * 1.7580993408473766 ** 2)) ** -0.5;
    expect(asleep.size).toBe(1);
    expect([...asleep][0]).toBeCloseTo(a * -1.7580993408473766 * 0.75, 6);
    expect(below?.gradient?.data).toEqual(own?.gradient?.data.map((value, i) => (mask[i] ? value * Math.fround(a) : 0)));
  });

  it("refuses rate 1, and rates that no word can tell from it", () => {
    const why = "where no unit is left whose variance could be kept; give a rate from 0 to below 1";
    expect(() => alphaDropout({ rate: 1 })).toThrow(`alphaDropout: the rate is 1, ${why}`);
    expect(() => alphaDropout({ rate: 1 - 2 ** -50 })).toThrow(why);
    expect(() => alphaDropout({ keep: 0.5 }).withRate(1)).toThrow(why);
    expect(() => alphaDropout({ rate: -0.1 })).toThrow("alphaDropout: rate is -0.1; give a number from 0");
  });

  it("is the identity at rate 0 and in prediction", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.99, noNaN: true }), (rate) => {
        const layer = alphaDropout({ rate });
        expect([layer.isIdentity(true), layer.isIdentity(false)]).toEqual([rate === 0, true]);
        expect(layer.outputShape([3, 4], "")).toEqual([3, 4]);
      }),
    );
    expect(alphaDropout({ rate: 0 }).record).toEqual({ threshold: 0, awake: -1, scale: 1 });
  });
});
