import { describe, expect, it } from "vitest";
import { expectClose } from "../../test/closeness.ts";
import { Draws } from "../../test/draws.ts";
import { classes, images, line } from "../../test/tasks.ts";
import type { BatchSource } from "../data/source.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { flatten } from "../layers/flatten.ts";
import { relu } from "../layers/relu.ts";
import { sgd } from "../optimizers/sgd.ts";
import { softmax } from "../reference/softmax.ts";
import type { Model } from "./model.ts";
import { sequential } from "./sequential.ts";

const data = classes({ rows: 300 });
const build = (): Model => sequential({ input: [8], seed: 3 }, [dense(30), relu(), dropout({ rate: 0.5 }), dense(3)]);
const fit = { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }), epochs: 3 } as const;

async function trained(): Promise<Model> {
  const model = build();
  await model.fit(data, fit);
  return model;
}

/** A source that answers late, so that calls at the same time come in between. */
function slow(x: Float32Array): BatchSource {
  return {
    ...{ count: x.length / 8, inputShape: [8], inputType: "f32", inputScale: 1, targetType: "none", targetSize: 0 },
    async gather(rows, into) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      for (const [i, row] of rows.entries()) into.x.set(x.subarray(row * 8, row * 8 + 8), i * 8);
    },
  };
}

describe("predictions", () => {
  it("of bytes take the factor that training took", async () => {
    const model = sequential({ input: [8], seed: 2 }, [dense(3)]);
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => 16 * i);
    const floats = Float32Array.from(bytes, (byte) => byte / 64);
    expect((await model.predict(bytes, { scale: 1 / 64 })).data).toEqual((await model.predict(floats)).data);
    expect((await model.predict(bytes)).data).not.toEqual((await model.predict(floats)).data);
  });

  it("are logits before training, and what the loss's link makes of them after it", async () => {
    const model = build();
    const { data: before } = await model.predict(data.x);
    expect(before).toEqual((await model.predict(data.x, { output: "logits" })).data);
    await model.fit(data, fit);
    const logits = (await model.predict(data.x, { output: "logits" })).data;
    const { data: probabilities, shape } = await model.predict(data.x);
    expect(shape).toEqual([300, 3]);
    expectClose(probabilities, softmax(logits, 300, 3), "softmax", 1e-6);

    const numbers = line({ rows: 40 });
    const regression = sequential({ input: [8], seed: 1 }, [dense(2)]);
    await regression.fit(numbers, { ...fit, loss: "meanSquaredError" });
    expect((await regression.predict(numbers.x)).data).toEqual((await regression.predict(numbers.x, { output: "logits" })).data);
  });

  it("of a row are the same to the bit alone, in a batch, on threads, at any place", async () => {
    const model = await trained();
    const { data: all } = await model.predict(data.x);
    for (const row of [0, 1, 127, 128, 299]) {
      const alone = await model.predict(data.x.subarray(row * 8, row * 8 + 8));
      expect(alone).toEqual({ data: all.slice(row * 3, row * 3 + 3), shape: [1, 3] });
    }
    for (const threads of [1, 2, 3]) expect((await model.predict(data.x, { threads })).data).toEqual(all);
  });

  it("take rows flat, nested, with a shape, as bytes or from a source", async () => {
    const model = sequential({ input: [2, 4], seed: 3 }, [flatten(), dense(3)]);
    const x = Float32Array.from(data.x.subarray(0, 24));
    const expected = await model.predict(x);
    expect(expected.shape).toEqual([3, 3]);
    const rows = [0, 8, 16].map((at) => [...x.subarray(at, at + 8)]);
    for (const given of [
      rows,
      rows.map((row) => [row.slice(0, 4), row.slice(4)]),
      rows.map((row) => Float32Array.from(row)),
      [...x],
      { data: x, shape: [3, 8] },
      { data: x, shape: [3, 2, 4] },
      { ...slow(x), inputShape: [2, 4] },
    ]) {
      expect(await model.predict(given)).toEqual(expected);
    }
    const bytes = Uint8Array.from({ length: 8 }, (_, i) => 30 * i);
    const scale = Math.fround(1 / 255);
    expect(await model.predict(bytes)).toEqual(await model.predict(Float32Array.from(bytes, (byte) => byte * scale)));
  });

  it("asked for at the same time are not mixed up", async () => {
    const model = await trained();
    const inputs = Array.from({ length: 6 }, (_, i) => new Draws(i).floats(8 * (100 + 50 * i)));
    const alone: Float32Array[] = [];
    for (const x of inputs) alone.push((await model.predict(x)).data);
    const together = await Promise.all(inputs.map((x) => model.predict(x)));
    expect(together.map((predictions) => predictions.data)).toEqual(alone);
    const late = await Promise.all(inputs.map((x) => model.predict(slow(x))));
    expect(late.map((predictions) => predictions.data)).toEqual(alone);
    const evaluations = await Promise.all([model.evaluate(data), model.evaluate(classes({ rows: 50 })), model.evaluate(data)]);
    expect(evaluations[2]).toEqual(evaluations[0]);
    expect(evaluations[1].rows).toBe(50);
  });

  it("follow the weights: after setWeights, after fit, and while both go on", async () => {
    const model = await trained();
    const x = data.x.subarray(0, 80);
    const before = (await model.predict(x)).data;
    const late = model.predict(slow(x));
    model.setWeights({ "dense2.bias": [5, 0, -5] });
    expect((await late).data).toEqual(before);
    const after = (await model.predict(x)).data;
    expect(after).not.toEqual(before);
    expect((await model.predict(x)).data).toEqual(after);
    await model.fit(data, { ...fit, epochs: 1 });
    expect((await model.predict(x)).data).not.toEqual(after);
  });

  it("stop at a signal with its reason", async () => {
    const model = await trained();
    const reason = new Error("enough");
    await expect(model.predict(data.x, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(model.evaluate(data, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const abort = new AbortController();
    const predicting = model.predict(slow(data.x), { signal: abort.signal });
    abort.abort(reason);
    await expect(predicting).rejects.toBe(reason);
    expect((await model.predict(data.x)).shape).toEqual([300, 3]);
  });

  it("are arrays of their own: writing to them changes nothing", async () => {
    const model = await trained();
    const { data: first } = await model.predict(data.x);
    const copy = first.slice();
    first.fill(0);
    expect((await model.predict(data.x)).data).toEqual(copy);
  });
});

describe("evaluations", () => {
  it("are the mean loss and the share of right rows, from indices as from one-hot rows", async () => {
    const model = await trained();
    const { data: probabilities } = await model.predict(data.x);
    const losses = Array.from(data.y, (label, row) => -Math.log(probabilities[row * 3 + label]));
    const right = Array.from(data.y, (label, row) => {
      const own = [...probabilities.subarray(row * 3, row * 3 + 3)];
      return own.indexOf(Math.max(...own)) === label;
    });
    const evaluation = await model.evaluate(data);
    expect(evaluation.rows).toBe(300);
    expect(evaluation.accuracy).toBe(right.filter(Boolean).length / 300);
    expectClose([evaluation.loss], [losses.reduce((sum, loss) => sum + loss) / 300], "loss");
    const oneHot = Array.from(data.y, (label) => [0, 1, 2].map((n) => (n === label ? 1 : 0)));
    expect(await model.evaluate({ x: data.x, y: oneHot })).toEqual(evaluation);
    expect(await model.evaluate(data, { threads: 2 })).toEqual(evaluation);
  });

  it("have no accuracy for numbers", async () => {
    const numbers = line({ rows: 40 });
    const model = sequential({ input: [8], seed: 1 }, [dense(2)]);
    const { loss, accuracy, rows } = await model.evaluate(numbers, { loss: "meanSquaredError" });
    const { data: predictions } = await model.predict(numbers.x);
    const squares = predictions.map((value, i) => (value - numbers.y[i]) ** 2);
    expectClose([loss], [squares.reduce((sum, square) => sum + square, 0) / 80], "loss");
    expect({ accuracy, rows }).toEqual({ accuracy: undefined, rows: 40 });
  });

  it("take another loss than the model was trained with", async () => {
    const model = await trained();
    const y = new Float32Array(900);
    const { loss } = await model.evaluate({ x: data.x, y }, { loss: "meanSquaredError" });
    const { data: logits } = await model.predict(data.x, { output: "logits" });
    expectClose([loss], [logits.reduce((sum, z) => sum + z * z, 0) / 900], "loss");
  });
});

describe("the weights of a model", () => {
  it("can be replaced by name, a part of them, by copies", () => {
    const model = build();
    const [, bias] = ["dense1.weight", "dense1.bias"].map((name) => model.weights.get(name));
    const given = new Float32Array(90).fill(2);
    model.setWeights({ "dense2.weight": given });
    given.fill(7);
    expect(model.weights.get("dense2.weight")).toEqual(new Float32Array(90).fill(2));
    expect(model.weights.get("dense1.bias")).toBe(bias);
    expect([...model.weights.keys()]).toEqual(["dense1.weight", "dense1.bias", "dense2.weight", "dense2.bias"]);
  });

  it("stay as they are where one of several is refused", () => {
    const model = build();
    const before = model.weights;
    expect(() => model.setWeights({ "dense2.bias": [1, 2, 3], "dense1.bias": [1] })).toThrow("dense1.bias has 1 numbers");
    expect(model.weights).toBe(before);
  });

  it("are [out, in]: row n of a weight belongs to unit n", async () => {
    const model = sequential({ input: [3], seed: 1 }, [
      dense(2, {
        initializer: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        bias: [10, 20],
      }),
    ]);
    expect(
      (
        await model.predict([
          [1, 0, 0],
          [0, 10, 1],
        ])
      ).data,
    ).toEqual(Float32Array.of(11, 24, 33, 76));
  });
});

describe("a model's summary", () => {
  it("shows layers, shapes, parameters and settings", async () => {
    const model = sequential({ input: [28, 28], seed: 42 }, [
      flatten(),
      dropout({ rate: 0.2 }),
      ...[dense(1024), relu(), dropout({ rate: 0.5, scaling: "standard", name: "asleep" })],
      dense(10, { bias: false }),
    ]);
    expect(model.summary().split("\n")).toEqual([
      "layer     output    parameters",
      "input     [28, 28]",
      "flatten1  [784]",
      "dropout1  [784]                 rate 0.2, scaling inverted",
      "dense1    [1024]       803,840  bias true",
      "relu1     [1024]",
      "asleep    [1024]                rate 0.5, scaling standard",
      "dense2    [10]          10,240  bias false",
      "814,080 parameters, seed 42, 0 passes trained",
    ]);
    await model.fit(images({ rows: 5 }), { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.01 }), epochs: 2 });
    expect(model.summary()).toContain("seed 42, 2 passes trained");
  });
});
