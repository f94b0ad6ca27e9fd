import { describe, expect, it } from "vitest";
import { dataOf } from "../data/data-set.ts";
import { type Settings, standardSettings } from "../state/settings.ts";
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
    { data: "gap" },
  ] as const)("says what the engine computes with the same mask: %j", async (changes) => {
    const settings: Settings = { ...base, ...changes };
    const { train, task } = dataOf(settings, undefined);
    const model = buildNetwork(settings, { awake: false, inputs: task.inputs });
    for (const sample of [0, 1, 5]) {
      const trace = await model.trace(train, { loss: task.loss, rows: [sample], pass: SAMPLE_PASS });
      const point = train.x.subarray(task.inputs * sample, task.inputs * (sample + 1));
      const { data } = await thin(model, settings, sample).predict(point, { output: "logits" });
      expect(data[0]).toBeCloseTo(trace.layers.get("dense3")?.output.data[0] ?? Number.NaN, 5);
    }
  });

  it("is another for another sample", async () => {
    const model = buildNetwork(base, { awake: false });
    const [one, other] = [0, 1].map((sample) => thin(model, base, sample).weights.get("dense2.weight"));
    expect(one).not.toEqual(other);
  });
});

describe("the ensemble", () => {
  it("has no doubt where nobody sleeps, and some where somebody does", async () => {
    const question = { places: planePlaces(8), loss: "binaryCrossEntropy" } as const;
    const awake = { ...base, rate: 0, inputRate: 0 };
    const sure = await ask(buildNetwork(awake, { awake: false }), awake, 3, question);
    expect(Math.max(...sure.deviation)).toBeLessThan(1e-4);
    const unsure = await ask(buildNetwork(base, { awake: false }), base, 3, question);
    expect(Math.max(...unsure.deviation)).toBeGreaterThan(0.01);
    expect(Math.max(...unsure.deviation)).toBeLessThanOrEqual(0.5);
    expect(unsure.one).toHaveLength(64);
  });
});
