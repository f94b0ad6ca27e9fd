import { batchNorm, dense, dropout, type Model, relu, type Scaling, sequential, sgd } from "drowse";
import { toOnnx } from "drowse/onnx";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Draws } from "../../test/draws.ts";
import { learnedRecipes, makeLearned } from "../../test/learned-networks.ts";
import { lossOf, make, recipes } from "../../test/networks.ts";
import { decodeOnnx, onnxFaults } from "../../test/onnx-decode.ts";
import { openOnnx, type Results, runOnnx } from "../../test/onnx-runtime.ts";
import { twinOf } from "../../test/twins.ts";
import { resolveLoss } from "../losses/resolve.ts";
import { prediction } from "../reference/network.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { OnnxModel } from "./onnx-model.ts";
import { encodeModel } from "./wire.ts";

/** |actual - expected| may be this much, or this part of |expected| where that is above 1. */
const TOLERANCE = 1e-5;
/**
 * About one network in a thousand loses more than that to single precision itself, such as one that standardises a column which is
 * nearly constant: there the outputs may be apart by this many times what `predict` is from the twin in double precision.
 */
const TIMES = 8;

const NETWORKS = process.env.DROWSE_DEEP === "1" ? 500 : 60;

interface Case {
  readonly model: Model;
  /** Inputs in single precision, and what `predict` takes. */
  readonly floats: Float32Array;
  readonly x: Float32Array | Uint8Array;
  readonly count: number;
  /** The logits in double precision, where there is a twin. */
  readonly exact?: () => Float64Array;
}

/** Random networks of every layer, with the output link of their loss as after training. */
const cases: fc.Arbitrary<Case> = fc.oneof(
  {
    weight: 4,
    arbitrary: recipes.map((recipe): Case => {
      const { model, data, inputs } = make(recipe);
      const { link } = resolveLoss("test", lossOf(recipe.loss));
      model.accept(model.weights, { graph: model.graph, pass: 1, link, inputScale: undefined });
      const exact = () => prediction(twinOf(model, { loss: "crossEntropy", pass: 0 }).layers, inputs, recipe.count);
      return { model, x: data.x, floats: Float32Array.from(inputs), count: recipe.count, exact };
    }),
  },
  {
    weight: 1,
    arbitrary: learnedRecipes(40).map((recipe): Case => {
      const x = new Draws(recipe.seed).floats(recipe.rows * recipe.inputs, 1);
      return { model: makeLearned(recipe), x, floats: x, count: recipe.rows };
    }),
  },
);

/** The outputs of a file beside each other, as `predict` gives them. */
function columns({ mean, variance, ...others }: Results, rows: number): number[] {
  const parts = mean ? [mean, variance] : Object.values(others).slice(0, 1);
  return Array.from({ length: rows }, (_, row) =>
    parts.flatMap(({ data }) => Array.from(data, Number).slice((row * data.length) / rows, ((row + 1) * data.length) / rows)),
  ).flat();
}

/** The largest difference, or part of what is expected where that is above 1. */
function distance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  const differences = Array.from(expected, (value, i) => Math.abs(actual[i] - value) / Math.max(1, Math.abs(value)));
  // NaN where one of them is
  return differences.reduce((most, difference) => Math.max(most, difference), 0);
}

describe("a model as an ONNX file", () => {
  it("gives in onnxruntime what it predicts: random networks of every layer", { timeout: 900_000 }, async () => {
    let lossy = 0;
    await fc.assert(
      fc.asyncProperty(cases, fc.constantFrom("link", "logits"), async ({ model, x, floats, count, exact }, output) => {
        const file = toOnnx(model, { output });
        expect(onnxFaults(decodeOnnx(file))).toEqual([]);
        const input = { data: floats, shape: [count, ...model.inputShape] };
        const results = columns(await runOnnx(file, { input }), count);
        const apart = distance(results, (await model.predict(x, { output })).data);
        if (exact && apart > TOLERANCE) {
          lossy++;
          const lost = distance((await model.predict(x, { output: "logits" })).data, exact());
          expect(apart).toBeLessThan(TIMES * lost);
        } else expect(apart).toBeLessThan(TOLERANCE);
        if (model.graph.nodes.every(({ layer }) => !layer.isRandom)) return;
        // Live dropout that does not drop.
        const live = toOnnx(model, { output, liveDropout: true });
        expect(distance(columns(await runOnnx(live, { input, training_mode: false }), count), results)).toBeLessThan(TOLERANCE);
      }),
      { numRuns: NETWORKS, seed: 15 },
    );
    expect(lossy).toBeLessThanOrEqual(NETWORKS / 100);
  });

  it("takes any number of rows", async () => {
    const model = sequential({ input: [3, 2], seed: 1 }, [relu()]);
    const session = await openOnnx(toOnnx(model));
    for (const rows of [1, 5, 0, 64]) {
      const x = new Draws(rows).floats(rows * 6, 1);
      const { output } = await session.run({ input: { data: x, shape: [rows, 3, 2] } });
      expect(output.shape).toEqual([rows, 3, 2]);
      expect(output.data).toEqual(x.map((value) => Math.max(0, value)));
    }
    await session.close();
  });

  it("says what its inputs and outputs are, after each loss", async () => {
    const names = async (loss: Parameters<typeof lossOf>[0], y: number[]) => {
      const model = sequential({ input: [2], seed: 1 }, [dense(2)]);
      const data = {
        x: [
          [0, 1],
          [1, 0],
        ],
        y,
      };
      await model.fit(data, { loss: lossOf(loss), optimizer: sgd({ learningRate: 0.1 }), batchSize: 2 });
      const { graph, metadata } = decodeOnnx(toOnnx(model));
      expect(graph.inputs.map(({ name }) => name)).toEqual(["input"]);
      expect(graph.outputs.every(({ doc }) => doc !== "")).toBe(true);
      return [metadata.find(({ key }) => key === "link")?.value, ...graph.outputs.map(({ name }) => name)];
    };
    expect(await names("crossEntropy", [0, 1])).toEqual(["softmax", "probabilities"]);
    expect(await names("binaryCrossEntropy", [0, 1, 1, 0])).toEqual(["sigmoid", "probabilities"]);
    expect(await names("huber", [0, 1, 1, 0])).toEqual(["identity", "output"]);
    expect(await names("gaussianNegativeLogLikelihood", [0, 1])).toEqual(["gaussian", "mean", "variance", "log_variance"]);
  });

  it.each<Scaling>(["inverted", "standard"])("counts a layer of rate 1 as prediction does, %s scaling", async (scaling) => {
    const model = sequential({ input: [2], seed: 1 }, [dropout({ rate: 1, scaling })]);
    const feeds = { input: { data: Float32Array.of(1, -2), shape: [1, 2] } };
    const factor = scaling === "standard" ? 0 : 1;
    expect(Array.from((await runOnnx(toOnnx(model), feeds)).output.data, Math.abs as never)).toEqual([factor, 2 * factor]);
    const live = toOnnx(model, { liveDropout: true });
    expect((await runOnnx(live, { ...feeds, training_mode: true })).output.data).toEqual(Float32Array.of(0, 0));
  });

  it("refuses what it cannot write", () => {
    const model = sequential({ input: [2], seed: 1 }, [dense(2), batchNorm()]);
    expect(() => toOnnx({} as never)).toThrow("toOnnx: the model is");
    expect(() => toOnnx(model, { output: "classes" as never })).toThrow('toOnnx: output is "classes"; give "link" or "logits"');
    expect(() => toOnnx(model, { opset: 21 } as never)).toThrow("opset");
    expect(() => toOnnx(model, { liveDropout: 1 as never })).toThrow("toOnnx: liveDropout is 1");
    expect(() => toOnnx(model, { liveDropout: true })).toThrow("toOnnx: liveDropout is true, and nothing in the model drops");
    const strange = { ...dense(2), kind: "convolution" as never };
    expect(() => toOnnx(sequential({ input: [2], seed: 1 }, [strange]))).toThrow("is a convolution layer");
  });

  it("has as many parameters in the file as the model has, and no more", () => {
    const model = sequential({ input: [4], seed: 1 }, [dense(3), relu(), dense(2, { bias: false })]);
    const { graph } = decodeOnnx(toOnnx(model));
    expect(graph.initializers.map(({ name, dims }) => [name, dims])).toEqual([
      ["dense1/weight", [3, 4]],
      ["dense1/bias", [3]],
      ["dense2/weight", [2, 3]],
    ]);
    expect(sizeOf(graph.outputs[0].type.tensor.shape.dims.map(({ length = 1 }) => length))).toBe(2);
  });
});

describe("the validator of files", () => {
  const whole: OnnxModel = {
    nodes: [
      { op: "Relu", domain: "", inputs: ["x"], outputs: ["h"], attributes: {} },
      { op: "Add", domain: "", inputs: ["h", "b"], outputs: ["y"], attributes: {} },
    ],
    initializers: [{ name: "b", shape: [1], values: Float32Array.of(1) }],
    inputs: [{ name: "x", type: "float", shape: ["batch", 1], doc: "" }],
    outputs: [{ name: "y", type: "float", shape: ["batch", 1], doc: "" }],
    doc: "",
    metadata: {},
  };
  const faults = (changes: Partial<OnnxModel>) => onnxFaults(decodeOnnx(encodeModel({ ...whole, ...changes })));

  it("is seen to find what is wrong", () => {
    expect(faults({})).toEqual([]);
    expect(faults({ nodes: whole.nodes.toReversed() })).toEqual(["Add takes h, which is not there yet"]);
    expect(faults({ initializers: [] })).toEqual(["Add takes b, which is not there yet"]);
    expect(faults({ initializers: [{ ...whole.initializers[0], shape: [2] }] })).toEqual(["b has 1 numbers, and the shape [2]"]);
    expect(faults({ nodes: [...whole.nodes, whole.nodes[0]] })).toEqual(['"h" is defined twice, or no name']);
    expect(faults({ nodes: whole.nodes.slice(0, 1) })).toEqual(["the output y is not there", "nobody takes b", "nobody takes h"]);
    expect(faults({ outputs: [] })).toEqual(["nobody takes y"]);
  });
});
