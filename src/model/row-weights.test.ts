import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { classes } from "../../test/tasks.ts";
import type { DataArrays } from "../data/arrays.ts";
import { prepareData } from "../data/prepare.ts";
import { type BatchSource, takeRows } from "../data/source.ts";
import { splitRows } from "../data/split.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { tanh } from "../layers/tanh.ts";
import { sgd } from "../optimizers/sgd.ts";
import { streamKey } from "../random/streams.ts";
import type { FitOptions } from "./fit-options.ts";
import type { Model } from "./model.ts";
import { sequential } from "./sequential.ts";

const ROWS = 40;
const data = classes({ rows: ROWS });
const training = { loss: "crossEntropy", epochs: 3, batchSize: 16 } as const;
const optimizer = sgd({ learningRate: 0.1, momentum: 0.5 });
const build = (outputs = 3): Model =>
  sequential({ input: [8], seed: 3 }, [dense(9), tanh(), dropout({ rate: 0.3 }), dense(outputs)]);

async function trained(on: DataArrays | BatchSource, options: Partial<FitOptions> = {}) {
  const model = build(options.loss === "binaryCrossEntropy" ? 1 : 3);
  const { loss } = await model.fit(on, { ...training, optimizer, ...options });
  return { model, bits: bitsOf(model.weights), loss };
}

/** Data as a source of one's own, which fills in weights where it is asked for them. */
function stream({ x, y }: { x: Float32Array; y: Int32Array }, sampleWeights: ArrayLike<number>): BatchSource {
  return {
    ...{
      count: y.length,
      inputShape: [8],
      inputType: "f32",
      inputScale: 1,
      targetType: "classes",
      targetSize: 1,
      weighted: true,
    },
    async gather(rows, into) {
      for (const [i, row] of rows.entries()) {
        into.x.set(x.subarray(8 * row, 8 * row + 8), 8 * i);
        if (into.y) into.y[i] = y[row];
        if (into.weights) into.weights[i] = sampleWeights[row];
      }
    },
  };
}

describe("sample weights", () => {
  it("of 1 change no bit", async () => {
    const plain = await trained(data);
    expect(await trained({ ...data, sampleWeights: new Float32Array(ROWS).fill(1) })).toMatchObject({
      ...{ bits: plain.bits, loss: plain.loss },
    });
  });

  it("of w are a learning rate of w times the gradient, and a loss of w times the loss: powers of two to the bit", async () => {
    const options = { epochs: 1, batchSize: ROWS };
    const doubled = await trained(data, { ...options, optimizer: sgd({ learningRate: 0.2 }) });
    const weighted = await trained(
      { ...data, sampleWeights: Array(ROWS).fill(2) },
      { ...options, optimizer: sgd({ learningRate: 0.1 }) },
    );
    expect(weighted.bits).toBe(doubled.bits);
    expect(weighted.loss[0]).toBe(2 * doubled.loss[0]);
  });

  it("of 0 make a row's label a matter of indifference", async () => {
    const sampleWeights = Float32Array.from({ length: ROWS }, (_, row) => (row % 3 === 0 ? 0 : 1.5));
    const other = data.y.map((label, row) => (row % 3 === 0 ? (label + 1) % 3 : label));
    const { bits, loss } = await trained({ ...data, sampleWeights });
    expect(await trained({ ...data, y: other, sampleWeights })).toMatchObject({ bits, loss });
    expect((await trained({ ...data, y: other })).bits).not.toBe((await trained(data)).bits);
  });

  it("follow their rows through order, batches, threads, parts and sources of one's own", async () => {
    const sampleWeights = Float32Array.from({ length: ROWS }, (_, row) => 0.25 * (row % 7));
    const { bits } = await trained({ ...data, sampleWeights });
    expect((await trained({ ...data, sampleWeights: [...sampleWeights] }, { threads: 3 })).bits).toBe(bits);
    expect((await trained(stream(data, sampleWeights))).bits).toBe(bits);
    const backwards = Uint32Array.from({ length: ROWS }, (_, i) => ROWS - 1 - i);
    expect((await trained(takeRows(takeRows(stream(data, sampleWeights), backwards), backwards))).bits).toBe(bits);
  });

  it("mean nothing to evaluation and validation", async () => {
    const { model } = await trained(data);
    const wild = { ...data, sampleWeights: Float32Array.from({ length: ROWS }, (_, row) => row) };
    expect(await model.evaluate(wild)).toEqual(await model.evaluate(data));
    const validated = async (validation: DataArrays) => build().fit(wild, { ...training, optimizer, validation });
    expect((await validated(wild)).validationLoss).toEqual((await validated(data)).validationLoss);
  });
});

describe("class weights", () => {
  it("are the weights of the rows of a class, times their own", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(0, 0.5, 1, 2.5), { minLength: 3, maxLength: 3 }),
        fc.boolean(),
        async (classWeights, both) => {
          const own = Float32Array.from({ length: ROWS }, (_, row) => (both ? 0.25 * (row % 5) : 1));
          const byClass = own.map((weight, row) => weight * classWeights[data.y[row]]);
          const { bits, loss } = await trained({ ...data, sampleWeights: byClass }, { epochs: 1 });
          const given = both ? { ...data, sampleWeights: own } : data;
          expect(await trained(given, { epochs: 1, classWeights })).toMatchObject({ bits, loss });
        },
      ),
      { numRuns: 20 },
    );
  });

  it("that are balanced make all classes weigh alike: rows / (classes * rows of the class)", async () => {
    const uneven = { ...data, y: data.y.map((label, row) => (row % 4 === 0 ? label : 0)) };
    const counts = [0, 1, 2].map((label) => uneven.y.filter((other) => other === label).length);
    const classWeights = counts.map((count) => ROWS / (3 * count));
    const { bits } = await trained(uneven, { classWeights });
    expect((await trained(uneven, { classWeights: "balanced" })).bits).toBe(bits);
    expect((await trained(stream(uneven, Array(ROWS).fill(1)), { classWeights: "balanced" })).bits).toBe(bits);
    expect((await trained(uneven)).bits).not.toBe(bits);
  });

  it("that are balanced count the rows that are trained on, not those held out", async () => {
    const uneven = { ...data, y: data.y.map((label, row) => (row % 4 === 0 ? label : 0)) };
    const source = prepareData("fit", uneven, { inputShape: [8], outputs: 3, targets: "classes" });
    const { training: kept } = await splitRows("fit", source, 0.3, streamKey(3, "validation"));
    const counts = [0, 1, 2].map((label) => kept.filter((row) => uneven.y[row] === label).length);
    const classWeights = counts.map((count) => kept.length / (3 * count));
    const { bits } = await trained(uneven, { validation: 0.3, classWeights });
    expect((await trained(uneven, { validation: 0.3, classWeights: "balanced" })).bits).toBe(bits);
  });

  it("serve one output that is true or not, and classes without rows", async () => {
    const truths = { x: data.x, y: Float32Array.from(data.y, (label) => (label === 0 ? 1 : 0)) };
    const sampleWeights = truths.y.map((truth) => (truth === 1 ? 3 : 0.5));
    const options = { loss: "binaryCrossEntropy" } as const;
    const { bits } = await trained({ ...truths, sampleWeights }, options);
    expect((await trained(truths, { ...options, classWeights: [0.5, 3] })).bits).toBe(bits);
    const oneClass = { x: data.x, y: new Int32Array(ROWS) };
    expect((await trained(oneClass, { classWeights: "balanced" })).bits).toBe(
      (await trained(oneClass, { classWeights: [1 / 3, 9, 9] })).bits,
    );
  });
});
