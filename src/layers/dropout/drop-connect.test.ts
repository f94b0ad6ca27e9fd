import { describe, expect, it } from "vitest";
import { bitsOf } from "../../../test/bits.ts";
import { expectClose, expectExact } from "../../../test/closeness.ts";
import { Draws } from "../../../test/draws.ts";
import { classes } from "../../../test/tasks.ts";
import { loadModel, saveModel } from "../../formats/model-file.ts";
import { sequential } from "../../model/sequential.ts";
import { sgd } from "../../optimizers/sgd.ts";
import { maskOfRow } from "../../random/mask.ts";
import { SHARED, streamKey, TRAINING } from "../../random/streams.ts";
import { dropConnectForward, dropConnectGradients, dropConnectMask } from "../../reference/drop-connect.ts";
import { dense } from "../dense.ts";
import type { Layer } from "../layer.ts";
import { relu } from "../relu.ts";
import { type DropConnectOptions, dropConnect } from "./drop-connect.ts";

const data = classes({ rows: 40 });
const UNITS = 33;
const training = { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.2, l2: 0.01 }), batchSize: 16, epochs: 2 } as const;
const build = (layer: Layer) => sequential({ input: [8], seed: 5 }, [layer, relu(), dense(3, { name: "last" })]);
const connected = (options: DropConnectOptions) => build(dropConnect(UNITS, { bias: new Draws(3).floats(UNITS), ...options }));
/** The mask of one row by the keys that are documented, [8, UNITS]: unit k 64 + n belongs to the weight from k to n. */
const maskOf = (rate: number, row: number, pass: number, stream: number) =>
  maskOfRow(streamKey(5, "mask/dropConnect1"), rate, 8 * 64, { row, pass, stream }).filter((_, unit) => unit % 64 < UNITS);

describe.each([
  ["one mask for the rows of a step", ["batch"] as const],
  ["a mask for each row", [] as const],
])("DropConnect with %s", (_, sharedAcross) => {
  const isShared = sharedAcross.length > 0;

  it.each(["inverted", "standard"] as const)(
    "with %s scaling multiplies weights by the masks of its keys, forward and backward",
    async (scaling) => {
      const model = connected({ rate: 0.3, scaling, sharedAcross });
      const rows = [7, 3, 3, 21];
      const { layers, gradients } = await model.trace(data, { loss: "crossEntropy", rows, pass: 4, batch: 2 });
      const masks = rows.map((row) => (isShared ? maskOf(0.3, 2, 4, SHARED) : maskOf(0.3, row, 4, TRAINING)));
      const scale = scaling === "inverted" ? Math.fround(1 / 0.7) : 1;
      const weight = new Float64Array(8 * UNITS).map(
        (_, i) => model.weights.get("dropConnect1.weight")?.[(i % UNITS) * 8 + Math.floor(i / UNITS)] ?? 0,
      );
      const x = rows.flatMap((row) => [...data.x.subarray(8 * row, 8 * row + 8)]);
      const twin = { weight, bias: model.weights.get("dropConnect1.bias"), mask: masks.flatMap((mask) => [...mask]), scale };
      const shape = { B: 4, K: 8, N: UNITS };
      const own = layers.get("dropConnect1");
      expectClose(own?.output.data ?? [], dropConnectForward(x, twin, shape), "output", 1e-6);
      const expected = dropConnectGradients(x, own?.gradient?.data ?? [], twin, shape);
      const gradient = gradients.get("dropConnect1.weight") ?? [];
      expectClose(
        gradient,
        expected.weight.map((_, i) => expected.weight[(i % 8) * UNITS + Math.floor(i / 8)]),
        "gradient of the weights",
        1e-6,
      );
      expectClose(gradients.get("dropConnect1.bias") ?? [], expected.bias, "gradient of the bias", 1e-6);
    },
  );

  it("at rate 0 is a dense layer: in training and in prediction", async () => {
    // of one name, so of one key for the first weights
    const [silent, plain] = [dropConnect(UNITS, { rate: 0, name: "layer", sharedAcross }), dense(UNITS, { name: "layer" })].map(
      build,
    );
    await silent.fit(data, training);
    await plain.fit(data, training);
    if (isShared) expect(bitsOf(silent.weights)).toBe(bitsOf(plain.weights));
    // sums in another order
    else for (const [name, values] of plain.weights) expectClose(silent.weights.get(name) ?? [], values, name, 1e-5);
    const [one, other] = await Promise.all([silent, plain].map((model) => model.predict(data.x)));
    expectClose(one.data, other.data, "predictions", 1e-5);
  });

  it("at rate 1 leaves the bias alone, which never sleeps, and its weights stay as they are", async () => {
    const model = connected({ rate: 1, sharedAcross });
    const { layers, gradients } = await model.trace(data, { loss: "crossEntropy", rows: [1, 2] });
    const bias = [...(model.weights.get("dropConnect1.bias") ?? [])];
    expectExact(layers.get("dropConnect1")?.output.data ?? [], [...bias, ...bias], "output");
    expect(new Set(gradients.get("dropConnect1.weight"))).toEqual(new Set([0]));
    expect(gradients.get("dropConnect1.bias")?.some((value) => value !== 0)).toBe(true);
  });

  it("predicts with all weights, or with standard scaling with keep times each", async () => {
    const x = data.x.subarray(0, 16);
    const weight = connected({ rate: 0.25 }).weights.get("dropConnect1.weight") ?? new Float32Array();
    const expected = build(dense(UNITS, { name: "dropConnect1", bias: new Draws(3).floats(UNITS) }));
    const predictions = async (scaling: "inverted" | "standard") =>
      (await connected({ rate: 0.25, scaling, sharedAcross }).predict(x)).data;
    expect(await predictions("inverted")).toEqual((await expected.predict(x)).data);
    expected.setWeights({ "dropConnect1.weight": weight.map((value) => 0.75 * value) });
    expect(await predictions("standard")).toEqual((await expected.predict(x)).data);
  });

  it("can be converted to the other scaling, with the same predictions", async () => {
    const standard = connected({ rate: 0.5, scaling: "standard", sharedAcross });
    const inverted = standard.withScaling("inverted");
    expect(inverted.graph.nodes[0].layer.config).toMatchObject({ scaling: "inverted", rate: 0.5, sharedAcross });
    expect((await inverted.predict(data.x)).data).toEqual((await standard.predict(data.x)).data);
    expect(() => connected({ rate: 1 }).withScaling("standard")).toThrow("withScaling: dropConnect1 has rate 1");
  });

  it("takes another rate while it trains, also from 0 on, and is then as if it had always had it", async () => {
    const optimizer = sgd({ learningRate: 0.1 });
    const [changed, steady] = await Promise.all(
      [0, 0.4].map((rate) => connected({ rate, sharedAcross }).trainer(data, { loss: "crossEntropy", optimizer })),
    );
    changed.setRate("dropConnect1", 0.4);
    for (const trainer of [changed, steady]) await trainer.run(3);
    const [one, other] = [(await changed.state()).values, (await steady.state()).values];
    expect(bitsOf(one)).toBe(bitsOf(other));
    for (const trainer of [changed, steady]) trainer.close();
  });

  it("has one set of bits for any number of threads, and goes through a file", async () => {
    const bits = new Set<string>();
    for (const threads of [1, 2, 3]) {
      const model = connected({ rate: 0.3, sharedAcross });
      await model.fit(data, { ...training, threads });
      bits.add(bitsOf(model.weights));
      const loaded = loadModel(saveModel(model));
      expect(loaded.graph.nodes[0].layer.config).toEqual(model.graph.nodes[0].layer.config);
      expect((await loaded.predict(data.x)).data).toEqual((await model.predict(data.x)).data);
    }
    expect(bits.size).toBe(1);
  });
});

describe("DropConnect", () => {
  it("keeps a weight with probability keep, and the mean over masks is the dense layer's output", () => {
    let [kept, all] = [0, 0];
    for (let row = 0; row < 200; row++) {
      const mask = dropConnectMask(0.3, [row], { K: 8, N: 33 }, { key: [1, 2], pass: 0, stream: 0 });
      kept += mask.reduce((sum, awake) => sum + awake, 0);
      all += mask.length;
    }
    expect(Math.abs(kept / all - 0.7)).toBeLessThan((4 * Math.sqrt(0.3 * 0.7)) / Math.sqrt(all));
  });

  it("has another mask for each row only without sharing", async () => {
    const ones = { x: new Float32Array(16).fill(1), y: Int32Array.of(0, 1) };
    for (const [sharedAcross, count] of [
      [["batch"], 1],
      [[], 2],
    ] as const) {
      const { layers } = await connected({ rate: 0.5, sharedAcross }).trace(ones, { loss: "crossEntropy" });
      const data = layers.get("dropConnect1")?.output.data ?? new Float32Array();
      expect(new Set([0, 1].map((row) => data.subarray(UNITS * row, UNITS * (row + 1)).join())).size).toBe(count);
    }
  });

  it.each<[unknown[], string]>([
    [[4, {}], "dropConnect: no rate is given"],
    [[4, { rate: 1.2 }], "dropConnect: rate is 1.2; give a number from 0"],
    [[4, { rate: 0.5, keep: 0.5 }], "dropConnect: both rate 0.5 and keep 0.5 are given"],
    [[0, { rate: 0.5 }], "dropConnect: units is 0; give a whole number"],
    [[4, { rate: 0.5, scaling: "none" }], 'dropConnect: scaling is "none"'],
    [[4, { rate: 0.5, sharedAcross: ["time"] }], "dropConnect: sharedAcross is"],
    [[4, { rate: 0.5, initializer: "zeros" }], 'dropConnect: the initializer is "zeros"'],
    [[4, { rate: 0.5, slope: 1 }], 'dropConnect: unknown option "slope"'],
    [[4], "dropConnect"],
  ])("refuses %j", (given, message) => {
    expect(() => dropConnect(...(given as [number, DropConnectOptions]))).toThrow(message);
  });
});
