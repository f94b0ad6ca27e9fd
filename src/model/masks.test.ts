import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { Draws } from "../../test/draws.ts";
import { classes, images } from "../../test/tasks.ts";
import type { BatchSource } from "../data/source.ts";
import { loadModel, saveModel } from "../formats/model-file.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { flatten } from "../layers/flatten.ts";
import type { Layer } from "../layers/layer.ts";
import { relu } from "../layers/relu.ts";
import { sgd } from "../optimizers/sgd.ts";
import { maskOfRow } from "../random/mask.ts";
import { streamKey, TRAINING } from "../random/streams.ts";
import { dropoutMask } from "./mask-of-layer.ts";
import type { Model } from "./model.ts";
import { sequential } from "./sequential.ts";

const INPUTS = 40;
/** All inputs 1, so that the output of a dropout layer on them is its mask. */
const ones = (rows: number) => ({ x: new Float32Array(rows * INPUTS).fill(1), y: new Int32Array(rows) });
const build = (layer: Layer, seed = 7): Model => sequential({ input: [INPUTS], seed }, [layer, dense(3)]);
const standard = (name?: string) => dropout({ rate: 0.4, scaling: "standard", ...(name === undefined ? {} : { name }) });

/** The masks that a traced step makes, one text of 0 and 1 per row of the batch. */
async function masksOf(model: Model, rows: readonly number[], { count = 60, pass = 0, batch = 0 } = {}): Promise<string[]> {
  const { layers } = await model.trace(ones(count), { loss: "crossEntropy", rows, pass, batch });
  const output = layers.get(model.graph.nodes[0].name)?.output.data ?? new Float32Array();
  return rows.map((_, i) => [...output.subarray(i * INPUTS, (i + 1) * INPUTS)].join(""));
}

describe("the mask of a row", () => {
  it("is the same alone and in any batch, in any order, beside any rows, twice in a batch as well", async () => {
    const model = build(standard());
    const alone = await Promise.all(Array.from({ length: 60 }, async (_, row) => (await masksOf(model, [row], { pass: 5 }))[0]));
    expect(new Set(alone).size).toBe(60);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(59), { minLength: 1, maxLength: 50 }), async (rows) => {
        expect(await masksOf(model, rows, { pass: 5 })).toEqual(rows.map((row) => alone[row]));
      }),
      { numRuns: 50 },
    );
  });

  it("does not depend on how many rows the data set has", async () => {
    const model = build(standard());
    expect(await masksOf(model, [3, 9], { count: 10 })).toEqual(await masksOf(model, [3, 9], { count: 500 }));
  });

  it("changes with the pass, the seed and the layer's name, and with nothing else about the layer", async () => {
    const rows = [0, 1, 2];
    const first = await masksOf(build(standard()), rows);
    expect(await masksOf(build(standard()), rows)).toEqual(first);
    expect(await masksOf(build(standard("dropout1")), rows)).toEqual(first);
    const others = await Promise.all([
      masksOf(build(standard()), rows, { pass: 1 }),
      masksOf(build(standard(), 8), rows),
      masksOf(build(standard(), 7 + 2 ** 32), rows),
      masksOf(build(standard("another")), rows),
    ]);
    expect(new Set([first, ...others].flat()).size).toBe(15);
  });

  it("differs between two layers of one model", async () => {
    const model = sequential({ input: [INPUTS], seed: 7 }, [standard(), standard(), dense(3)]);
    const { layers } = await model.trace(ones(1), { loss: "crossEntropy" });
    const first = [...(layers.get("dropout1")?.output.data ?? [])];
    const both = [...(layers.get("dropout2")?.output.data ?? [])];
    const second = maskOfRow(streamKey(7, "mask/dropout2"), 0.4, INPUTS, { row: 0, pass: 0, stream: TRAINING });
    expect(both).toEqual(first.map((awake, unit) => awake * second[unit]));
    expect(first).not.toEqual([...second]);
  });

  it("on bytes such as MNIST's drops whole pixels and leaves the others as they were", async () => {
    const data = images({ rows: 20 });
    const model = sequential({ input: [28, 28], seed: 3 }, [dropout({ rate: 0.2 }), flatten(), dense(4)]);
    const { input, layers } = await model.trace(data, { loss: "crossEntropy", pass: 2 });
    const scale = Math.fround(1 / 255);
    expect(input.data).toEqual(Float32Array.from(data.x, (byte) => byte * scale));
    const masks = Array.from({ length: 20 }, (_, row) => [
      ...maskOfRow(streamKey(3, "mask/dropout1"), 0.2, 784, { row, pass: 2, stream: TRAINING }),
    ]).flat();
    const factor = Math.fround(1 / (1 - 0.2));
    expect(layers.get("dropout1")?.output.data).toEqual(input.data.map((value, i) => (masks[i] ? value * factor : 0)));
    expect(layers.get("dropout1")?.output.shape).toEqual([20, 28, 28]);
  });
});

describe("the passes of a model", () => {
  const data = classes({ rows: 50 });
  const options = { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1, momentum: 0 }), batchSize: 16 } as const;
  const asleep = () =>
    sequential({ input: [8], seed: 5 }, [dropout({ rate: 0.3 }), dense(20), relu(), dropout({ rate: 0.5 }), dense(3)]);

  it("go on through a second fit: two fits of two epochs are one of four", async () => {
    const [once, twice] = [asleep(), asleep()];
    await once.fit(data, { ...options, epochs: 4 });
    await twice.fit(data, { ...options, epochs: 2 });
    expect(twice.pass).toBe(2);
    await twice.fit(data, { ...options, epochs: 2 });
    expect(twice.pass).toBe(4);
    expect(bitsOf(twice.weights)).toBe(bitsOf(once.weights));
  });

  it("change masks and order: the same pass again ends elsewhere", async () => {
    const model = asleep();
    await model.fit(data, options);
    const again = sequential(
      { input: [8], seed: 5 },
      model.graph.nodes.map(({ layer }) => layer),
    );
    again.setWeights(Object.fromEntries(model.weights));
    expect(again.pass).toBe(0);
    await model.fit(data, options);
    await again.fit(data, options);
    expect(bitsOf(again.weights)).not.toBe(bitsOf(model.weights));
  });

  it("show every row once, in an order of their own, in batches of the size asked for", async () => {
    const seen: number[][] = [];
    const source: BatchSource = {
      ...{ count: 50, inputShape: [8], inputType: "f32", inputScale: 1, targetType: "classes", targetSize: 1 },
      gather(rows, { x, y }) {
        seen.push([...rows]);
        for (const [i, row] of rows.entries()) {
          x.set(data.x.subarray(row * 8, row * 8 + 8), i * 8);
          if (y) y[i] = data.y[row];
        }
      },
    };
    const model = asleep();
    await model.fit(source, { ...options, epochs: 2 });
    expect(seen.map((rows) => rows.length)).toEqual([16, 16, 16, 2, 16, 16, 16, 2]);
    const passes = [seen.slice(0, 4).flat(), seen.slice(4).flat()];
    for (const rows of passes) expect(rows.slice().sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, row) => row));
    expect(passes[0]).not.toEqual(passes[1]);
    const inMemory = asleep();
    await inMemory.fit(data, { ...options, epochs: 2 });
    expect(bitsOf(model.weights)).toBe(bitsOf(inMemory.weights));
  });
});

describe("a seed", () => {
  const build = (seed: number, ...between: Layer[]) =>
    sequential({ input: [8], seed }, [dense(9), relu(), ...between, dense(3, { initializer: "glorot" })]);

  it("gives one set of weights, and another seed another", () => {
    expect(bitsOf(build(1).weights)).toBe(bitsOf(build(1).weights));
    expect(new Set([0, 1, 2 ** 32 + 1, 2 ** 53 - 1].map((seed) => bitsOf(build(seed).weights))).size).toBe(4);
  });

  it("gives weights that adding dropout, flatten and rectifiers does not change", () => {
    const plain = bitsOf(build(1).weights);
    expect(bitsOf(build(1, dropout({ rate: 0.5 })).weights)).toBe(plain);
    expect(bitsOf(build(1, flatten(), dropout({ rate: 0.5 }), relu(), dropout({ rate: 0.2 })).weights)).toBe(plain);
    expect(bitsOf(build(1, dense(9)).weights)).not.toBe(plain);
  });

  it("gives every parameter values of its own, by its name", () => {
    const square = (name?: string) => dense(8, name === undefined ? {} : { name });
    const model = sequential({ input: [8], seed: 1 }, [square(), square(), square("own")]);
    const weights = ["dense1", "dense2", "own"].map((name) => model.weights.get(`${name}.weight`)?.join());
    expect(new Set(weights).size).toBe(3);
    const moved = sequential({ input: [8], seed: 1 }, [square("own"), square()]);
    expect(moved.weights.get("own.weight")?.join()).toBe(weights[2]);
    expect(model.weights.get("dense1.bias")).toEqual(new Float32Array(8));
  });

  it("decides over training to the bit", async () => {
    const data = classes({ rows: 40 });
    const trained = async (seed: number) => {
      const model = build(seed, dropout({ rate: 0.5 }));
      // the same first weights, so that only order and masks differ
      model.setWeights({ "dense1.weight": new Draws(1).floats(72), "dense2.weight": new Draws(2).floats(27) });
      const { loss } = await model.fit(data, { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }), epochs: 2 });
      return [bitsOf(model.weights), ...loss].join();
    };
    expect(await trained(1)).toBe(await trained(1));
    expect(await trained(2)).not.toBe(await trained(1));
  });
});

describe("a mask that the batch shares", () => {
  const shared = (rate = 0.4) => dropout({ rate, scaling: "standard", sharedAcross: ["batch"] });
  const rows = [5, 9, 2];

  it("is one for all rows, whichever they are, and another in each batch, pass, seed and layer", async () => {
    const first = await masksOf(build(shared()), rows);
    expect(new Set(first).size).toBe(1);
    expect(new Set(await masksOf(build(shared()), [0, 1])).has(first[0])).toBe(true);
    const others = await Promise.all([
      masksOf(build(shared()), rows, { batch: 1 }),
      masksOf(build(shared()), rows, { pass: 1 }),
      masksOf(build(shared(), 8), rows),
      masksOf(build(dropout({ rate: 0.4, scaling: "standard", sharedAcross: ["batch"], name: "other" })), rows),
      // no row has it by itself
      masksOf(build(standard()), [0]),
    ]);
    expect(new Set([first, ...others].map(([mask]) => mask)).size).toBe(6);
  });

  it("is what dropoutMask tells of batches", async () => {
    const model = build(shared());
    const { data } = dropoutMask(model, "dropout1", { rows: [3, 4], pass: 2 });
    const told = [0, 1].map((i) => [...data.subarray(i * INPUTS, (i + 1) * INPUTS)].join(""));
    expect(told).toEqual([3, 4].map(() => expect.any(String)));
    expect(told[0]).toBe((await masksOf(model, [0], { pass: 2, batch: 3 }))[0]);
    expect(told[1]).toBe((await masksOf(model, [0], { pass: 2, batch: 4 }))[0]);
  });

  it("trains with the mask of each step: the weights are those of traced steps one after the other", async () => {
    const data = classes({ rows: 30 });
    const make = () =>
      sequential({ input: [8], seed: 5 }, [
        ...[dropout({ rate: 0.2, sharedAcross: ["batch"] }), dense(50), relu()],
        ...[dropout({ rate: 0.5, sharedAcross: ["batch"] }), dense(3)],
      ]);
    const optimizer = sgd({ learningRate: 0.1 });
    const [trained, traced] = [make(), make()];
    await trained.fit(data, { loss: "crossEntropy", optimizer, batchSize: 10, epochs: 1, shuffle: false });
    for (let batch = 0; batch < 3; batch++) {
      const taken = Array.from({ length: 10 }, (_, i) => 10 * batch + i);
      const { updated } = await traced.trace(data, { loss: "crossEntropy", optimizer, rows: taken, pass: 0, batch });
      traced.setWeights(Object.fromEntries(updated));
    }
    expect(bitsOf(trained.weights)).toBe(bitsOf(traced.weights));
  });

  it("leaves out the columns of who sleeps: more work is skipped than with masks of each row", async () => {
    const skippedWith = async (sharedAcross: readonly "batch"[]) => {
      const hidden = () => [dense(280), relu(), dropout({ rate: 0.8, sharedAcross })];
      const model = sequential({ input: [8], seed: 5 }, [...hidden(), ...hidden(), dense(3)]);
      const history = await model.fit(classes({ rows: 64 }), {
        loss: "crossEntropy",
        optimizer: sgd({ learningRate: 0.1 }),
        epochs: 1,
        batchSize: 64,
      });
      return history.skipped[0];
    };
    // Rows of their own leave a tenth of the inner dimension, a fifth of the units being awake and half of these above 0. With one mask
    // a fifth of the columns is left as well.
    const [own, one] = [await skippedWith([]), await skippedWith(["batch"])];
    expect(own).toBeGreaterThan(0.85);
    expect(own).toBeLessThan(0.95);
    expect(one).toBeGreaterThan(0.95);
  });

  it("goes through a file and through conversion of the scaling", () => {
    const model = build(shared());
    for (const other of [loadModel(saveModel(model)), model.withScaling("inverted")]) {
      expect(other.graph.nodes[0].layer.config).toMatchObject({ rate: 0.4, sharedAcross: ["batch"] });
      expect(dropoutMask(other, "dropout1", { rows: [1] })).toEqual(dropoutMask(model, "dropout1", { rows: [1] }));
    }
    expect(model.summary()).toMatch(/dropout1 .*sharedAcross batch/);
  });

  it("is refused along other axes", () => {
    for (const axes of ["batch", ["time"], ["batch", "batch"], [0], null]) {
      expect(() => dropout({ rate: 0.5, sharedAcross: axes as never }), String(axes)).toThrow("dropout: sharedAcross is ");
    }
    expect(dropout({ rate: 0.5, sharedAcross: [] }).isShared).toBe(false);
  });
});
