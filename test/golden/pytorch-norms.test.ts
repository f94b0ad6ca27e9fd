import { readFileSync } from "node:fs";
import { batchNorm, dense, layerNorm, relu, sequential, sgd } from "drowse";
import { beforeAll, describe, expect, it } from "vitest";
import { batchNormForward, batchNormFrozen, batchNormGradient, batchNormRunning } from "../../src/reference/batch-norm.ts";
import { layerNormForward, layerNormGradient } from "../../src/reference/layer-norm.ts";
import { Laboratory } from "../conformance.ts";

// Values made by PyTorch; `pytorch-norms.py` says how.

type Named = Readonly<Record<string, readonly number[]>>;
interface LayerValues {
  readonly kind: "batchNorm" | "layerNorm";
  readonly B: number;
  readonly N: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly before: Named;
  readonly x: readonly number[];
  readonly d: readonly number[];
  readonly y: readonly number[];
  readonly dx: readonly number[];
  readonly weightGradient: readonly number[];
  readonly biasGradient: readonly number[];
  readonly after: Named;
  readonly predicted: readonly number[];
}
interface Golden {
  readonly layers: readonly LayerValues[];
  readonly training: {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly initial: Named;
    readonly losses: readonly number[];
    readonly final: Named;
    readonly logits: readonly number[];
  };
}
const { layers, training }: Golden = JSON.parse(readFileSync(new URL("pytorch-norms.json", import.meta.url), "utf8"));

/** The tolerances of torch.testing.assert_close for single precision, and ours for double. */
const SINGLE = { rtol: 1.3e-6, atol: 1e-5 };
const DOUBLE = { rtol: 1e-11, atol: 1e-12 };

function expectAll(actual: ArrayLike<number>, expected: readonly number[], { rtol, atol }: typeof SINGLE, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  expected.forEach((value, i) => {
    const error = Math.abs(actual[i] - value);
    if (!(error <= atol + rtol * Math.abs(value))) throw new Error(`${what}: number ${i} is ${actual[i]}, not ${value}`);
  });
}

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

describe.each(layers)("$kind of $B rows of $N, epsilon $epsilon, is PyTorch's", (values) => {
  const { kind, B, N, epsilon, momentum, before, x, d, after } = values;
  const { weight, bias, running_mean: runningMean = [], running_var: runningVar = [] } = before;

  it("in the twin", () => {
    const parameters = { weight, bias, runningMean, runningVar, momentum, epsilon };
    const isBatch = kind === "batchNorm";
    const gradients = isBatch ? batchNormGradient(x, d, parameters, B) : layerNormGradient(x, d, parameters);
    expectAll(isBatch ? batchNormForward(x, parameters, B) : layerNormForward(x, parameters), values.y, DOUBLE, "y");
    expectAll(gradients.dx, values.dx, { ...DOUBLE, atol: 1e-10 }, "dx");
    expectAll(gradients.weight, values.weightGradient, DOUBLE, "gradient of the weight");
    expectAll(gradients.bias, values.biasGradient, DOUBLE, "gradient of the bias");
    if (!isBatch) return;
    const running = batchNormRunning(x, parameters, B);
    expectAll(running.runningMean, after.running_mean, DOUBLE, "running mean");
    expectAll(running.runningVar, after.running_var, DOUBLE, "running variance");
    expectAll(batchNormFrozen(x, { ...parameters, ...running }), values.predicted, DOUBLE, "predicted");
  });

  it("in the kernels", () => {
    lab.clear();
    const [from, to, below] = [lab.matrix("x", B, N, x), lab.matrix("y", B, N), lab.matrix("dx", B, N)];
    const above = lab.matrix("dy", B, N, d);
    const [weights, biases] = [lab.vector("weight", weight), lab.vector("bias", bias)];
    const [weightGradient, biasGradient] = [lab.vector("dweight", weight), lab.vector("dbias", bias)];
    const [mean, variance] = [lab.vector("mean", runningMean), lab.vector("variance", runningVar)];
    const kept = lab.buffer("kept", kind === "batchNorm" ? Math.ceil(N / 4) * 64 : 16 * B);
    const status = lab.buffer("status", Int32Array.of(0));
    const rows = { stride: from.stride, B, N };
    const forward = { x: from.pointer, y: to.pointer, ...rows, weights: weights.pointer, biases: biases.pointer, epsilon };
    const places = { weightGradient: weightGradient.pointer, biasGradient: biasGradient.pointer, kept: kept.pointer };
    const backward = { x: from.pointer, dy: above.pointer, ...rows, kept: kept.pointer };
    const running = { runningMean: mean.pointer, runningVar: variance.pointer };
    if (kind === "batchNorm") {
      const call = { ...forward, ...running, kept: kept.pointer, momentum, status: status.pointer };
      lab.run("batchNormForward", call, [to, mean, variance, kept], 2);
      expectAll(lab.readVector(mean, N), after.running_mean, SINGLE, "running mean");
      expectAll(lab.readVector(variance, N), after.running_var, SINGLE, "running variance");
    } else {
      lab.run("layerNormForward", { ...forward, kept: kept.pointer }, [to, kept], 2);
    }
    expectAll(lab.readMatrix(to), values.y, SINGLE, "y");
    if (kind === "batchNorm") {
      const call = { ...backward, ...places, dx: below.pointer, weights: weights.pointer };
      lab.run("batchNormGradient", call, [below, weightGradient, biasGradient], 2);
      lab.run("batchNormFrozen", { ...forward, ...running }, [to], 2);
      expectAll(lab.readMatrix(to), values.predicted, SINGLE, "predicted");
    } else {
      lab.run("layerNormParameterGradient", { ...backward, ...places }, [weightGradient, biasGradient], 2);
      lab.run("layerNormGradient", { ...backward, dx: below.pointer, weights: weights.pointer }, [below], 2);
    }
    expectAll(lab.readMatrix(below), values.dx, SINGLE, "dx");
    expectAll(lab.readVector(weightGradient, N), values.weightGradient, SINGLE, "gradient of the weight");
    expectAll(lab.readVector(biasGradient, N), values.biasGradient, SINGLE, "gradient of the bias");
  });
});

describe("a network with both", () => {
  it("is trained as PyTorch trains it, and predicts the same with the same running statistics", async () => {
    const { x, y, initial, losses, final, logits } = training;
    const model = sequential({ input: [5], seed: 1 }, [dense(9), batchNorm(), relu(), dense(6), layerNorm(), dense(3)]);
    const names = ["dense1", "batchNorm1", "relu1", "dense2", "layerNorm1", "dense3"];
    const ours = (name: string) => `${names[Number(name.split(".")[0])]}.${name.split(".")[1]}`;
    expect(Object.keys(initial).map(ours).sort()).toEqual([...model.weights.keys()].sort());
    model.setWeights(Object.fromEntries(Object.entries(initial).map(([name, values]) => [ours(name), values])));

    const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, l2: 0.01 });
    const data = { x: Float32Array.from(x), y: Int32Array.from(y) };
    const trainer = await model.trainer(data, { loss: "crossEntropy", optimizer, batchSize: 8, shuffle: false });
    const steps = await trainer.run(losses.length);
    await trainer.commit();
    trainer.close();
    const told = steps.map(({ loss }) => loss);
    expectAll(told, losses, SINGLE, "losses");
    for (const [name, values] of Object.entries(final)) expectAll(model.weights.get(ours(name)) ?? [], values, SINGLE, name);
    const predicted = await model.predict(data.x, { output: "logits" });
    expectAll(predicted.data, logits, SINGLE, "logits");
  });
});
