import { describe, expect, it } from "vitest";
import { dataOf } from "../data/data-set.ts";
import { type Settings, standardSettings } from "../state/settings.ts";
import { loadKind } from "./kinds.ts";
import { buildNetwork } from "./network.ts";
import { planePlaces } from "./places.ts";
import { ask, SAMPLE_PASS, thin } from "./thinned.ts";

const base: Settings = { ...standardSettings, hidden: [12, 7], inputRate: 0.4, rate: 0.3 };

describe("a thinned network", () => {
  it.each([
    { scaling: "inverted" },
    { scaling: "standard" },
    { scaling: "inverted", activation: "tanh" },
    { rate: 0, inputRate: 0 },
    { rate: 1 },
    { kind: "gaussian" },
    { kind: "alpha", activation: "selu" },
    { kind: "dropConnect" },
    { kind: "dropConnect", scaling: "standard", rates: [0.5, 0.1] },
    { kind: "concrete" },
    { kind: "variational" },
    { rates: [0.6, 0.2] },
    { data: "gap" },
  ] as const)("says what the engine computes with the same mask: %j", async (changes) => {
    const settings: Settings = { ...base, ...changes };
    await loadKind(settings);
    const { train, task } = dataOf(settings, undefined);
    const model = buildNetwork(settings, { inputs: task.inputs });
    for (const sample of [0, 1, 5]) {
      const trace = await model.trace(train, { loss: task.loss, rows: [sample], pass: SAMPLE_PASS });
      const point = train.x.subarray(task.inputs * sample, task.inputs * (sample + 1));
      const { data } = await (await thin(model, settings, sample)).predict(point, { output: "logits" });
      expect(data[0]).toBeCloseTo(trace.layers.get("dense3")?.output.data[0] ?? Number.NaN, 5);
    }
  });

  it("is another for another sample", async () => {
    const model = buildNetwork(base);
    const weights = async (sample: number) => (await thin(model, base, sample)).weights.get("dense2.weight");
    const [one, other] = [await weights(0), await weights(1)];
    expect(one).not.toEqual(other);
  });
});

describe("the ensemble", () => {
  it("has no doubt where nobody sleeps, and some where somebody does", async () => {
    const question = { places: planePlaces(8), loss: "binaryCrossEntropy" } as const;
    const awake = { ...base, rate: 0, inputRate: 0 };
    const sure = await ask(buildNetwork(awake), awake, 3, question);
    expect(Math.max(...sure.deviation)).toBeLessThan(1e-4);
    const unsure = await ask(buildNetwork(base), base, 3, question);
    expect(Math.max(...unsure.deviation)).toBeGreaterThan(0.01);
    expect(Math.max(...unsure.deviation)).toBeLessThanOrEqual(0.5);
    expect(unsure.one).toHaveLength(64);
  });

  it("of standout has masks for each place", async () => {
    const question = { places: planePlaces(8), loss: "binaryCrossEntropy" } as const;
    const settings: Settings = { ...base, kind: "standout", inputRate: 0 };
    await loadKind(settings);
    const { one, mean, deviation } = await ask(buildNetwork(settings), settings, 3, question);
    expect([one.length, mean.length, deviation.length]).toEqual([64, 64, 64]);
    expect(Math.max(...deviation)).toBeGreaterThan(0.01);
    const awake: Settings = { ...settings, rate: 0 };
    const sure = await ask(buildNetwork(awake), awake, 3, question);
    expect(Math.max(...sure.deviation)).toBeLessThan(1e-4);
  });
});
