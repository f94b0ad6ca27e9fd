import { describe, expect, it } from "vitest";
import { distributionOverMasks } from "../../test/every-mask.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import type { Layer, Layers } from "../layers/layer.ts";
import { relu } from "../layers/relu.ts";
import { residual } from "../layers/residual.ts";
import { tanh } from "../layers/tanh.ts";
import { predictMoments } from "./predict-moments.ts";
import { sequential } from "./sequential.ts";

const x = Float32Array.of(0.5, -1, 2, 0.3, 1.5, -0.2, 0.7, -0.4, 1, 0, -1, 0.25);

function network(layers: Layers) {
  const model = sequential({ input: [4], seed: 5 }, layers);
  const bias = model.weights.get("dense1.bias") ?? [];
  model.setWeights({ "dense1.bias": Float32Array.from(bias, (_, i) => 0.3 - 0.1 * i) });
  return model;
}

describe("moments of the outputs against every mask", () => {
  it.each<[string, Layer[]]>([
    ["dropout on the input of a linear layer", [dropout({ rate: 0.2 }), dense(3)]],
    ["dropout behind a rectifier", [dense(10), relu(), dropout({ rate: 0.3 }), dense(2)]],
    ["standard scaling", [dense(10), relu(), dropout({ rate: 0.6, scaling: "standard" }), dense(2)]],
    ["rates of 0 and 1", [dropout({ rate: 0 }), dense(5), relu(), dropout({ rate: 1 }), dense(2)]],
  ])("%s: exact, as nothing random comes before the masks", async (_, layers) => {
    const model = network(layers);
    const { mean, variance } = await predictMoments(model, x);
    const exact = distributionOverMasks(model, x);
    for (const [i, expected] of exact.mean.entries()) {
      expect(mean.data[i]).toBeCloseTo(expected, 12);
      expect(variance.data[i]).toBeCloseTo(exact.variance[i], 12);
    }
    expect(mean.shape).toEqual([3, sequentialOutputs(layers)]);
  });

  it("two layers of masks: means within a fifth of a standard deviation, variances within a third", async () => {
    const model = network([dropout({ rate: 0.3 }), dense(8), relu(), dropout({ rate: 0.4 }), dense(2)]);
    const { mean, variance } = await predictMoments(model, x);
    const exact = distributionOverMasks(model, x);
    for (const [i, expected] of exact.mean.entries()) {
      expect(Math.abs(mean.data[i] - expected)).toBeLessThan(0.2 * Math.sqrt(exact.variance[i]));
      expect(variance.data[i] / exact.variance[i]).toBeGreaterThan(2 / 3);
      expect(variance.data[i] / exact.variance[i]).toBeLessThan(1.5);
    }
  });
});

describe("moments of the outputs against Monte Carlo", () => {
  it("agree for wide layers: means within a tenth of a standard deviation, variances within a quarter", async () => {
    const model = sequential({ input: [4], seed: 3 }, [
      ...[dense(200), relu(), dropout({ rate: 0.5 })],
      ...[dense(200), relu(), dropout({ rate: 0.2 })],
      dense(3),
    ]);
    const { mean, variance } = await predictMoments(model, x);
    const sampled = await model.predictUncertain(x, { samples: 4000 });
    for (const [i, deviation] of sampled.std.data.entries()) {
      expect(Math.abs(mean.data[i] - sampled.mean.data[i])).toBeLessThan(0.1 * deviation);
      expect(Math.abs(variance.data[i] / deviation ** 2 - 1)).toBeLessThan(0.25);
    }
  });

  it("bytes count as in prediction", async () => {
    const model = network([dense(6), relu(), dropout({ rate: 0.5 }), dense(2)]);
    const bytes = Uint8Array.of(0, 255, 128, 3);
    const floats = Float32Array.from(bytes, (byte) => byte * Math.fround(1 / 255));
    expect(await predictMoments(model, bytes)).toEqual(await predictMoments(model, floats));
  });
});

describe("predictMoments refuses", () => {
  const model = network([dense(6), tanh(), dropout({ rate: 0.5 }), dense(2)]);
  it.each<[string, () => Promise<unknown>]>([
    ["tanh1 is of the kind tanh; take a network of dense, relu, flatten and dropout", () => predictMoments(model, x)],
    [
      "residual1 is of the kind residual; take a network of dense, relu, flatten and dropout, or call predictUncertain",
      () => predictMoments(network([dense(4), residual([relu(), dense(4)], { dropPath: 0.5 })]), x),
    ],
    ["residual1 is of the kind residual", () => predictMoments(network([dense(4), residual([relu()])]), x)],
    ["the network is undefined", () => predictMoments(undefined as never, x)],
    ['unknown option "samples"', () => predictMoments(model, x, { samples: 3 } as never)],
    ["x has 3 numbers", () => predictMoments(network([dense(2)]), new Float32Array(3))],
  ])("%s", async (message, call) => {
    await expect(call()).rejects.toThrow(`predictMoments: ${message}`);
  });
});

function sequentialOutputs(layers: Layer[]): number {
  return sequential({ input: [4], seed: 1 }, layers).outputShape[0];
}
