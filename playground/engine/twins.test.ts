import { dropoutMask, dropoutNoise } from "drowse";
import { afterEach, describe, expect, it } from "vitest";
import { type Settings, standardSettings } from "../state/settings.ts";
import { buildNetwork, hiddenDropout } from "./network.ts";
import { Twins } from "./twins.ts";

let twins: Twins | undefined;
afterEach(() => twins?.close());

async function make(changes: Partial<Settings>): Promise<Twins> {
  twins = await Twins.make({ ...standardSettings, points: 40, hidden: [12, 12], ...changes });
  return twins;
}

describe("the twins", () => {
  it("are one network while nobody sleeps", async () => {
    const both = await make({ rate: 0 });
    await both.run(30);
    const { awake, drowsy } = await both.look(0);
    expect(drowsy).toEqual(awake);
  });

  it("start from the same weights, and part when somebody sleeps", async () => {
    const both = await make({ rate: 0.4 });
    const before = await both.look(0);
    expect(before.drowsy.field).toEqual(before.awake.field);
    await both.run(30);
    const after = await both.look(0);
    expect(after.drowsy.field).not.toEqual(after.awake.field);
    expect(after).toMatchObject({ step: 30, epoch: 10, stepsPerEpoch: 3 });
  });

  it("go on with another rate, which the one that is awake does not have", async () => {
    const both = await make({ rate: 0.4 });
    both.steer({ ...standardSettings, points: 40, hidden: [12, 12], rate: 1 });
    const { awake, drowsy } = await both.look(0);
    expect(awake.walk.columns[1].mask).toEqual(new Uint8Array(12).fill(1));
    expect(drowsy.walk.columns[1].mask).toEqual(new Uint8Array(12));
  });
});

describe("a walk through one step", () => {
  it.each(["inverted", "standard"] as const)("has the engine's masks, and with %s scaling its numbers", async (scaling) => {
    const settings = { ...standardSettings, points: 40, hidden: [12, 12], rate: 0.3, inputRate: 0.5, scaling };
    const both = await make(settings);
    await both.run(7);
    const { drowsy } = await both.look(5);
    const { walk } = drowsy;
    const model = buildNetwork(settings, { awake: false });
    expect(walk).toMatchObject({ row: 5, pass: 2 });
    for (const index of [0, 1]) {
      const { mask, before, after, gradient, gradientAfter } = walk.columns[index + 1];
      expect(mask).toEqual(dropoutMask(model, hiddenDropout(index), { rows: [5], pass: 2 }).data);
      const scale = scaling === "inverted" ? 1 / 0.7 : 1;
      for (const [unit, word] of mask.entries()) {
        expect(after[unit]).toBeCloseTo(word * before[unit] * scale, 6);
        expect(gradient?.[unit]).toBeCloseTo(word * (gradientAfter?.[unit] ?? Number.NaN) * scale, 6);
      }
      // Weights of neurons that sleep are left as they are, and some others are not.
      const { weights, updated } = walk.bundles[index + 1];
      for (const [unit, word] of mask.entries()) if (word === 0) expect(updated[unit]).toBe(weights[unit]);
    }
    // Prediction: the same network at rate 0, where standard scaling leaves (1 - rate) of what each unit holds.
    const asleep = both.model.weights;
    const first = walk.columns[1].predicted;
    for (const [unit, value] of first.entries()) {
      const [w0, w1] = asleep.get("dense1.weight")?.subarray(2 * unit, 2 * unit + 2) ?? [];
      const keep = scaling === "standard" ? 0.5 : 1;
      const sum =
        keep * (w0 * walk.columns[0].before[0] + w1 * walk.columns[0].before[1]) + (asleep.get("dense1.bias")?.[unit] ?? 0);
      expect(value).toBeCloseTo(Math.max(0, sum), 5);
    }
    expect(walk.bundles[2].updated).not.toEqual(walk.bundles[2].weights);
  });

  it("has the engine's noise with Gaussian dropout, and nobody asleep", async () => {
    const settings = { ...standardSettings, points: 40, hidden: [12, 12], rate: 0.3, kind: "gaussian" } as const;
    const both = await make(settings);
    await both.run(7);
    const { walk } = (await both.look(5)).drowsy;
    const model = buildNetwork(settings, { awake: false });
    for (const index of [0, 1]) {
      const { mask, factors, before, after, gradient, gradientAfter } = walk.columns[index + 1];
      expect(mask).toEqual(new Uint8Array(12).fill(1));
      expect(factors).toEqual(dropoutNoise(model, hiddenDropout(index), { rows: [5], pass: 2 }).data);
      for (const [unit, factor] of factors.entries()) {
        expect(after[unit]).toBeCloseTo(factor * before[unit], 6);
        expect(gradient?.[unit]).toBeCloseTo(factor * (gradientAfter?.[unit] ?? Number.NaN), 6);
      }
    }
    const { walk: awake } = (await both.look(5)).awake;
    expect(awake.columns[1].factors).toEqual(new Float32Array(12).fill(1));
  });
});
