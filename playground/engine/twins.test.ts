import { dropoutMask, dropoutNoise } from "drowse";
import { afterEach, describe, expect, it } from "vitest";
import { digits } from "../../test/digits.ts";
import { fitted } from "../state/fitting.ts";
import { kindNames, rateOf, type Settings, standardSettings } from "../state/settings.ts";
import { hiddenDropout } from "./kinds.ts";
import { buildNetwork } from "./network.ts";
import { scheduleOf } from "./schedules.ts";
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
    // Of one of them less is told.
    const told = ({ walk, ...others }: typeof awake) => ({
      ...others,
      walk: { ...walk, bundles: walk.bundles.map(({ updated: _, ...numbers }) => numbers) },
    });
    expect(told(drowsy)).toEqual(told(awake));
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
    await both.steer({ ...standardSettings, points: 40, hidden: [12, 12], rate: 1 });
    const { awake, drowsy } = await both.look(0);
    expect(awake.walk.columns[1].mask).toEqual(new Uint8Array(12).fill(1));
    expect(drowsy.walk.columns[1].mask).toEqual(new Uint8Array(12));
  });
});

describe("a left network that sleeps as well", () => {
  const settings: Settings = { ...standardSettings, points: 40, hidden: [12, 12], rates: [0.2, 0.5], left: "otherScaling" };

  it.each(["inverted", "standard"] as const)(
    "has the masks of the right one, which is %s, and the other scale",
    async (scaling) => {
      const both = await make({ ...settings, scaling });
      await both.run(7);
      const { awake, drowsy } = await both.look(5);
      for (const [index, { mask, factors }] of drowsy.walk.columns.entries()) {
        const keep = 1 - drowsy.walk.columns[index].rate;
        const left = awake.walk.columns[index];
        expect(left.mask).toEqual(mask);
        for (const [unit, factor] of factors.entries()) {
          expect(left.factors[unit]).toBeCloseTo(scaling === "inverted" ? factor * keep : factor / keep, 6);
        }
      }
      expect(awake.walk.columns[2].mask).toContain(0);
      expect(awake.testLoss).not.toBe(drowsy.testLoss);
    },
  );

  it("follows the rates of the right one, and its schedule", async () => {
    const both = await make(settings);
    const rates = async () => {
      const { awake, drowsy } = await both.look(0);
      expect(awake.walk.columns.map(({ rate }) => rate)).toEqual(drowsy.walk.columns.map(({ rate }) => rate));
      return awake.walk.columns.map(({ rate }) => rate);
    };
    expect(await rates()).toEqual([0, 0.2, 0.5]);
    await both.steer({ ...settings, rates: [0.7, 0.1] });
    expect(await rates()).toEqual([0, 0.7, 0.1]);
    await both.steer({ ...settings, schedule: "linear", span: 10 });
    await both.run(30);
    expect((await rates())[2]).toBeGreaterThan(0.45);
  });
});

describe("a schedule", () => {
  const settings: Settings = { ...standardSettings, points: 40, hidden: [12, 12], rates: [0.2, 0.5], inputRate: 0.1, span: 10 };
  const ratesAt = async (both: Twins) => (await both.look(0)).drowsy.walk.columns.map(({ rate }) => rate);
  /** The rates of the step before `step`, of 30. */
  const planned = (schedule: Settings["schedule"], step: number) =>
    [0.1, 0.2, 0.5].map((rate) => scheduleOf({ schedule })?.(step - 1, { steps: 30, rate }));

  it.each(["early", "late", "curriculum", "linear", "frontLoaded"] as const)(
    "moves the rates of all layers: %s",
    async (schedule) => {
      const both = await make({ ...settings, schedule });
      expect(await ratesAt(both)).toEqual(planned(schedule, 1));
      for (const step of [7, 16, 40]) {
        await both.run(step - (await both.look(0)).step);
        expect(await ratesAt(both)).toEqual(planned(schedule, Math.min(step, 30)));
      }
    },
  );

  it("acts on a running training, as if it had been there", async () => {
    const scheduled = await make({ ...settings, schedule: "linear" });
    await scheduled.run(20);
    const { drowsy } = await scheduled.look(0);
    scheduled.close();
    // Until step 10 by hand, by the same rates.
    const both = await make({ ...settings, rates: [0, 0], inputRate: 0 });
    for (let step = 0; step < 10; step++) {
      const [inputRate, ...rates] = planned("linear", step + 1) as number[];
      await both.steer({ ...settings, inputRate, rates });
      await both.run(1);
    }
    await both.steer({ ...settings, schedule: "linear" });
    await both.run(10);
    expect((await both.look(0)).drowsy).toEqual(drowsy);
    // And back to rates that stay.
    await both.steer({ ...settings, inputRate: 0, rates: [0, 0.9] });
    expect(await ratesAt(both)).toEqual([0, 0, 0.9]);
  });

  it("follows another rate, and another schedule, from the next step on", async () => {
    const both = await make({ ...settings, schedule: "late" });
    await both.run(20);
    await both.steer({ ...settings, rates: [0.4, 0.4], schedule: "late" });
    await both.run(1);
    expect(await ratesAt(both)).toEqual([0.1, 0.4, 0.4]);
    await both.steer({ ...settings, schedule: "early" });
    await both.run(1);
    expect(await ratesAt(both)).toEqual([0, 0, 0]);
  });
});

describe("a walk through one step", () => {
  it.each(["inverted", "standard"] as const)("has the engine's masks, and with %s scaling its numbers", async (scaling) => {
    const settings = { ...standardSettings, points: 40, hidden: [12, 12], rate: 0.3, inputRate: 0.5, scaling };
    const both = await make(settings);
    await both.run(7);
    const { drowsy } = await both.look(5);
    const { walk } = drowsy;
    const model = buildNetwork(settings);
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
    const model = buildNetwork(settings);
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

  it.each(kindNames)("has numbers that belong together: %s", async (kind) => {
    const { settings } = fitted({
      ...standardSettings,
      ...{ points: 40, hidden: [12, 9], rates: [0.3, 0.45], inputRate: 0.2, kind, learningRate: 0.003 },
    });
    const both = await make(settings);
    await both.run(7);
    const { walk } = (await both.look(5)).drowsy;
    for (const [index, column] of walk.columns.entries()) {
      const { before, after, factors, shift, mask, gradient, gradientAfter } = column;
      for (const [unit, held] of before.entries()) {
        expect(after[unit]).toBeCloseTo(factors[unit] * held + shift[unit], 5);
        if (gradient && gradientAfter) expect(gradient[unit]).toBeCloseTo(factors[unit] * gradientAfter[unit], 6);
        if (kind !== "concrete" && kind !== "alpha" && mask[unit] === 0) expect(after[unit]).toBeCloseTo(0, 12);
      }
      // What comes in leads to what is held, by the weights that are awake.
      const next = walk.columns[index + 1];
      if (!next || settings.activation !== "relu") continue;
      const { weights, biases, mask: ofWeights } = walk.bundles[index];
      const scale = ofWeights ? 1 / (1 - column.rate) : 1;
      for (const [unit, held] of next.before.entries()) {
        let sum = biases[unit];
        for (const [input, value] of after.entries()) {
          const at = unit * after.length + input;
          sum += (ofWeights?.[at] ?? 1) * scale * weights[at] * value;
        }
        expect(held).toBeCloseTo(Math.max(0, sum), 4);
      }
    }
    // With relaxed masks most are nearly awake or nearly asleep.
    if (kind === "concrete") expect(new Set(walk.columns[1].mask)).toEqual(new Set([0, 1]));
    // Somebody sleeps, or is shaken, and not all.
    const { factors } = walk.columns[1];
    const asleep = walk.bundles[1].mask ?? Uint8Array.from(factors, (factor) => Number(Math.abs(factor - factors[0]) < 1e-6));
    expect(new Set(asleep)).toEqual(new Set([0, 1]));
  });

  it("has a mask of its own for each weight of DropConnect, at the rate of the layer they come from", async () => {
    const both = await make({ kind: "dropConnect", hidden: [40, 40], rates: [0.25, 0.75], inputRate: 0 });
    const { walk } = (await both.look(5)).drowsy;
    const shares = walk.bundles.map(({ mask }) => (mask ? mask.reduce((sum, word) => sum + word, 0) / mask.length : Number.NaN));
    expect(shares[0]).toBe(1);
    expect(shares[1]).toBeCloseTo(0.75, 1);
    expect(Math.abs(shares[2] - 0.25)).toBeLessThan(0.2);
    for (const { mask, weights, updated } of walk.bundles) {
      for (const [at, word] of (mask ?? []).entries()) if (word === 0) expect(updated[at]).toBe(weights[at]);
    }
  });

  it("has with standout a mask that the engine has drawn, more often awake the larger the sum", async () => {
    const both = await make({ kind: "standout", hidden: [128], rate: 0.5, points: 8, seed: 3 });
    const keeps: number[] = [];
    const kept: number[] = [];
    for (let row = 0; row < 8; row++) {
      const { mask, before, after, chances } = (await both.look(row)).drowsy.walk.columns[1];
      for (const [unit, held] of before.entries()) if (held !== 0) expect(after[unit]).toBe(mask[unit] * held);
      keeps.push(...(chances?.keep ?? []));
      kept.push(...mask);
    }
    const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const share = (from: number, below: number) =>
      average(kept.filter((_, at) => keeps[at] >= from && keeps[at] < below)) -
      average(keeps.filter((keep) => keep >= from && keep < below));
    expect(Math.abs(share(0, 0.5))).toBeLessThan(0.08);
    expect(Math.abs(share(0.5, 1))).toBeLessThan(0.08);
  });

  it.each(["standard", "inverted"] as const)("predicts by what the whole network predicts, %s", async (scaling) => {
    for (const kind of ["dropConnect", "standout"] as const) {
      const settings: Settings = {
        ...standardSettings,
        points: 40,
        hidden: [12, 9],
        inputRate: 0.2,
        rates: [0.3, 0.4],
        kind,
        scaling,
      };
      twins?.close();
      const both = await make(settings);
      await both.run(20);
      const { walk } = (await both.look(3)).drowsy;
      const { predicted, chances, rate } = walk.columns[2];
      const { weights, biases } = walk.bundles[2];
      const handed = predicted.map((value, unit) => value * (chances?.predicted[unit] ?? 1));
      const keep = kind === "dropConnect" && scaling === "standard" ? 1 - rate : 1;
      const logit = handed.reduce((sum, value, unit) => sum + keep * weights[unit] * value, biases[0]);
      const { x } = both.data.train;
      const { data } = await both.model.predict(x.slice(6, 8), { output: "logits" });
      expect(data[0]).toBeCloseTo(logit, 4);
    }
  });
});

describe("digits", () => {
  it("are learned by both, and seen in a step", async () => {
    const settings: Settings = { ...standardSettings, data: "digits", points: 100, hidden: [16], inputRate: 0.2 };
    twins = await Twins.make(settings, digits(100));
    await twins.run(14);
    const { awake, drowsy, epoch } = await twins.look(42);
    expect(epoch).toBe(2);
    for (const { testError, field, walk } of [awake, drowsy]) {
      expect(testError).toBeLessThan(0.75);
      expect(field).toHaveLength(1000);
      expect(walk.outputs).toHaveLength(10);
      expect(walk.label).toBe(2);
    }
    const model = buildNetwork(settings, { inputs: 784, outputs: 10 });
    expect(drowsy.walk.columns[0].mask).toEqual(dropoutMask(model, "input", { rows: [42], pass: 2 }).data);
    expect(rateOf(settings, 0)).toBe(0.3);
  });
});
