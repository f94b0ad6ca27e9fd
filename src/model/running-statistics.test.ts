import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { expectClose } from "../../test/closeness.ts";
import { classes } from "../../test/tasks.ts";
import { loadModel, saveModel } from "../formats/model-file.ts";
import { readSafetensors } from "../formats/safetensors.ts";
import { batchNorm } from "../layers/batch-norm.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { layerNorm } from "../layers/layer-norm.ts";
import { relu } from "../layers/relu.ts";
import { adam } from "../optimizers/adam.ts";
import { sgd } from "../optimizers/sgd.ts";
import { shuffledRows } from "../random/shuffle.ts";
import { streamKey } from "../random/streams.ts";
import { columnStatistics } from "../reference/batch-norm.ts";
import { DivergenceError } from "../tensor/errors.ts";
import { sequential } from "./sequential.ts";

// What is kept and not trained: through training, evaluation, states, early stopping and files.

const data = classes({ rows: 90 });
const build = (seed = 5) =>
  sequential({ input: [8], seed }, [
    batchNorm({ name: "inputs" }),
    dense(40, { bias: false }),
    batchNorm({ momentum: 0.3 }),
    relu(),
    dropout({ rate: 0.3 }),
    dense(12),
    layerNorm(),
    dense(3),
  ]);
const training = { loss: "crossEntropy" as const, optimizer: adam({ learningRate: 0.01 }), batchSize: 16 };
const names = (state: Readonly<Record<string, unknown>>) => Object.keys(state).filter((name) => name.includes("running"));

describe("running statistics", () => {
  it("move in each step towards those of its rows: with momentum 1 they are the last batch's", async () => {
    const model = sequential({ input: [8], seed: 2 }, [batchNorm({ momentum: 1 }), dense(3)]);
    const trainer = await model.trainer(data, { ...training, batchSize: 9 });
    await trainer.run(4);
    await trainer.commit();
    trainer.close();
    const rows = shuffledRows(90, streamKey(2, "shuffle"), 0).slice(27, 36);
    const x = [...rows].flatMap((row) => [...data.x.subarray(row * 8, row * 8 + 8)]);
    const { mean, variance } = columnStatistics(x, 9, 0);
    expectClose(model.weights.get("batchNorm1.running_mean") ?? [], mean, "mean", 1e-6);
    const unbiased = variance.map((value) => (value * 9) / 8);
    expectClose(model.weights.get("batchNorm1.running_var") ?? [], unbiased, "variance", 1e-6);
  });

  it("stay as they are in prediction, evaluation and trace, whatever the rows", async () => {
    const model = build();
    await model.fit(data, { ...training, epochs: 3 });
    const before = bitsOf(model.weights);
    const all = await model.predict(data.x);
    await model.evaluate(data);
    await model.trace(data, { loss: "crossEntropy", rows: [1, 2, 3] });
    expect(bitsOf(model.weights)).toBe(before);
    // a row is predicted alone as among others
    const alone = await model.predict(data.x.subarray(8, 16));
    expect(alone.data).toEqual(all.data.subarray(3, 6));
    expect((await model.predict(data.x)).data).toEqual(all.data);
  });

  it("have one set of bits for any number of threads", async () => {
    const trained = async (threads: number) => {
      const model = build();
      await model.fit(data, { ...training, epochs: 2, threads });
      return bitsOf(model.weights);
    };
    const alone = await trained(1);
    for (const threads of [2, 3, 8]) expect(await trained(threads)).toBe(alone);
  });

  it("are in a trainer's state, without what an optimizer remembers, and go on from there to the bit", async () => {
    const whole = await build().trainer(data, training);
    await whole.run(11);
    const expected = await whole.state();
    const first = await build().trainer(data, training);
    await first.run(4);
    const state = await first.state();
    expect(names(state.values)).toHaveLength(4);
    expect(Object.values(state.slots).flatMap(names)).toEqual([]);
    const second = await build().trainer(data, training);
    second.restore(structuredClone(state));
    await second.run(7);
    const resumed = await second.state();
    expect(bitsOf(resumed.values)).toBe(bitsOf(expected.values));
    for (const slot of Object.keys(expected.slots)) expect(bitsOf(resumed.slots[slot])).toBe(bitsOf(expected.slots[slot]));
    const { "inputs.running_var": _, ...values } = state.values;
    expect(() => second.restore({ ...state, values })).toThrow("restore: the state has no numbers for inputs.running_var");
    for (const trainer of [whole, first, second]) trainer.close();
  });

  it("survive a change of rates, for which the plan is made anew", async () => {
    const trainer = await build().trainer(data, training);
    await trainer.run(3);
    const before = bitsOf((await trainer.state()).values);
    trainer.setRate("dropout1", 0);
    await trainer.evaluate(data);
    expect(bitsOf((await trainer.state()).values)).toBe(before);
    await trainer.run(2);
    trainer.setRate("dropout1", 0.3);
    await trainer.run(1);
    expect(bitsOf((await trainer.state()).values)).not.toBe(before);
    trainer.close();
  });

  it("are the best epoch's when training stops early", async () => {
    const steered = build();
    const validation = classes({ rows: 40, seed: 9 });
    const options = { ...training, optimizer: sgd({ learningRate: 0.5, momentum: 0.9 }), validation };
    const history = await steered.fit(data, { ...options, epochs: 30, earlyStopping: { patience: 2 } });
    const short = build();
    await short.fit(data, { ...options, epochs: history.bestEpoch ?? 0 });
    expect(history.bestEpoch).toBeLessThan(history.loss.length);
    expect(bitsOf(steered.weights)).toBe(bitsOf(short.weights));
  });

  it("are in the model file under PyTorch's names, and predict the same bits", async () => {
    const model = build();
    await model.fit(data, { ...training, epochs: 2 });
    const bytes = saveModel(model);
    const tensors = [...readSafetensors(bytes).tensors.keys()].filter((name) => name.startsWith("2."));
    expect(tensors.sort()).toEqual(["2.bias", "2.running_mean", "2.running_var", "2.weight"]);
    const loaded = loadModel(bytes);
    expect(bitsOf(loaded.weights)).toBe(bitsOf(model.weights));
    expect((await loaded.predict(data.x)).data).toEqual((await model.predict(data.x)).data);
    await Promise.all([model, loaded].map((each) => each.fit(data, { ...training, epochs: 1 })));
    expect(bitsOf(loaded.weights)).toBe(bitsOf(model.weights));
  });

  it("are counted by the summary as not trained", () => {
    expect(build().summary()).toContain("inputs      [8]             32  momentum 0.1, epsilon 0.00001");
    expect(build().summary()).toContain("1,067 parameters, 96 of them not trained, seed 5");
  });

  it("are no reason to train a model that learns nothing", async () => {
    const kept = { ...batchNorm(), parameters: (input: readonly number[]) => batchNorm().parameters(input, "").slice(2) };
    const model = sequential({ input: [3], seed: 1 }, [kept]);
    await expect(model.fit({ x: [[1, 2, 3]], y: [0] }, { ...training, epochs: 1 })).rejects.toThrow("the model has no weights");
  });

  it("refuse a variance below 0 and numbers that are not finite", () => {
    const model = build();
    const refuse = (value: number) => () => model.setWeights({ "inputs.running_var": new Float32Array(8).fill(value) });
    expect(refuse(-1)).toThrow("setWeights: number 0 of inputs.running_var is -1; give at least 0");
    expect(refuse(Infinity)).toThrow("number 0 of inputs.running_var is Infinity");
    expect(() => model.setWeights({ "inputs.running_mean": Array(8).fill(-1) })).not.toThrow();
    expect(() => model.setWeights({ "inputs.running_mean": Array(8).fill(NaN) })).toThrow("is NaN; give finite numbers");
  });

  it("stop training where they are not finite, and name the layer", async () => {
    const x = data.x.map((value, i) => (i % 8 === 2 ? value * 1e30 : value));
    const model = build();
    const before = bitsOf(model.weights);
    const failure = await model.fit({ x, y: data.y }, { ...training, epochs: 1 }).catch((error) => error);
    expect(failure).toBeInstanceOf(DivergenceError);
    expect(failure).toMatchObject({ layer: "inputs", step: 0 });
    expect(bitsOf(model.weights)).toBe(before);
  });
});

describe("batches of one row", () => {
  const some = (rows: number) => ({ x: data.x.slice(0, rows * 8), y: data.y.slice(0, rows) });
  const trained = (rows: number, batchSize: number) => build().fit(some(rows), { ...training, batchSize, epochs: 1 });

  it("are refused before the first step, with batch sizes that leave none", async () => {
    await expect(trained(33, 16)).rejects.toThrow(
      "fit: the last batch of 33 rows by 16 has 1 row, and inputs needs 2 for a variance; give a batchSize of 15 or 17",
    );
    await expect(trained(10, 1)).rejects.toThrow(
      "fit: a batch has 1 row, and inputs needs 2 for a variance; give a batchSize of 2",
    );
    await expect(trained(3, 2)).rejects.toThrow("the last batch of 3 rows by 2 has 1 row");
    await expect(trained(3, 2)).rejects.toThrow("; give a batchSize of 3");
    await expect(trained(1, 16)).rejects.toThrow("a batch has 1 row, and inputs needs 2 for a variance; train on 2 rows or more");
    await expect(build().trainer(some(17), training)).rejects.toThrow("trainer: the last batch of 17 rows by 16 has 1 row");
    await expect(build().trace(data, { loss: "crossEntropy", rows: [3] })).rejects.toThrow("trace: a batch has 1 row");
  });

  it("that the message names are taken", async () => {
    for (const [rows, batchSize] of [
      [33, 15],
      [33, 17],
      [10, 2],
      [3, 3],
    ])
      await trained(rows, batchSize);
  });

  it("are as good as others for evaluation, prediction and layer normalisation", async () => {
    const model = build();
    expect(await model.evaluate(some(1), { loss: "crossEntropy" })).toMatchObject({ rows: 1 });
    const rows = sequential({ input: [8], seed: 1 }, [dense(5), layerNorm(), dense(3)]);
    const { loss } = await rows.fit(some(9), { ...training, batchSize: 8, epochs: 1 });
    expect(loss[0]).toBeGreaterThan(0);
  });
});
