import { afterEach, describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { classes, line } from "../../test/tasks.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { relu } from "../layers/relu.ts";
import { type SgdOptions, sgd } from "../optimizers/sgd.ts";
import { DivergenceError, DrowseError } from "../tensor/errors.ts";
import type { EpochEvent } from "./fit-events.ts";
import type { FitOptions } from "./fit-options.ts";
import type { Model } from "./model.ts";
import { sequential } from "./sequential.ts";
import type { Trainer } from "./trainer.ts";

// 50 rows in batches of 16: four steps an epoch.
const data = line({ rows: 50 });
const deep = () => sequential({ input: [8], seed: 4 }, [dense(20), relu(), dropout({ rate: 0.5 }), dense(20), relu(), dense(2)]);
const options = (changes: Partial<SgdOptions>) => ({
  loss: "meanSquaredError" as const,
  optimizer: sgd({ learningRate: 0.01, ...changes }),
  batchSize: 16,
  epochs: 5,
});

/** What a promise is rejected with. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Fits and returns the error, and the bits that the model had when each epoch ended. */
async function fitAndFail(model: Model, fit: FitOptions): Promise<{ error: DivergenceError; epochs: string[] }> {
  const epochs = [bitsOf(model.weights)];
  const onEvent: FitOptions["onEvent"] = ({ event }) => void (event === "epoch" && epochs.push(bitsOf(model.weights)));
  const error = await rejection(model.fit(data, { ...fit, onEvent }));
  expect(error).toBeInstanceOf(DivergenceError);
  return { error: error as DivergenceError, epochs };
}

let trainer: Trainer | undefined;
afterEach(() => trainer?.close());

describe("training that diverges", () => {
  it.each([1, 2])("at a huge learning rate names layer, step and batch; with %i threads", async (threads) => {
    const model = deep();
    const before = bitsOf(model.weights);
    const { error } = await fitAndFail(model, { ...options({ learningRate: 1e30 }), threads });
    expect(error).toMatchObject({ name: "DivergenceError", operation: "fit" });
    expect(["dense1", "dense2", "dense3"]).toContain(error.layer);
    expect(error.step).toBe(error.batch);
    expect(error.step).toBeLessThan(4);
    expect(error.message).toBe(
      `fit: the numbers of ${error.layer} are not finite at step ${error.step} (batch ${error.batch} of its epoch); lower the learning rate, scale the inputs, or set maxNorm`,
    );
    expect(bitsOf(model.weights)).toBe(before);
    expect(model).toMatchObject({ pass: 0, link: undefined });
  });

  it("in its third epoch leaves the model with the weights of the second, byte for byte", async () => {
    const model = deep();
    const { error, epochs } = await fitAndFail(model, options({ learningRate: (step) => (step < 10 ? 0.01 : 1e30) }));
    expect(error.step).toBeGreaterThanOrEqual(10);
    expect(error.step).toBeLessThan(12);
    expect(error.batch).toBe(error.step - 8);
    expect(epochs).toHaveLength(3);
    expect(bitsOf(model.weights)).toBe(epochs[2]);
    expect(model).toMatchObject({ pass: 2, link: "identity" });
    const good = deep();
    await good.fit(data, { ...options({}), epochs: 2 });
    expect(bitsOf(model.weights)).toBe(bitsOf(good.weights));
  });

  it("names the same layer, step and batch for any number of threads", async () => {
    const errors = await Promise.all(
      [1, 2, 3, 8].map((threads) => fitAndFail(deep(), { ...options({ learningRate: 1e6, momentum: 0.9 }), threads })),
    );
    expect(new Set(errors.map(({ error }) => error.message)).size).toBe(1);
  });

  it("leaves a model that predicts and trains on", async () => {
    const model = deep();
    await fitAndFail(model, options({ learningRate: 1e30 }));
    const { data: predictions } = await model.predict(data.x);
    expect(predictions.every(Number.isFinite)).toBe(true);
    const good = deep();
    expect((await model.fit(data, options({}))).loss).toEqual((await good.fit(data, options({}))).loss);
    expect(bitsOf(model.weights)).toBe(bitsOf(good.weights));
  });

  it("in the forward pass names the first layer whose output overflows", async () => {
    for (const [index, layer] of ["dense1", "dense2", "dense3"].entries()) {
      const model = deep();
      for (const name of ["dense1", "dense2", "dense3"].slice(0, index + 1)) {
        const weight = model.weights.get(`${name}.weight`) ?? new Float32Array();
        // positive all through, so that two of 3e38 are beyond the largest number
        model.setWeights({ [`${name}.weight`]: weight.map((value) => (name === layer ? 3e38 : Math.abs(value))) });
      }
      const inputs = { x: data.x.map((value) => Math.abs(value) + 1), y: data.y };
      expect(await rejection(model.fit(inputs, options({ learningRate: 1e-9 })))).toMatchObject({ layer, step: 0, batch: 0 });
      expect(await rejection(model.trace(inputs, { loss: "meanSquaredError" }))).toMatchObject({ layer, step: 0, batch: 0 });
    }
  });

  it("only in the loss names the loss", async () => {
    const model = sequential({ input: [1], seed: 1 }, [dense(1)]);
    model.setWeights({ "dense1.weight": [1e20] });
    const error = await rejection(model.fit({ x: [1], y: [0] }, options({})));
    expect(error).toMatchObject({ layer: "loss", step: 0, batch: 0 });
  });

  it("only in an update names the layer of the weights", async () => {
    const model = sequential({ input: [1], seed: 1 }, [dense(1, { name: "first" }), dense(1, { name: "second" })]);
    model.setWeights({ "first.weight": [1e-3], "second.weight": [1e3] });
    // the first layer's gradient is 1e6 times the second's
    const error = await rejection(model.fit({ x: [1], y: [0] }, options({ learningRate: 1e36 })));
    expect(error).toMatchObject({ layer: "first", step: 0, batch: 0 });
  });

  it("ends a trainer's run at the step before, and restoring a state lets it go on", async () => {
    let rate = 1e30;
    const { loss, batchSize } = options({});
    trainer = await deep().trainer(data, {
      loss,
      batchSize,
      optimizer: sgd({ learningRate: (step) => (step < 6 ? 0.01 : rate) }),
    });
    await trainer.run(5);
    const state = await trainer.state();
    const first = (await rejection(trainer.run(20))) as DivergenceError;
    expect(first).toBeInstanceOf(DivergenceError);
    expect(trainer.step).toBe(first.step);
    // what stopped stays stopped
    expect((await rejection(trainer.run(1))) as DivergenceError).toMatchObject({ layer: first.layer, step: first.step });
    // and does not reach the model
    const before = bitsOf(trainer.model.weights);
    expect(await rejection(trainer.commit())).toBeInstanceOf(DivergenceError);
    expect(bitsOf(trainer.model.weights)).toBe(before);
    trainer.restore(state);
    await trainer.commit();
    rate = 0.01;
    await trainer.run(20);
    const after = await trainer.state();
    trainer.close();
    trainer = await deep().trainer(data, { loss, batchSize, optimizer: sgd({ learningRate: 0.01 }) });
    await trainer.run(25);
    expect(bitsOf(after.values)).toBe(bitsOf((await trainer.state()).values));
  });
});

describe("a schedule that leaves its range", () => {
  it.each([
    [
      "learningRate",
      { learningRate: (step: number) => 0.1 - 0.02 * step },
      "learningRate at step 6 is -0.0",
      "give a number above 0",
    ],
    [
      "learningRate",
      { learningRate: (step: number) => (step === 6 ? Number.NaN : 0.01) },
      "learningRate at step 6 is NaN",
      "give a number above 0",
    ],
    ["momentum", { learningRate: 0.01, momentum: (step: number) => step / 6 }, "momentum at step 6 is 1", "from 0 to below 1"],
  ] as [string, SgdOptions, string, string][])(
    "(%s) stops there with its value, and keeps the epoch before",
    async (_, settings, received, remedy) => {
      const model = deep();
      const events: EpochEvent[] = [];
      const onEvent: FitOptions["onEvent"] = (event) => void (event.event === "epoch" && events.push(event));
      const error = await rejection(model.fit(data, { ...options(settings), onEvent }));
      expect(error).toBeInstanceOf(DrowseError);
      expect((error as DrowseError).message).toContain(`sgd: ${received}`);
      expect((error as DrowseError).message).toContain(remedy);
      expect(events.map(({ epoch }) => epoch)).toEqual([1]);
      expect(model.pass).toBe(1);
    },
  );

  it("may reach a learning rate of 0, which changes nothing", async () => {
    const model = deep();
    const before = bitsOf(model.weights);
    await model.fit(data, options({ learningRate: () => 0, momentum: 0.5 }));
    expect(bitsOf(model.weights)).toBe(before);
  });
});

describe("evaluating inputs that explode", () => {
  const model = () => {
    const made = sequential({ input: [8], seed: 4 }, [dense(6), relu(), dense(3)]);
    made.setWeights({ "dense1.weight": new Float32Array(48).fill(1e10) });
    return made;
  };
  const fine = classes({ rows: 10 });
  const huge = { x: new Float32Array(8 * 300).fill(1e30), y: new Int32Array(300) };

  it.each([undefined, 1, 2])("says so, and the next evaluation is right (threads %s)", async (threads) => {
    const made = model();
    const run = { loss: "crossEntropy", ...(threads === undefined ? {} : { threads }) } as const;
    const before = await made.evaluate(fine, run);
    await expect(made.evaluate(huge, run)).rejects.toThrow("evaluate: the loss is not finite in rows 0 to 127; scale the inputs");
    expect(await made.evaluate(fine, run)).toEqual(before);
  });

  it("in fit's validation keeps the epoch before", async () => {
    const made = model();
    const before = bitsOf(made.weights);
    const fit = { loss: "crossEntropy", optimizer: sgd({ learningRate: 1e-6 }), validation: huge } as const;
    await expect(made.fit(fine, fit)).rejects.toThrow("evaluate: the loss is not finite in rows");
    expect(bitsOf(made.weights)).toBe(before);
  });

  it("does not stop a trainer", async () => {
    trainer = await model().trainer(fine, { loss: "crossEntropy", optimizer: sgd({ learningRate: 1e-6 }) });
    await expect(trainer.evaluate(huge)).rejects.toThrow("the loss is not finite");
    expect(await trainer.run(3)).toHaveLength(3);
  });
});
