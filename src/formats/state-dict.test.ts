import { batchNorm, dense, dropout, loadStateDict, type Model, relu, residual, saveModel, sequential } from "drowse";
import { describe, expect, it } from "vitest";
import { readSafetensors, type SafetensorsInput, writeSafetensors } from "./safetensors.ts";

const build = () => sequential({ input: [3], seed: 1 }, [dense(2), relu(), dropout({ rate: 0.5 }), dense(1, { bias: false })]);

const F32 = (name: string, shape: number[], value: number): SafetensorsInput => ({
  ...{ name, dtype: "F32", shape },
  data: new Float32Array(shape.reduce((product, length) => product * length, 1)).fill(value),
});
const whole = [F32("0.weight", [2, 3], 1), F32("0.bias", [2], 2), F32("3.weight", [1, 2], 3)];
const file = (tensors: readonly SafetensorsInput[]) => writeSafetensors(tensors, { format: "pt" });
const weightsOf = (model: Model) => Object.fromEntries([...model.weights].map(([name, values]) => [name, [...values]]));

describe("loadStateDict", () => {
  it("takes tensors by the places of their layers", () => {
    const model = build();
    expect(loadStateDict(model, file(whole))).toEqual({ converted: new Map(), ignored: [] });
    expect(weightsOf(model)).toEqual({
      "dense1.weight": [1, 1, 1, 1, 1, 1],
      "dense1.bias": [2, 2],
      "dense2.weight": [3, 3],
    });
  });

  it("takes the tensors of a model's own file, blocks and statistics among them", () => {
    const layers = () => [dense(4), batchNorm(), residual([dense(4), relu(), batchNorm()]), dense(2)];
    const [one, other] = [sequential({ input: [3], seed: 1 }, layers()), sequential({ input: [3], seed: 2 }, layers())];
    const { tensors } = readSafetensors(saveModel(one));
    expect([...tensors.keys()]).toContain("2.2.running_var");
    loadStateDict(other, saveModel(one));
    expect(weightsOf(other)).toEqual(weightsOf(one));
  });

  it("takes them by other names, of layers by their names or places", () => {
    for (const names of [
      { fc1: "dense1", "body.fc2": "dense2" },
      { fc1: "0", "body.fc2": "3" },
    ]) {
      const model = build();
      const renamed = whole.map((tensor) => ({ ...tensor, name: tensor.name.replace(/^0/, "fc1").replace(/^3/, "body.fc2") }));
      loadStateDict(model, file(renamed), { names });
      expect(model.weights.get("dense2.weight")).toEqual(Float32Array.of(3, 3));
    }
  });

  const halves = [0x3c00, 0x3555, 0x7bff, 0x0001, 0x83ff, 0xc000];
  const asHalf = [1, 0.333251953125, 65504, 2 ** -24, -1023 * 2 ** -24, -2];
  it.each<[SafetensorsInput["dtype"], ArrayBufferView, number[]]>([
    ["F16", Uint16Array.from(halves), asHalf],
    ["BF16", Uint16Array.of(0x3f80, 0xc000, 0x3eab, 0x0080, 0x4049, 0x8000), [1, -2, 0.333984375, 2 ** -126, 3.140625, -0]],
    ["F64", Float64Array.of(1 / 3, -2, 1e-320, 0.1, 16777217, 5), [1 / 3, -2, 0, 0.1, 16777216, 5].map(Math.fround)],
  ])("converts %s to single precision, and says so", (dtype, numbers, expected) => {
    const model = build();
    // Bytes on a machine that puts the lowest first.
    const data = new Uint8Array(numbers.buffer);
    const { converted } = loadStateDict(model, file([{ name: "0.weight", dtype, shape: [2, 3], data }, ...whole.slice(1)]));
    expect(converted).toEqual(new Map([["0.weight", dtype]]));
    expect(model.weights.get("dense1.weight")).toEqual(Float32Array.from(expected));
  });

  it("passes over what PyTorch's batch normalisation counts", () => {
    const model = sequential({ input: [2], seed: 1 }, [batchNorm()]);
    const count = { name: "0.num_batches_tracked", dtype: "I64" as const, shape: [], data: BigInt64Array.of(7n) };
    const tensors = ["weight", "bias", "running_mean", "running_var"].map((name, i) => F32(`0.${name}`, [2], i));
    expect(loadStateDict(model, file([...tensors, count])).ignored).toEqual(["0.num_batches_tracked"]);
    expect(model.weights.get("batchNorm1.running_var")).toEqual(Float32Array.of(3, 3));
  });

  const [weight, bias, last] = whole;
  const many = Array.from({ length: 12 }, (_, i) => F32(`x${String(i).padStart(2, "0")}`, [1], 0));
  it.each<[string, readonly SafetensorsInput[], object, string]>([
    ["a tensor that is missing", [weight, last], {}, "loadStateDict: the file lacks 0.bias; build the model of the same layers"],
    ["one too many", [...whole, F32("4.bias", [1], 0)], {}, "the file has 4.bias, which the model does not know"],
    [
      "both",
      [weight, bias, F32("fc.weight", [1, 2], 0)],
      {},
      "the file lacks 3.weight and has fc.weight, which the model does not know",
    ],
    ["many", [...whole, ...many], {}, "has x00, x01, x02, x03, x04, x05, x06, x07 and 4 more, which the model does not know"],
    [
      "another shape",
      [F32("0.weight", [3, 2], 1), bias, last],
      {},
      'the tensor "0.weight" has the shape [3, 2]; dense1.weight needs [2, 3]',
    ],
    [
      "whole numbers",
      [weight, { name: "0.bias", dtype: "I32", shape: [2], data: Int32Array.of(1, 2) }, last],
      {},
      'the tensor "0.bias" is I32; save it as one of F32, F64, F16, BF16',
    ],
    ["numbers that are not finite", [weight, F32("0.bias", [2], Number.NaN), last], {}, "number 0 of dense1.bias is NaN"],
    [
      "numbers too large",
      [weight, { ...bias, dtype: "F64", data: Float64Array.of(1, 1e39) }, last],
      {},
      "number 1 of dense1.bias is Infinity",
    ],
    [
      "names of no layer",
      whole,
      { names: { fc: "dense3" } },
      'names leads from "fc" to "dense3"; the layers with weights are dense1, dense2',
    ],
    ["two names of one layer", whole, { names: { a: "dense1", b: "0" } }, "names leads to dense1 twice"],
    ["unknown options", whole, { strict: false }, 'unknown option "strict"'],
  ])("refuses %s, and leaves the model as it was", (_, tensors, options, message) => {
    const model = build();
    const before = weightsOf(model);
    expect(() => loadStateDict(model, file(tensors), options)).toThrow(message);
    expect(weightsOf(model)).toEqual(before);
  });

  it("refuses what is no model and what is no file", () => {
    expect(() => loadStateDict({} as Model, file(whole))).toThrow("loadStateDict: the model is");
    expect(() => loadStateDict(build(), new Uint8Array(3))).toThrow("readSafetensors: the file has 3 bytes");
  });
});
