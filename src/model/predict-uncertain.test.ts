import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LayerRecipe, make, plainRecipe, type Recipe, recipes } from "../../test/networks.ts";
import { batchOf, twinOf } from "../../test/twins.ts";
import { batchNorm } from "../layers/batch-norm.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { relu } from "../layers/relu.ts";
import { gaussianNegativeLogLikelihood } from "../losses/gaussian-negative-log-likelihood.ts";
import { sgd } from "../optimizers/sgd.ts";
import { maskOfRow } from "../random/mask.ts";
import { MONTE_CARLO, streamKey } from "../random/streams.ts";
import { prediction, sampledPass } from "../reference/network.ts";
import { softmax } from "../reference/softmax.ts";
import { sizeOf } from "../tensor/shape.ts";
import { sampleDeviation, sampleMean } from "../uncertainty/mean-and-deviation.ts";
import { sampleQuantiles } from "../uncertainty/quantiles.ts";
import type { Model } from "./model.ts";
import { predictUncertain } from "./predict-uncertain.ts";
import { samplingSize } from "./sampling.ts";
import { sequential } from "./sequential.ts";

const RUNS = { numRuns: process.env.DROWSE_DEEP === "1" ? 1000 : 60, seed: 4 };

const asleep = (rate: number, shared = false): LayerRecipe => ({ type: "dropout", rate, shared });
const product = (units: number): LayerRecipe => ({ type: "dense", units, bias: true });
const rectifier: LayerRecipe = { type: "relu" };

function isRandom(model: Model): boolean {
  return model.graph.nodes.some(({ layer }) => layer.isRandom);
}

/** Logits of sample t for all rows, by the twin: a forward pass with the masks of stream MONTE_CARLO and pass t. */
function twinSample(recipe: Recipe, made: ReturnType<typeof make>, t: number): Float64Array {
  const { model, data } = made;
  const network = twinOf(model, { loss: recipe.loss, pass: t, stream: MONTE_CARLO });
  const all = Uint32Array.from({ length: recipe.count }, (_, row) => row);
  return sampledPass(network.layers, batchOf({ ...made, data: { x: data.x, y: data.y } }, all));
}

describe("Monte Carlo samples", () => {
  it("are forward passes of the twin with the masks of stream 1 and pass t", async () => {
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(recipes, fc.integer({ min: 1, max: 21 }), async (recipe, T) => {
        const made = make(recipe);
        fc.pre(isRandom(made.model));
        const outputs = sizeOf(made.model.outputShape);
        const { samples, mean } = await made.model.predictUncertain(made.data.x, {
          samples: T,
          keepSamples: true,
          output: "logits",
          threads: 1,
        });
        expect(samples.shape).toEqual([T, recipe.count, ...made.model.outputShape]);
        expect(mean.shape).toEqual([recipe.count, ...made.model.outputShape]);
        for (const t of new Set([0, T >> 1, T - 1])) {
          const expected = twinSample(recipe, made, t);
          const actual = samples.data.subarray(t * recipe.count * outputs, (t + 1) * recipe.count * outputs);
          expect(actual.length).toBe(expected.length);
          const size = Math.sqrt(expected.reduce((sum, value) => sum + value * value, 1e-12) / expected.length);
          for (const [i, value] of expected.entries()) {
            expect(Math.abs(actual[i] - value), `sample ${t}, number ${i}`).toBeLessThan(2e-4 * Math.max(size, Math.abs(value)));
          }
        }
        seen++;
      }),
      RUNS,
    );
    expect(seen).toBeGreaterThan(30);
  });

  it("have the masks of maskOfRow, for a row of any index", async () => {
    const model = sequential({ input: [20], seed: 9 }, [dropout({ rate: 0.3, name: "sleepy" })]);
    const x = new Float32Array(300 * 20).fill(0.7);
    const { samples } = await model.predictUncertain(x, { samples: 7, seed: 11, keepSamples: true, threads: 1 });
    for (const [t, row] of [
      [0, 0],
      [3, 299],
      [6, 131],
    ]) {
      const mask = maskOfRow(streamKey(11, "mask/sleepy"), 0.3, 20, { row, pass: t, stream: MONTE_CARLO });
      const start = (t * 300 + row) * 20;
      const scale = Math.fround(1 / (1 - 0.3));
      expect([...samples.data.subarray(start, start + 20)]).toEqual(
        [...mask].map((awake) => awake * Math.fround(Math.fround(0.7) * scale)),
      );
    }
  });

  it("do not depend on threads, on the rows beside them, or on how many samples there are", async () => {
    const recipe = plainRecipe({
      layers: [product(40), rectifier, asleep(0.5), product(30), rectifier, asleep(0.2, true), product(3)],
      count: 60,
    });
    const { model, data } = make(recipe);
    const x = data.x as Float32Array;
    const options = { samples: 23, keepSamples: true, quantiles: [0.1, 0.9] };
    const one = await model.predictUncertain(x, { ...options, threads: 1 });
    for (const threads of [2, 3]) {
      const other = await model.predictUncertain(x, { ...options, threads });
      expect(other).toEqual(one);
    }
    const fewer = await model.predictUncertain(x, { ...options, samples: 10, threads: 1 });
    expect(fewer.samples.data).toEqual(one.samples.data.subarray(0, 10 * 60 * 3));
    const first = await model.predictUncertain(x.subarray(0, 5 * 13), { ...options, threads: 1 });
    for (let t = 0; t < 23; t++) {
      expect(first.samples.data.subarray(t * 15, (t + 1) * 15)).toEqual(one.samples.data.subarray(t * 180, t * 180 + 15));
    }
    // And again, by machines that were kept.
    expect(await model.predictUncertain(x, { ...options, threads: 1 })).toEqual(one);
  });

  it("of another seed are others, and those of the model's seed are the default", async () => {
    const { model, data } = make(plainRecipe({ layers: [asleep(0.5), product(3)] }));
    const options = { samples: 4, keepSamples: true };
    const [own, given, other] = [
      await model.predictUncertain(data.x, options),
      await model.predictUncertain(data.x, { ...options, seed: model.seed }),
      await model.predictUncertain(data.x, { ...options, seed: model.seed + 1 }),
    ];
    expect(given).toEqual(own);
    expect(other.samples.data).not.toEqual(own.samples.data);
  });

  it("are not those of training", async () => {
    const { model, data } = make(plainRecipe({ layers: [asleep(0.5)], loss: "meanSquaredError" }));
    const { samples } = await model.predictUncertain(data.x, { samples: 1, keepSamples: true });
    const { layers } = await model.trace(data, { loss: "meanSquaredError", pass: 0 });
    expect([...samples.data]).not.toEqual([...(layers.get("dropout1")?.output.data ?? [])]);
  });

  it("leave the model as it is, and its predictions", async () => {
    const { model, data } = make(plainRecipe({ layers: [product(8), rectifier, asleep(0.5), product(3)] }));
    const before = await model.predict(data.x);
    const [weights, pass] = [new Map(model.weights), model.pass];
    await model.predictUncertain(data.x, { samples: 5 });
    expect(await model.predict(data.x)).toEqual(before);
    expect([model.weights, model.pass]).toEqual([weights, pass]);
  });

  it("skip the trunk: rates of 0 and layers before the first mask give one value for all samples", async () => {
    const recipe = plainRecipe({ layers: [asleep(0), product(6), rectifier, product(5), asleep(1), product(2)] });
    const made = make(recipe);
    const { std, mean } = await made.model.predictUncertain(made.data.x, { samples: 9, output: "logits" });
    // At rate 1 all is zero, and what is left is the last bias.
    const bias = made.model.weights.get("dense3.bias") ?? [];
    expect([...mean.data.subarray(0, 2)]).toEqual([...bias]);
    expect(std.data.every((value) => value === 0)).toBe(true);
  });
});

describe("batch normalisation", () => {
  it("stays frozen while dropout wakes up: its running statistics serve, and do not change", async () => {
    const { data } = make(plainRecipe({ layers: [asleep(0.5), product(3)], count: 30, rows: 30 }));
    const layers = () => [dense(8), batchNorm(), relu(), dropout({ rate: 0.5 }), dense(3)];
    const model = sequential({ input: [13], seed: 2 }, layers());
    await model.fit(data, { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }), epochs: 3, batchSize: 10 });
    const before = new Map([...model.weights].map(([name, values]) => [name, values.slice()]));
    expect([...before.keys()].filter((name) => name.includes("running")).length).toBeGreaterThan(0);
    const { samples } = await model.predictUncertain(data.x, { samples: 40, keepSamples: true });
    expect(new Map(model.weights)).toEqual(before);
    // A row alone has the samples that it has among others: no statistics of the batch.
    const alone = await model.predictUncertain((data.x as Float32Array).subarray(0, 13), { samples: 40, keepSamples: true });
    for (let t = 0; t < 40; t++) {
      expect(alone.samples.data.subarray(3 * t, 3 * t + 3)).toEqual(samples.data.subarray(90 * t, 90 * t + 3));
    }
    expect(new Set(Array.from({ length: 40 }, (_, t) => samples.data[90 * t])).size).toBeGreaterThan(2);
  });
});

describe("what predictUncertain tells", () => {
  it("are the statistics of its samples, of the probabilities after training with cross-entropy", async () => {
    const recipe = plainRecipe({ layers: [product(12), rectifier, asleep(0.4), product(3)], count: 270, rows: 270 });
    const made = make(recipe);
    const { model, data } = made;
    await model.fit(data, { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }), epochs: 1 });
    const result = await model.predictUncertain(data.x, { samples: 13, keepSamples: true, quantiles: [0, 0.5] });
    const { samples, mean, std, quantiles, entropy, mutualInformation, variationRatio } = result;
    expect(() => result.variance).toThrow(
      "predictUncertain: variance is read, and the noise of the targets is not known; give tau, which chooseTau finds, or train on numbers",
    );
    expect(mean).toEqual(sampleMean(samples));
    expect(std).toEqual(sampleDeviation(samples));
    expect(quantiles).toEqual(sampleQuantiles(samples, [0, 0.5]));
    expect([entropy.length, mutualInformation.length, variationRatio.length]).toEqual([270, 270, 270]);
    const logits = twinSample(recipe, { ...made, model }, 5);
    const expected = softmax(logits, 270, 3);
    for (const [i, value] of expected.entries()) expect(samples.data[5 * 270 * 3 + i]).toBeCloseTo(value, 5);
    for (const [row, information] of mutualInformation.entries()) {
      expect(information).toBeLessThanOrEqual(entropy[row] + 1e-12);
    }
  });

  it("are variances of a regression, with tau", async () => {
    const { model, data } = make(
      plainRecipe({ layers: [product(12), rectifier, asleep(0.4), product(2)], loss: "meanSquaredError" }),
    );
    await model.fit(data, { loss: "meanSquaredError", optimizer: sgd({ learningRate: 0.01 }), epochs: 1 });
    const result = await model.predictUncertain(data.x, { samples: 6, tau: 4 });
    const { std, variance } = result;
    for (const name of ["entropy", "mutualInformation", "variationRatio"] as const) {
      expect(() => result[name]).toThrow(`predictUncertain: ${name} is read, and the model predicts no probabilities; read std`);
    }
    expect(() => result.samples).toThrow("give keepSamples: true");
    expect(Object.keys(result)).toEqual(["mean", "std", "quantiles", "variance"]);
    expect(variance.epistemic.data).toEqual(std.data.map((value) => value ** 2));
    expect(variance.aleatoric.data.every((value) => value === 0.25)).toBe(true);
    expect(variance.total.data).toEqual(variance.epistemic.data.map((value) => value + 0.25));
  });

  it("are variances of a regression, where the network tells means and variances", async () => {
    const layers = [product(12), rectifier, asleep(0.4), product(4)];
    const { model, data } = make(plainRecipe({ layers, loss: "meanSquaredError" }));
    const y = { data: Float32Array.from((data.y as Float32Array).subarray(0, 60)), shape: [30, 2] };
    const loss = gaussianNegativeLogLikelihood();
    await model.fit({ x: data.x, y }, { loss, optimizer: sgd({ learningRate: 0.01 }), epochs: 1 });
    const { mean, std, variance, samples } = await model.predictUncertain(data.x, { samples: 6, keepSamples: true });
    expect([mean.shape, std.shape, samples.shape]).toEqual([
      [30, 2],
      [30, 2],
      [6, 30, 4],
    ]);
    const pick = (column: number, row: number) => Array.from({ length: 6 }, (_, t) => samples.data[(t * 30 + row) * 4 + column]);
    const averageOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / 6;
    for (const row of [0, 7, 29]) {
      for (const target of [0, 1]) {
        expect(mean.data[2 * row + target]).toBeCloseTo(averageOf(pick(target, row)), 12);
        expect(variance.aleatoric.data[2 * row + target]).toBeCloseTo(averageOf(pick(2 + target, row)), 12);
      }
    }
    await expect(model.predictUncertain(data.x, { tau: 1 })).rejects.toThrow("the network tells the noise itself");
  });

  it("are entropies per output after binary cross-entropy", async () => {
    const { model, data } = make(plainRecipe({ layers: [product(5), asleep(0.4), product(4)], loss: "binaryCrossEntropy" }));
    await model.fit(data, { loss: "binaryCrossEntropy", optimizer: sgd({ learningRate: 0.01 }), epochs: 1 });
    const { mean, entropy, variationRatio } = await model.predictUncertain(data.x, { samples: 6 });
    expect([entropy.length, variationRatio.length]).toEqual([120, 120]);
    for (const [i, p] of mean.data.entries()) {
      expect(entropy[i]).toBeCloseTo(-p * Math.log(p) - (1 - p) * Math.log(1 - p), 12);
    }
  });

  it("is the mean that weight scaling predicts, where the network is linear", async () => {
    const recipe = plainRecipe({
      layers: [asleep(0.5), product(6), asleep(0.3), product(2)],
      loss: "meanSquaredError",
      count: 5,
    });
    const { model, data, inputs } = make(recipe);
    const T = 4000;
    const { mean, std } = await model.predictUncertain(data.x, { samples: T });
    const expected = prediction(twinOf(model, { loss: "meanSquaredError", pass: 0 }).layers, inputs, 5);
    for (const [i, value] of expected.entries()) {
      expect(Math.abs(mean.data[i] - value)).toBeLessThan((4.5 * std.data[i]) / Math.sqrt(T));
    }
  });
});

describe("how much runs at a time", () => {
  it("is at least one row and one sample, no more than there are, and fits", () => {
    const counts = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 5000 }), (count, T, outputs) => {
        const { rows, samples } = samplingSize(count, T, outputs);
        expect(rows).toBeGreaterThanOrEqual(1);
        expect(samples).toBeGreaterThanOrEqual(1);
        expect(rows).toBeLessThanOrEqual(count);
        expect(samples).toBeLessThanOrEqual(T);
        expect(rows * samples).toBeLessThanOrEqual(128);
      }),
    );
    expect(samplingSize(10_000, 100, 10)).toEqual({ rows: 12, samples: 10 });
    expect(samplingSize(1, 100, 10)).toEqual({ rows: 1, samples: 100 });
  });
});

describe("predictUncertain refuses", () => {
  const model = sequential({ input: [2], seed: 1 }, [dropout({ rate: 0.5 }), dense(1)]);
  it.each<[string, () => Promise<unknown>]>([
    [
      "the model has no layer that drops anything",
      () => sequential({ input: [2], seed: 1 }, [dense(3), relu()]).predictUncertain([[1, 2]]),
    ],
    [
      "the model has no layer that drops anything",
      () => sequential({ input: [2], seed: 1 }, [dropout({ rate: 0 }), dense(3)]).predictUncertain([[1, 2]]),
    ],
    ["samples is 0; give a whole number of at least 1, such as 100", () => model.predictUncertain([[1, 2]], { samples: 0 })],
    ["first is -1; give a whole number of at least 0", () => predictUncertain(model, [[1, 2]], {}, -1)],
    ["first is 1.5; give a whole number of at least 0", () => predictUncertain(model, [[1, 2]], {}, 1.5)],
    ["samples is 2.5", () => model.predictUncertain([[1, 2]], { samples: 2.5 })],
    ["the seed is -1", () => model.predictUncertain([[1, 2]], { seed: -1 })],
    ["the levels are [2]", () => model.predictUncertain([[1, 2]], { quantiles: [2] })],
    ["tau is 0", () => model.predictUncertain([[1, 2]], { tau: 0 })],
    [
      "tau is 1, and what is predicted are no numbers of a regression",
      () => model.predictUncertain([[1, 2]], { tau: 1, output: "logits" }),
    ],
    ['unknown option "sample"', () => model.predictUncertain([[1, 2]], { sample: 1 } as never)],
    ["keepSamples is 1; give true or false", () => model.predictUncertain([[1, 2]], { keepSamples: 1 as never })],
    ['output is "classes"', () => model.predictUncertain([[1, 2]], { output: "classes" as never })],
    ["x has 3 numbers", () => model.predictUncertain(new Float32Array(3))],
  ])("%s", async (message, call) => {
    await expect(call()).rejects.toThrow(`predictUncertain: ${message}`);
  });

  it("numbers that are not finite, and names their row", async () => {
    const large = sequential({ input: [1], seed: 1 }, [dropout({ rate: 0.5 }), dense(2, { initializer: [3e38, 3e38] })]);
    await expect(large.predictUncertain([[0], [1], [100]], { samples: 50 })).rejects.toThrow(
      /the output is Infinity in row [12]/,
    );
  });

  it("to go on when it is aborted, with the signal's reason", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(model.predictUncertain([[1, 2]], { signal })).rejects.toThrow("enough");
  });
});
