import { describe, expect, it } from "vitest";
import { classes } from "../../test/tasks.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { gaussianDropout } from "../layers/dropout/gaussian-dropout.ts";
import { dropoutNoise } from "./noise-of-layer.ts";
import { sequential } from "./sequential.ts";

const model = sequential({ input: [8], seed: 4 }, [
  dense(12),
  gaussianDropout({ rate: 0.4, name: "rough" }),
  dropout({ rate: 0.2 }),
  dense(3),
]);

describe("dropoutNoise", () => {
  it("is what the kernels multiply by, to the bit", async () => {
    const rows = [5, 0, 31, 5];
    const { layers } = await model.trace(classes({ rows: 40 }), { loss: "crossEntropy", rows, pass: 3 });
    const { data, shape } = dropoutNoise(model, "rough", { rows, pass: 3 });
    expect(shape).toEqual([4, 12]);
    expect(layers.get("rough")?.output.data).toEqual(layers.get("dense1")?.output.data.map((value, i) => value * data[i]));
  });

  it("refuses other layers, rows and passes", () => {
    const ask = (layer: string, options: object) => () => dropoutNoise(model, layer, options as never);
    expect(ask("dropout1", { rows: [0] })).toThrow('dropoutNoise: the layer is "dropout1"; the layers with noise are rough');
    expect(ask("rough", { rows: [0.5] })).toThrow("dropoutNoise: the rows are");
    expect(ask("rough", { rows: [0], pass: -1 })).toThrow("dropoutNoise: pass is -1; give a whole number of at least 0");
    expect(ask("rough", { rows: [0], stream: 1 })).toThrow('dropoutNoise: unknown option "stream"');
    expect(() => dropoutNoise({} as never, "rough", { rows: [0] })).toThrow("dropoutNoise: the model is an object with no keys");
    const plain = sequential({ input: [2], seed: 1 }, [dense(1)]);
    expect(() => dropoutNoise(plain, "rough", { rows: [0] })).toThrow("has no gaussianDropout layer; dropoutMask tells masks");
  });
});
