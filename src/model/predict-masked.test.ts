import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectExact } from "../../test/closeness.ts";
import { Draws } from "../../test/draws.ts";
import { isIn, lossOf, make, recipes } from "../../test/networks.ts";
import { classes } from "../../test/tasks.ts";
import type { BatchSource } from "../data/source.ts";
import { batchNorm } from "../layers/batch-norm.ts";
import { dense } from "../layers/dense.ts";
import { concreteDropout } from "../layers/dropout/concrete-dropout.ts";
import { dropConnect } from "../layers/dropout/drop-connect.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { gaussianDropout } from "../layers/dropout/gaussian-dropout.ts";
import { variationalDropout } from "../layers/dropout/variational-dropout.ts";
import type { Layers } from "../layers/layer.ts";
import { relu } from "../layers/relu.ts";
import { residual } from "../layers/residual.ts";
import { sgd } from "../optimizers/sgd.ts";
import { sizeOf } from "../tensor/shape.ts";
import { type MaskRecording, recordMasks } from "./mask-recording.ts";
import type { Model } from "./model.ts";
import { predictMasked } from "./predict-masked.ts";
import { sequential } from "./sequential.ts";

const INPUTS = 8;
const data = classes({ rows: 40 });
const loss = "crossEntropy" as const;
const build = ({ rate = 0.3, seed = 4, units = 19, layers = [] as Layers } = {}) =>
  sequential({ input: [INPUTS], seed }, [dropout({ rate: 0.2 }), dense(units), relu(), dropout({ rate }), ...layers, dense(3)]);

/** Rows of some inputs. */
function taken<Numbers extends Float32Array | Uint8Array>(x: Numbers, rows: readonly number[], size: number): Numbers {
  const some = (x instanceof Uint8Array ? new Uint8Array(rows.length * size) : new Float32Array(rows.length * size)) as Numbers;
  for (const [i, row] of rows.entries()) some.set(x.subarray(row * size, (row + 1) * size), i * size);
  return some;
}

/** What the last layer makes in a traced training step. */
async function stepOutputs(model: Model, given: Parameters<Model["trace"]>[0], options: Parameters<Model["trace"]>[1]) {
  const { layers } = await model.trace(given, options);
  return layers.get(model.graph.nodes.at(-1)?.name ?? "")?.output.data ?? new Float32Array();
}

describe("a prediction with recorded masks", () => {
  it("is to the bit what a training step makes with them: random networks, rows, passes, batches and threads", async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(recipes, fc.nat(1000), fc.nat(100), fc.constantFrom(0, 1, 2), async (recipe, pass, batch, threads) => {
        fc.pre(!isIn(recipe.layers, "batchNorm"));
        const { model, data: own, rows } = make(recipe);
        const expected = await stepOutputs(model, own, { loss: lossOf(recipe.loss), rows, pass, batch });
        // some rows twice
        const places = [...rows.keys(), 0];
        const x = taken(own.x as Float32Array, [...places.map((i) => rows[i])], sizeOf(recipe.input));
        const options = { rows: places.map((i) => rows[i]), masks: recordMasks(model, { pass }), batch, threads };
        const { data: actual, shape } = await predictMasked(model, x, { ...options, output: "logits" });
        expect(shape).toEqual([places.length, ...model.outputShape]);
        const outputs = sizeOf(model.outputShape);
        expectExact(actual, [...expected, ...expected.subarray(0, outputs)], "logits");
        for (const { layer } of model.graph.nodes) if (layer.isRandom) seen.add(layer.kind);
      }),
      { numRuns: process.env.DROWSE_DEEP ? 1000 : 80, seed: 3 },
    );
    expect([...seen].sort()).toEqual(["alphaDropout", "dropout", "gaussianDropout", "residual", "standout"]);
  });

  it.each([
    ["of each row", { sharedAcross: [] }],
    ["of a batch", { sharedAcross: ["batch"] }],
  ] as const)("so it is with weights that sleep, by a mask %s", async (_, { sharedAcross }) => {
    for (const scaling of ["inverted", "standard"] as const) {
      const model = sequential({ input: [INPUTS], seed: 2 }, [
        dropConnect(20, { rate: 0.4, scaling, sharedAcross: sharedAcross as ["batch"] }),
        ...[relu(), dense(3)],
      ]);
      const options = { masks: recordMasks(model, { pass: 2 }), batch: 3, output: "logits" } as const;
      const { data: actual } = await predictMasked(model, data.x, options);
      expectExact(actual, await stepOutputs(model, data, { loss, pass: 2, batch: 3 }), "logits");
    }
  });

  it("has the masks that a trainer recorded, and those that it then replays", async () => {
    const model = build();
    const options = { loss, optimizer: sgd({ learningRate: 0.1 }), batchSize: 8, threads: 1 };
    const trainer = await model.trainer(data, options);
    await trainer.run(7);
    await trainer.commit();
    const masks = structuredClone(trainer.masks.record());
    expect(masks.layers.dropout1.pass).toBe(1);
    const { data: logits } = await predictMasked(model, data.x, { masks, output: "logits" });
    expectExact(logits, await stepOutputs(model, data, { loss, pass: 1 }), "logits");

    // a step of the trainer, fused and in an order of its own, has the loss of these predictions
    trainer.masks.replay(masks);
    const { rows } = trainer.masks.read(7);
    const [step] = await trainer.run(1);
    trainer.close();
    const entropies = [...rows].map((row) => {
      const z = logits.subarray(3 * row, 3 * row + 3);
      return Math.log(z.reduce((sum, value) => sum + Math.exp(value), 0)) - z[data.y[row]];
    });
    expect(step.loss).toBeCloseTo(entropies.reduce((sum, value) => sum + value, 0) / rows.length, 6);
    const others = await predictMasked(model, data.x, { masks: recordMasks(model, { pass: 9 }), output: "logits" });
    expect(others.data).not.toEqual(logits);
  });

  it("goes through the link as predict does, and is predict where nothing sleeps", async () => {
    const model = build({ rate: 0 });
    const awake = sequential({ input: [INPUTS], seed: 4 }, [
      dropout({ rate: 0 }),
      dense(19),
      relu(),
      dropout({ rate: 0 }),
      dense(3),
    ]);
    for (const each of [model, awake]) await each.fit(data, { loss, optimizer: sgd({ learningRate: 0.1 }) });
    const { data: probabilities, shape } = await predictMasked(model, data.x, { masks: recordMasks(model) });
    expect(shape).toEqual([40, 3]);
    for (let row = 0; row < 40; row++) {
      expect(probabilities.subarray(3 * row, 3 * row + 3).reduce((sum, value) => sum + value)).toBeCloseTo(1, 6);
    }
    expect(await predictMasked(awake, data.x, { masks: recordMasks(awake) })).toEqual(await awake.predict(data.x));
  });

  it("does not depend on how many rows are predicted at a time", async () => {
    const model = build({ layers: [residual([dense(19), gaussianDropout({ rate: 0.2 })], { dropPath: 0.5 })] });
    const x = new Draws(3).floats(300 * INPUTS);
    const masks = recordMasks(model, { pass: 4 });
    const all = await predictMasked(model, x, { masks });
    for (const threads of [0, 1, 3]) expect(await predictMasked(model, x, { masks, threads })).toEqual(all);
    const rows = [299, 128, 127, 0, 299];
    const some = await predictMasked(model, taken(x, rows, INPUTS), { masks, rows });
    expect(some.data).toEqual(taken(all.data, rows, 3));
    for (const row of rows) {
      const alone = await predictMasked(model, taken(x, [row], INPUTS), { masks, rows: Uint32Array.of(row) });
      expect(alone.data).toEqual(taken(all.data, [row], 3));
    }
  });

  it("reads bytes and sources of batches as predict does", async () => {
    const model = build();
    const bytes = Uint8Array.from({ length: 5 * INPUTS }, (_, i) => (i * 37) % 256);
    const floats = Float32Array.from(bytes, (byte) => byte * Math.fround(1 / 255));
    const masks = recordMasks(model);
    const rows = [3, 1, 4, 1, 5];
    const expected = await predictMasked(model, floats, { masks, rows });
    expect(await predictMasked(model, bytes, { masks, rows })).toEqual(expected);
    const source: BatchSource = {
      ...{ count: 5, inputShape: [INPUTS], inputType: "f32", inputScale: 1, targetType: "none", targetSize: 0 },
      gather: (some, { x }) => x.set(taken(floats, [...some], INPUTS)),
    };
    expect(await predictMasked(model, source, { masks, rows })).toEqual(expected);
  });

  it("keeps the running statistics of batch normalisation: a row is predicted alone as among others", async () => {
    const model = build({ layers: [batchNorm()] });
    await model.fit(data, { loss, optimizer: sgd({ learningRate: 0.1 }), batchSize: 20 });
    const masks = recordMasks(model);
    const all = await predictMasked(model, data.x, { masks });
    for (const row of [0, 7, 39]) {
      const alone = await predictMasked(model, taken(data.x, [row], INPUTS), { masks, rows: [row] });
      expect(alone.data).toEqual(taken(all.data, [row], 3));
    }
  });

  it("has the weights and rates of the model as it stands, and lets it stand", async () => {
    const model = build();
    const masks = recordMasks(model, { pass: 0 });
    const before = await predictMasked(model, data.x, { masks });
    await model.fit(data, {
      ...{ loss, optimizer: sgd({ learningRate: 0.1 }), epochs: 2 },
      onEpoch: (_, control) => control.setRate("dropout2", 0.6),
    });
    const after = { ...masks, layers: { ...masks.layers, dropout2: { ...masks.layers.dropout2, rate: 0.6 } } };
    const { data: logits } = await predictMasked(model, data.x, { masks: after, output: "logits" });
    expectExact(logits, await stepOutputs(model, data, { loss, pass: 0 }), "logits");
    expect(logits).not.toEqual(before.data);
    expect(model.pass).toBe(2);
  });

  it("stops where it is told to", async () => {
    const model = build();
    const call = predictMasked(model, data.x, { masks: recordMasks(model), signal: AbortSignal.abort("enough") });
    await expect(call).rejects.toBe("enough");
  });
});

describe("recordMasks", () => {
  it("records what a trainer records: of the model's next pass, or another", async () => {
    const model = build();
    const trainer = await model.trainer(data, { loss, optimizer: sgd({ learningRate: 0.1 }) });
    expect(recordMasks(model)).toEqual(trainer.masks.record());
    trainer.close();
    await model.fit(data, { loss, optimizer: sgd({ learningRate: 0.1 }), epochs: 3 });
    expect(recordMasks(model).layers.dropout1.pass).toBe(3);
    expect(recordMasks(model, { pass: 7, layers: ["dropout2"] }).layers).toEqual({
      dropout2: { pass: 7, shape: [19], rate: 0.3, kind: "dropout" },
    });
  });

  it.each<[string, () => unknown]>([
    ["the model is undefined; give a model", () => recordMasks(undefined as never)],
    ["pass is -1; give a whole number of at least 0", () => recordMasks(build(), { pass: -1 })],
    ["pass is 2147483648", () => recordMasks(build(), { pass: 2 ** 31 })],
    ["pass is 0.5", () => recordMasks(build(), { pass: 0.5 })],
    ["dense1 is no dropout layer; the dropout layers are dropout1, dropout2", () => recordMasks(build(), { layers: ["dense1"] })],
    ["layers is 5; give an array of names, or leave it out", () => recordMasks(build(), { layers: 5 as never })],
    ['unknown option "rows"; the options are pass, layers', () => recordMasks(build(), { rows: [1] } as never)],
  ])("refuses: %s", (message, call) => expect(call).toThrow(`recordMasks: ${message}`));
});

describe("predictMasked refuses", () => {
  const model = build();
  const masks = recordMasks(model);
  const some = data.x.slice(0, 3 * INPUTS);
  const call = (changes: object, network: Model = model) => predictMasked(network, some, { masks, ...changes });
  const layer = (changes: object): MaskRecording => ({
    ...masks,
    layers: { ...masks.layers, dropout2: { ...masks.layers.dropout2, ...changes } },
  });

  it.each<[string, () => Promise<unknown>]>([
    ["the network is undefined", () => predictMasked(undefined as never, some, { masks })],
    ["the options are undefined; give an object with masks, rows", () => predictMasked(model, some, undefined as never)],
    ["the recording is undefined; give one that masks.record() or recordMasks made", () => call({ masks: undefined })],
    ["the recording is an object", () => call({ masks: {} })],
    ["the recording's seed is 4; this model's is 5", () => call({}, build({ seed: 5 }))],
    ["the recorded masks of dropout2 have shape [19]; in this model it has [20]", () => call({}, build({ units: 20 }))],
    ["the masks of dropout2 were recorded at rate 0.3; its rate is 0.31", () => call({}, build({ rate: 0.31 }))],
    [
      "the masks of dropout2 were recorded of gaussianDropout; here it is dropout",
      () => call({ masks: layer({ kind: "gaussianDropout" }) }),
    ],
    [
      "the masks of dropout2 were recorded of shared dropout; here it is dropout",
      () => call({ masks: layer({ kind: "shared dropout" }) }),
    ],
    [
      'there is no layer "dropout1"; the model has no dropout layer',
      () => call({}, sequential({ input: [INPUTS], seed: 4 }, [dense(3)])),
    ],
    ["the recording has no masks of dropout3; record all layers", () => call({}, build({ layers: [dropout({ rate: 0.5 })] }))],
    ["the recording has no masks of dropout1", () => call({ masks: recordMasks(model, { layers: ["dropout2"] }) })],
    ["variationalDropout1 draws noise that no recording holds", () => call({}, build({ layers: [variationalDropout()] }))],
    ["concreteDropout1 draws noise that no recording holds", () => call({}, build({ layers: [concreteDropout()] }))],
    ["the pass of dropout2 is -1", () => call({ masks: layer({ pass: -1 }) })],
    ["the recorded masks of dropout2 have shape undefined", () => call({ masks: layer({ shape: undefined }) })],
    [
      "the recorded masks of dropout2 have shape",
      () => call({ masks: { ...masks, layers: { ...masks.layers, dropout2: null } } }),
    ],
    ["rows has 2 indices and x 3 rows; give an index for each row", () => call({ rows: [0, 1] })],
    ["rows has 0 indices and x 3 rows", () => call({ rows: [] })],
    ["the rows are [0, 1, -1]; give indices of rows", () => call({ rows: [0, 1, -1] })],
    ["the rows are [0, 1, 4294967296]", () => call({ rows: [0, 1, 2 ** 32] })],
    ["the rows are 3", () => call({ rows: 3 })],
    ["batch is -1; give a whole number of at least 0", () => call({ batch: -1 })],
    ['output is "classes"; give "link" or "logits"', () => call({ output: "classes" })],
    ['unknown option "pass"', () => call({ pass: 3 })],
    ["x has 4 numbers", () => predictMasked(model, some.slice(0, 4), { masks })],
  ])("%s", async (message, refused) => {
    await expect(refused()).rejects.toThrow(`predictMasked: ${message}`);
  });

  it("outputs that are not finite, naming the row", async () => {
    const wild = sequential({ input: [1], seed: 1 }, [dropout({ rate: 0 }), dense(1, { initializer: [3e38] })]);
    const outputs = predictMasked(wild, [[0], [1], [1e38]], { masks: recordMasks(wild), rows: [7, 8, 9] });
    await expect(outputs).rejects.toThrow("predictMasked: the output is Infinity in row 2");
  });
});
