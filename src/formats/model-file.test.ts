import {
  DrowseError,
  dense,
  dropout,
  flatten,
  loadModel,
  type Model,
  meanSquaredError,
  relu,
  type Scaling,
  saveModel,
  sequential,
  sgd,
} from "drowse";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { branched, but, type ChangeGraph, changed, essence, F32, node, refusal, withGraph } from "../../test/model-files.ts";
import { FUZZ_LIMIT, fuzz, mutatedBytes } from "../../test/mutated-bytes.ts";
import { lossOf, make, recipes } from "../../test/networks.ts";
import { classes } from "../../test/tasks.ts";
import { readSafetensors, type SafetensorsInput, writeSafetensors } from "./safetensors.ts";

const data = classes({ rows: 40 });
const training = { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1, momentum: 0.5 }), batchSize: 16 } as const;

function build(scaling: Scaling = "inverted"): Model {
  return sequential({ input: [2, 4], seed: 2 ** 53 - 1 }, [
    flatten(),
    dropout({ rate: 0.2, scaling }),
    dense(6, { name: "hidden" }),
    relu(),
    dropout({ keep: 0.5, scaling, name: "sleepers" }),
    dense(3, { bias: false }),
  ]);
}

async function trained(scaling?: Scaling): Promise<Model> {
  const model = build(scaling);
  await model.fit(data, { ...training, epochs: 2 });
  return model;
}

describe("a saved model", () => {
  it("keeps what a byte counted in training, for its predictions", async () => {
    const model = sequential({ input: [3], seed: 1 }, [dense(2)]);
    const x = Uint8Array.from({ length: 30 }, (_, i) => 8 * i);
    await model.fit({ x, y: Array.from({ length: 10 }, (_, row) => row % 2), scale: 1 / 96 }, training);
    const loaded = loadModel(saveModel(model));
    expect(loaded.inputScale).toBe(1 / 96);
    const floats = Float32Array.from(x, (byte) => byte * Math.fround(1 / 96));
    expect((await loaded.predict(x)).data).toEqual((await model.predict(floats)).data);
    expect((await loaded.predict(x, { scale: 1 / 255 })).data).not.toEqual((await model.predict(floats)).data);
  });

  it("loads as it was and predicts the same bits: random networks, both scalings, trained and not", async () => {
    await fc.assert(
      fc.asyncProperty(recipes, fc.boolean(), async (recipe, train) => {
        const { model, data: own } = make(recipe);
        const loss = lossOf(recipe.loss);
        if (train) await model.fit(own, { loss, optimizer: sgd({ learningRate: 0.01, maxNorm: 1 }) });
        const file = saveModel(model);
        const loaded = loadModel(file);
        expect(essence(loaded)).toEqual(essence(model));
        for (const output of ["link", "logits"] as const) {
          const [before, after] = [await model.predict(own.x, { output }), await loaded.predict(own.x, { output })];
          expect(after.shape).toEqual(before.shape);
          expect(bitsOf({ data: after.data })).toBe(bitsOf({ data: before.data }));
        }
        expect(await loaded.evaluate(own, { loss })).toEqual(await model.evaluate(own, { loss }));
        expect(saveModel(loaded)).toEqual(file);
      }),
      { numRuns: process.env.DROWSE_DEEP ? 500 : 50, seed: 6 },
    );
  });

  it.each(["inverted", "standard"] as const)("goes on training as if it had never been saved, %s scaling", async (scaling) => {
    const model = await trained(scaling);
    const loaded = loadModel(saveModel(model));
    const before = bitsOf(model.weights);
    const histories = [
      await model.fit(data, { ...training, epochs: 2 }),
      await loaded.fit(data, { ...training, epochs: 2 }),
    ] as const;
    expect(histories[1].loss).toEqual(histories[0].loss);
    expect(essence(loaded)).toEqual(essence(model));
    expect(loaded.pass).toBe(4);
    expect(bitsOf(loaded.weights)).not.toBe(before);
  });

  it("keeps what predictions are made of: none before training, softmax or plain numbers after", async () => {
    expect(loadModel(saveModel(build())).link).toBe(undefined);
    expect(loadModel(saveModel(await trained())).link).toBe("softmax");
    const line = sequential({ input: [1], seed: 0 }, [dense(1)]);
    await line.fit({ x: [[1], [2]], y: [2, 4] }, { loss: meanSquaredError(), optimizer: sgd({ learningRate: 0.01 }) });
    expect(loadModel(saveModel(line)).link).toBe("identity");
  });

  it("is a safetensors file that says in words what it holds", async () => {
    const { metadata, tensors } = readSafetensors(saveModel(await trained()));
    expect(Object.fromEntries(metadata)).toEqual({
      format: "drowse-model/1",
      generator: "philox4x32-10/1",
      seed: "9007199254740991",
      pass: "2",
      link: "softmax",
      inputScale: String(1 / 255),
      graph: expect.any(String),
    });
    expect(JSON.parse(metadata.get("graph") ?? "")).toEqual({
      input: [2, 4],
      nodes: [
        { name: "flatten1", kind: "flatten", inputs: ["input"] },
        { name: "dropout1", kind: "dropout", inputs: ["flatten1"], rate: 0.2, scaling: "inverted" },
        { name: "hidden", kind: "dense", inputs: ["dropout1"], units: 6, bias: true },
        { name: "relu1", kind: "relu", inputs: ["hidden"] },
        { name: "sleepers", kind: "dropout", inputs: ["relu1"], rate: 0.5, scaling: "inverted" },
        { name: "dense2", kind: "dense", inputs: ["sleepers"], units: 3, bias: false },
      ],
    });
    const shapes = [...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape]);
    expect(shapes.sort()).toEqual([
      ["2.bias", "F32", [6]],
      ["2.weight", "F32", [6, 8]],
      ["5.weight", "F32", [3, 6]],
    ]);
  });

  it("names its tensors and lays them out as torch.nn.Sequential does: weight [out, in]", () => {
    const model = sequential({ input: [3], seed: 1 }, [
      relu(),
      dense(2, {
        initializer: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        bias: [7, 8],
      }),
    ]);
    const { tensors } = readSafetensors(saveModel(model));
    const numbers = (name: string) => [...new Float32Array(Uint8Array.from(tensors.get(name)?.bytes ?? []).buffer)];
    expect(numbers("1.weight")).toEqual([1, 2, 3, 4, 5, 6]);
    expect(numbers("1.bias")).toEqual([7, 8]);
  });

  it("loads from bytes at any alignment, and does not change with them afterwards", async () => {
    const model = await trained();
    const file = saveModel(model);
    const shifted = new Uint8Array(file.length + 3).subarray(3);
    shifted.set(file);
    const loaded = loadModel(shifted);
    shifted.fill(0);
    expect(essence(loaded)).toEqual(essence(model));
  });
});

const whole = saveModel(build());

const text = (words: string) => new TextEncoder().encode(words);

describe("a file that is no model, or a damaged one, is refused", () => {
  it("where it is loaded whole, the checks below have something to find", () => {
    expect(essence(loadModel(changed(whole, {})))).toEqual(essence(build()));
    expect(essence(loadModel(withGraph(whole, (graph) => graph)))).toEqual(essence(build()));
  });

  it.each<[string, unknown, string]>([
    ["text instead of bytes", "model", 'the file is "model"'],
    ["nothing", new Uint8Array(), "not a safetensors file"],
    ["a text file", text("epoch,loss\n1,0.5\n2,0.4\n"), "not a safetensors file"],
    ["an image", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13), "not a safetensors file"],
    ["zeros", new Uint8Array(1000), "not a safetensors file"],
    ["another library's safetensors", writeSafetensors([F32("0.weight", [2, 2])]), "safetensors without a model of this library"],
    [
      "another version's format",
      changed(whole, { metadata: { format: "drowse-model/2" } }),
      'the file\'s format is "drowse-model/2"',
    ],
    ["a file with more behind it", Uint8Array.of(...whole, 0), "not a safetensors file"],
  ])("%s", (_, bytes, fragment) => expect(refusal(bytes).message).toContain(fragment));

  it("cut off anywhere", () => {
    for (let length = 0; length < whole.length; length++) refusal(whole.subarray(0, length));
  });

  it.each<[string, string | undefined, string]>([
    ["generator", "philox4x32-10/2", 'the file\'s generator is "philox4x32-10/2"; this version has philox4x32-10/1'],
    ["generator", undefined, "the file's generator is undefined"],
    ["seed", "-1", 'its seed is "-1"'],
    ["seed", "1.5", 'its seed is "1.5"'],
    ["seed", "1e3", 'its seed is "1e3"'],
    ["seed", " 1", 'its seed is " 1"'],
    ["seed", "9007199254740992", 'its seed is "9007199254740992"'],
    ["seed", undefined, "its seed is undefined"],
    ["pass", "-1", 'its pass is "-1"'],
    ["pass", "01", 'its pass is "01"'],
    ["pass", "many", 'its pass is "many"'],
    ["pass", "2147483648", 'its pass is "2147483648"'],
    ["pass", undefined, "its pass is undefined"],
    ["link", "tanh", 'the output link is "tanh"'],
    ["link", "", 'the output link is ""'],
    ["link", undefined, "the output link is undefined"],
    ["inputScale", "Infinity", 'its inputScale is "Infinity"'],
    ["inputScale", "0.50", 'its inputScale is "0.50"'],
    ["inputScale", undefined, "its inputScale is undefined"],
    ["graph", "", "loadModel: graph"],
    ["graph", "{", "loadModel: graph"],
    ["graph", undefined, "loadModel: graph"],
    ["graph", "[]", "its graph is not an object"],
    ["graph", "null", "its graph is not an object"],
    ["graph", "{}", "its graph has not just input and nodes"],
  ])("with the %s %j", (key, value, fragment) =>
    expect(refusal(changed(whole, { metadata: { [key]: value } })).message).toContain(fragment),
  );

  const weight = "2.weight";
  it.each<[string, (tensors: SafetensorsInput[]) => SafetensorsInput[], string]>([
    ["without a tensor", but(weight, []), "it has 2 tensors where its graph has 3 parameters"],
    ["with a tensor more", but("", [F32("9.weight", [1])]), "it has 4 tensors where its graph has 3 parameters"],
    ["with a tensor of another name", but(weight, [F32("dense1.weight", [6, 8])]), 'no tensor "2.weight"'],
    ["with a transposed tensor", but(weight, [F32(weight, [8, 6])]), "has the shape [8, 6] where [6, 8] is due"],
    ["with a flat tensor", but(weight, [F32(weight, [48])]), "has the shape [48] where [6, 8] is due"],
    ["with a larger tensor", but(weight, [F32(weight, [6, 9])]), "has the shape [6, 9] where [6, 8] is due"],
    [
      "with a tensor of another dtype",
      but(weight, [{ name: weight, dtype: "F64", shape: [6, 8], data: new Float64Array(48) }]),
      'the tensor "2.weight" is F64 where F32 is due',
    ],
    ["with weights that are NaN", but(weight, [F32(weight, [6, 8], Number.NaN)]), "number 0 of 2.weight is NaN"],
    ["with biases that are infinite", but("2.bias", [F32("2.bias", [6], -Infinity)]), "number 0 of 2.bias is -Infinity"],
  ])("%s", (_, tensors, fragment) => expect(refusal(changed(whole, { tensors })).message).toContain(fragment));

  it.each<[string, ChangeGraph, string]>([
    ["of another input", (graph) => ({ ...graph, input: [9] }), "has the shape"],
    ["of no input", (graph) => ({ ...graph, input: [] }), "the shape is []"],
    ["of an input that is no shape", (graph) => ({ ...graph, input: [2, -4] }), "the shape is [2, -4]"],
    ["of an input that is text", (graph) => ({ ...graph, input: "8" }), 'the shape is "8"'],
    ["with something more", (graph) => ({ ...graph, run: "rm" }), "its graph has not just input and nodes"],
    ["without nodes", (graph) => ({ ...graph, nodes: [] }), "the layers are []"],
    ["with nodes that are none", (graph) => ({ ...graph, nodes: {} }), "its graph has not just input and nodes"],
    ["with a node that is none", (graph) => ({ ...graph, nodes: [1] }), "a node of its graph is not an object"],
    ["with a node without a name", node(0, { name: undefined }), "a node's name is undefined"],
    ["with a name that cannot be one", node(5, { name: "../up" }), 'the name is "../up"'],
    ["with two nodes of one name", node(5, { name: "hidden" }), 'two layers are named "hidden"'],
    ["with another kind of layer", node(3, { kind: "unheard" }), 'the layer\'s kind is "unheard"; known are dense'],
    ["with a kind from the prototype", node(3, { kind: "constructor" }), 'the layer\'s kind is "constructor"'],
    [
      "with nodes in another order",
      (graph) => ({ ...graph, nodes: graph.nodes.toReversed() }),
      'takes ["sleepers"] where ["input"] is due',
    ],
    ["with a node of two inputs", node(1, { inputs: ["input", "flatten1"] }), 'where ["flatten1"] is due'],
    ["with a node of no inputs", node(1, { inputs: [] }), 'takes [] where ["flatten1"] is due'],
    ["with a rate out of range", node(1, { rate: 1.2 }), "rate is 1.2"],
    ["with a rate that is text", node(1, { rate: "0.2" }), 'rate is "0.2"'],
    ["without a rate", node(1, { rate: undefined }), "no rate is given"],
    ["with another scaling", node(1, { scaling: "none" }), 'scaling is "none"'],
    ["with units that are not whole", node(2, { units: 6.5 }), "units is 6.5"],
    ["with more units", node(2, { units: 7 }), "has the shape"],
    ["with more units than memory", node(2, { units: 2 ** 24 }), "has the shape"],
    ["with a bias that is text", node(2, { bias: "yes" }), 'bias is "yes"'],
    ["with a bias less", node(2, { bias: false }), "it has 3 tensors where its graph has 2 parameters"],
    ["with a slope of a layer that has none", node(3, { slope: 0.1 }), 'unknown option "slope"'],
    ["without a slope", node(3, { kind: "leakyRelu" }), "slope is missing"],
    ["with a slope that is text", node(3, { kind: "leakyRelu", slope: "0.1" }), 'slope is "0.1"'],
    ["with a slope of 0", node(3, { kind: "leakyRelu", slope: 0 }), "slope is 0"],
    ["without an alpha", node(3, { kind: "elu" }), "alpha is missing"],
    ["with an alpha below 0", node(3, { kind: "elu", alpha: -1 }), "alpha is -1"],
    ["without an approximation", node(3, { kind: "gelu" }), "approximation is missing"],
    ["with another approximation", node(3, { kind: "gelu", approximation: "erf" }), 'approximation is "erf"'],
    ["with an unknown setting", node(2, { activation: "relu" }), 'unknown option "activation"'],
    [
      "without flatten",
      (graph) => ({ ...graph, nodes: graph.nodes.slice(1).with(0, { ...graph.nodes[1], inputs: ["input"] }) }),
      "put flatten() before a dense layer",
    ],
  ])("with a graph %s", (_, change, fragment) => expect(refusal(withGraph(whole, change)).message).toContain(fragment));

  it("with a graph that names a key twice", () => {
    const graph = readSafetensors(whole).metadata.get("graph") ?? "";
    expect(refusal(changed(whole, { metadata: { graph: graph.replace('"rate":0.2', '"rate":0.2,"rate":0.9') } })).operation).toBe(
      "loadModel: graph",
    );
  });

  it("in any other way: it loads or is refused with words, and nothing else happens", { timeout: FUZZ_LIMIT }, async () => {
    const tokens = [
      '"kind":"dense"',
      '"units":6',
      '"inputs":["input"]',
      "drowse-model/1",
      "F32",
      "[6,8]",
      "softmax",
      "2.weight",
      "{}",
      '"kind":"residual"',
      '"inputs":["batchNorm1","dropout1"]',
      '"dropPath":1.5',
      "1.1.0.weight",
    ];
    const outcomes = { loaded: 0, refused: 0 };
    const tried = await fuzz(
      "models",
      fc.property(mutatedBytes([whole, saveModel(branched())], tokens), (bytes) => {
        try {
          loadModel(bytes);
          outcomes.loaded++;
        } catch (error) {
          if (!(error instanceof DrowseError)) throw error;
          outcomes.refused++;
        }
      }),
      { seed: 6 },
    );
    expect(outcomes.loaded).toBeGreaterThan(tried / 1000);
    expect(outcomes.refused).toBeGreaterThan(tried / 10);
  });
});
