import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { flatten } from "../layers/flatten.ts";
import { sgd } from "../optimizers/sgd.ts";
import { dropoutMask } from "./mask-of-layer.ts";
import { sequential } from "./sequential.ts";

const INPUTS = 24;
const build = (keep: number, seed: number) =>
  sequential({ input: [4, 6], seed }, [dropout({ keep, scaling: "standard", name: "sleep" }), flatten(), dense(2)]);

describe("the mask of a layer", () => {
  it("is what a training step makes of ones, at any rate, pass, seed and rows", async () => {
    const keeps = fc.oneof(fc.constantFrom(0, 1, 0.5), fc.double({ min: 0, max: 1, noNaN: true }));
    const rows = fc.array(fc.nat(9), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(keeps, fc.nat(), fc.nat(1000), rows, async (keep, seed, pass, rows) => {
        const model = build(keep, seed);
        const data = { x: new Float32Array(10 * INPUTS).fill(1), y: new Int32Array(10) };
        const { layers } = await model.trace(data, { loss: "crossEntropy", rows, pass });
        const mask = dropoutMask(model, "sleep", { rows, pass });
        expect(mask.shape).toEqual([rows.length, 4, 6]);
        expect([...mask.data]).toEqual([...(layers.get("sleep")?.output.data ?? [])]);
      }),
      { numRuns: 60 },
    );
  });

  it("is by default that of the model's next pass", async () => {
    const model = build(0.5, 3);
    const data = { x: new Float32Array(2 * INPUTS).fill(1), y: [0, 1] };
    const before = dropoutMask(model, "sleep", { rows: [0, 1] });
    expect(before).toEqual(dropoutMask(model, "sleep", { rows: [0, 1], pass: 0 }));
    await model.fit(data, { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }), epochs: 2 });
    expect(dropoutMask(model, "sleep", { rows: [0, 1] })).toEqual(dropoutMask(model, "sleep", { rows: [0, 1], pass: 2 }));
    expect(dropoutMask(model, "sleep", { rows: [0, 1] })).not.toEqual(before);
  });

  it("is refused for other layers, and for rows and passes that there cannot be", () => {
    const model = build(0.5, 3);
    const ask = (layer: string, options: { rows: number[]; pass?: number }) => () => dropoutMask(model, layer, options);
    expect(ask("dropout1", { rows: [0] })).toThrow('dropoutMask: the layer is "dropout1"; the layers with masks are sleep');
    expect(ask("dense1", { rows: [0] })).toThrow('the layer is "dense1"');
    expect(ask("sleep", { rows: [-1] })).toThrow("the rows are [-1]");
    expect(ask("sleep", { rows: [0.5] })).toThrow("the rows are [0.5]");
    expect(ask("sleep", { rows: [2 ** 32] })).toThrow("the rows are [4294967296]");
    expect(ask("sleep", { rows: [0], pass: -1 })).toThrow("pass is -1");
    for (const rows of [undefined, null, 3, "0", { length: 1 }]) {
      expect(() => dropoutMask(model, "sleep", { rows: rows as never }), String(rows)).toThrow("dropoutMask: the rows are");
    }
    expect(() => dropoutMask({} as never, "sleep", { rows: [0] })).toThrow("dropoutMask: the model is an object with no keys");
    expect(dropoutMask(model, "sleep", { rows: [] })).toEqual({ data: new Uint8Array(0), shape: [0, 4, 6] });
    const plain = sequential({ input: [2], seed: 1 }, [dense(1)]);
    expect(() => dropoutMask(plain, "dropout1", { rows: [0] })).toThrow("this model has no dropout layer");
  });
});
