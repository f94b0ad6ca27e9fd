import { adam, dense, dropout, gaussianNegativeLogLikelihood, loadModel, type Model, relu, saveModel, sequential } from "drowse";
import { loadModel as loadPredictor } from "drowse/predict";
import { beforeAll, describe, expect, it } from "vitest";
import { mutualInformation, predictiveEntropy } from "../uncertainty/entropy.ts";
import { sampleDeviation, sampleMean } from "../uncertainty/mean-and-deviation.ts";
import { variationRatio } from "../uncertainty/variation-ratio.ts";
import { ensemble } from "./ensemble.ts";

const x = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const y = x.map(([a, b]) => (a > 0 ? 1 : 0) + (b > 0.5 ? 1 : 0));
const asked = [
  [0.2, 0.1],
  [-3, 2],
  [0, 0],
];

async function trained(seed: number, rate = 0.3, loss: "crossEntropy" | "meanSquaredError" = "crossEntropy"): Promise<Model> {
  const outputs = loss === "crossEntropy" ? 3 : 1;
  const layers = [dense(12), relu(), ...(rate > 0 ? [dropout({ rate })] : []), dense(outputs)];
  const model = sequential({ input: [2], seed }, layers);
  await model.fit({ x, y: loss === "crossEntropy" ? y : y.map((value) => [value]) }, { loss, optimizer: adam(), epochs: 3 });
  return model;
}

let members: Model[];
beforeAll(async () => {
  members = [await trained(1), await trained(2), await trained(3)];
});
const tables = () => Promise.all(members.map((member) => member.predict(asked)));

describe("an ensemble", () => {
  it("predicts the mean of its members, for any number of threads", async () => {
    const whole = ensemble(members);
    const { data, shape } = await whole.predict(asked);
    expect(shape).toEqual([3, 3]);
    const mean = sampleMean(await tables()).data;
    for (const [i, value] of mean.entries()) expect(data[i]).toBeCloseTo(value, 6);
    expect((await whole.predict(asked, { threads: 2 })).data).toEqual(data);
    const logits = await whole.predict(asked, { output: "logits" });
    for (const [i, value] of mean.entries()) expect(Math.exp(logits.data[i])).toBeCloseTo(value, 5);
    expect(whole).toMatchObject({ inputShape: [2], outputShape: [3], link: "softmax" });
  });

  it("takes its members for samples", async () => {
    const samples = await tables();
    const told = await ensemble(members).predictUncertain(asked, { keepSamples: true, quantiles: [0, 1] });
    expect(told.mean).toEqual({ ...sampleMean(samples), shape: [3, 3] });
    expect(told.std.data).toEqual(sampleDeviation(samples).data);
    expect(told.entropy).toEqual(predictiveEntropy(samples));
    expect(told.mutualInformation).toEqual(mutualInformation(samples));
    expect(told.variationRatio).toEqual(variationRatio(samples));
    expect(told.samples.shape).toEqual([3, 3, 3]);
    expect(told.samples.data).toEqual(Float32Array.from(samples.flatMap(({ data }) => [...data])));
    expect(Math.max(...told.mutualInformation)).toBeGreaterThan(0);
  });

  it("takes masks of each member for samples where a number is given", async () => {
    const told = await ensemble(members).predictUncertain(asked, { samples: 4, keepSamples: true });
    const parts = await Promise.all(members.map((member) => member.predictUncertain(asked, { samples: 4, keepSamples: true })));
    expect(told.samples.shape).toEqual([12, 3, 3]);
    expect(told.samples.data).toEqual(Float32Array.from(parts.flatMap(({ samples }) => [...samples.data])));
    const other = await ensemble(members).predictUncertain(asked, { samples: 4, seed: 9 });
    expect(other.mean.data).not.toEqual(told.mean.data);
  });

  it("of numbers has a mean, a spread, and with tau a variance", async () => {
    const all = [await trained(1, 0, "meanSquaredError"), await trained(2, 0, "meanSquaredError")];
    const { std, variance } = await ensemble(all).predictUncertain(asked, { tau: 4 });
    expect(variance.total.data[1]).toBeCloseTo(std.data[1] ** 2 + 0.25, 12);
    await expect(ensemble(all).predictUncertain(asked, { samples: 3 })).rejects.toThrow("has no layer that drops anything");
  });

  it("of means and variances is the mixture of Gaussians", async () => {
    const make = async (seed: number) => {
      const model = sequential({ input: [2], seed }, [dense(8), relu(), dense(2)]);
      await model.fit(
        { x, y: y.map((value) => [value]) },
        { loss: gaussianNegativeLogLikelihood(), optimizer: adam(), epochs: 2 },
      );
      return model;
    };
    const all = [await make(1), await make(2)];
    const [one, two] = await Promise.all(all.map((member) => member.predict(asked)));
    const { data } = await ensemble(all).predict(asked);
    const mean = (one.data[0] + two.data[0]) / 2;
    const variance = (one.data[1] + two.data[1] + (one.data[0] - mean) ** 2 + (two.data[0] - mean) ** 2) / 2;
    expect(data[0]).toBeCloseTo(mean, 6);
    expect(data[1]).toBeCloseTo(variance, 6);
    const { variance: parts } = await ensemble(all).predictUncertain(asked);
    expect(parts.total.data[0]).toBeCloseTo(variance, 6);
  });

  it("takes networks of files too, those of the door that predicts alone among them", async () => {
    const files = members.map((member) => saveModel(member));
    const { data } = await ensemble(members).predict(asked);
    expect((await ensemble(files.map((bytes) => loadModel(bytes))).predict(asked)).data).toEqual(data);
    expect((await ensemble(files.map((bytes) => loadPredictor(bytes))).predict(asked)).data).toEqual(data);
  });

  it("refuses what does not belong together", async () => {
    expect(() => ensemble([])).toThrow("ensemble: the members are []; give an array of networks");
    expect(() => ensemble(undefined as never)).toThrow("ensemble: the members are undefined");
    expect(() => ensemble([members[0], {} as never])).toThrow("ensemble: member 2 is ");
    const numbers = await trained(4, 0, "meanSquaredError");
    expect(() => ensemble([members[0], numbers])).toThrow(
      "ensemble: member 2 makes [1] of [2], output identity, and member 1 makes [3] of [2], output softmax",
    );
    const whole = ensemble(members);
    await expect(whole.predict(asked, { output: "classes" as never })).rejects.toThrow('predict: output is "classes"');
    await expect(whole.predict([[1]])).rejects.toThrow("predict: ");
    await expect(whole.predictUncertain(asked, { tau: 1 })).rejects.toThrow("predictUncertain: tau is 1, and what is predicted");
    await expect(whole.predictUncertain(asked, { sample: 1 } as never)).rejects.toThrow('unknown option "sample"');
    await expect(whole.predictUncertain(asked, { quantiles: [2] })).rejects.toThrow("the levels are");
    await expect(whole.predictUncertain(asked, { samples: 0 })).rejects.toThrow("samples is 0");
    await expect(whole.predictUncertain(asked, { samples: 1e8 })).rejects.toThrow(
      "predictUncertain: 100000000 samples of 3 members are 2700000000 numbers for 3 rows, more than 268435456; give fewer samples",
    );
  });
});
