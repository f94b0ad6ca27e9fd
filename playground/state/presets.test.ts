import { afterEach, describe, expect, it } from "vitest";
import { digits } from "../../test/digits.ts";
import type { View } from "../engine/messages.ts";
import { LINE_PLACES, REACH } from "../engine/places.ts";
import { Twins } from "../engine/twins.ts";
import { presets } from "./presets.ts";

// What the page says of its presets is true.

let twins: Twins | undefined;
afterEach(() => twins?.close());

/** How the networks of a preset stand after some numbers of epochs. */
async function standsAfter(name: string, ...epochs: readonly number[]): Promise<Omit<View, "kind" | "run">[]> {
  const preset = presets.find((one) => one.name === name);
  if (!preset) throw new Error(`there is no preset ${name}`);
  const { data, points } = preset.settings;
  twins = await Twins.make(preset.settings, data === "digits" ? digits(points) : undefined);
  const stands: Omit<View, "kind" | "run">[] = [];
  let reached = 0;
  for (const epoch of epochs) {
    await twins.run((epoch - reached) * twins.stepsPerEpoch);
    reached = epoch;
    stands.push(await twins.look(0));
  }
  return stands;
}

describe("the presets", () => {
  it("Overfitting, cured: left the test loss rises, right it does not", async () => {
    const [early, late] = await standsAfter("Overfitting, cured", 60, 300);
    expect(late.awake.trainLoss).toBeLessThan(0.06);
    expect(late.awake.testLoss).toBeGreaterThan(1.3 * early.awake.testLoss);
    expect(late.drowsy.testLoss).toBeLessThan(early.drowsy.testLoss);
    expect(late.drowsy.testLoss).toBeLessThan(0.6 * late.awake.testLoss);
  });

  it("Too much sleep: the right network does not even learn its own points, and is worse at new ones, for long", async () => {
    for (const { awake, drowsy } of await standsAfter("Too much sleep", 100, 400)) {
      expect(awake.trainLoss).toBeLessThan(0.06);
      expect(drowsy.trainLoss).toBeGreaterThan(0.3);
      expect(drowsy.testLoss).toBeGreaterThan(5 * awake.testLoss);
      expect(drowsy.testError).toBeGreaterThan(5 * awake.testError + 0.02);
    }
  });

  it("Sleepy inputs: the right network knows its own points less well, and new ones better", async () => {
    const [{ awake, drowsy }] = await standsAfter("Sleepy inputs", 400);
    expect(drowsy.trainLoss).toBeGreaterThan(awake.trainLoss);
    expect(drowsy.testLoss).toBeLessThan(awake.testLoss);
  });

  it("Standard = inverted: the same masks, and curves that are nearly one", async () => {
    for (const { awake, drowsy } of await standsAfter("Standard = inverted", 50, 200, 500)) {
      for (const of of ["trainLoss", "testLoss"] as const) {
        expect(Math.abs(awake[of] - drowsy[of])).toBeLessThan(0.02);
        expect(awake[of]).not.toBe(drowsy[of]);
      }
      expect(awake.walk.columns[1].mask).toEqual(drowsy.walk.columns[1].mask);
      expect(awake.walk.columns[1].mask).toContain(0);
    }
  });

  it("An ensemble: thinned networks agree at the points, and less between the classes", async () => {
    const [{ drowsy }] = await standsAfter("An ensemble", 200);
    expect(drowsy.trainError).toBeLessThan(0.15);
    const { deviation = new Float32Array(), mean = new Float32Array() } = (await twins?.ask(0)) ?? {};
    const average = (isOf: (place: number) => boolean) => {
      const of = deviation.filter((_, place) => isOf(place));
      expect(of.length).toBeGreaterThan(30);
      return of.reduce((sum, one) => sum + one, 0) / of.length;
    };
    const nearBorder = average((place) => Math.abs(mean[place] - 0.5) < 0.25);
    expect(nearBorder).toBeGreaterThan(4 * average((place) => Math.abs(mean[place] - 0.5) > 0.48));
  });

  it("A gap in the data: the band is narrow at the points and wide in between", async () => {
    await standsAfter("A gap in the data", 300);
    const { deviation } = (await twins?.ask(0)) ?? { deviation: new Float32Array() };
    const around = (place: number) => deviation[Math.round(((place / REACH + 1) / 2) * (LINE_PLACES - 1))];
    expect(around(0)).toBeGreaterThan(1.8 * around(-0.7));
    expect(around(0)).toBeGreaterThan(1.8 * around(0.6));
  });

  it("Too little data: the right network is ahead at first, and learns by heart in the end", async () => {
    const [early, late] = await standsAfter("Too little data", 100, 500);
    expect(early.drowsy.testLoss).toBeLessThan(0.8 * early.awake.testLoss);
    expect(late.drowsy.testLoss).toBeGreaterThan(2 * early.drowsy.testLoss);
    expect(late.drowsy.trainLoss).toBeLessThan(0.02);
  });

  it("Digits: left the loss on new ones rises, right one in five of those read wrong is read right", async () => {
    const [early, { awake, drowsy }] = await standsAfter("Digits", 10, 40);
    expect(awake.trainError).toBe(0);
    expect(awake.testLoss).toBeGreaterThan(1.05 * early.awake.testLoss);
    expect(drowsy.testLoss).toBeLessThan(0.85 * awake.testLoss);
    expect(drowsy.testError).toBeLessThanOrEqual(0.8 * awake.testError);
  });

  it("It finds the rate: with few points rates rise, with ten times as many they fall", async () => {
    const rates = (stand: Omit<View, "kind" | "run">) => stand.drowsy.walk.columns.slice(1).map(({ rate }) => rate);
    const preset = presets.find(({ name }) => name === "It finds the rate");
    const [few] = await standsAfter("It finds the rate", 300);
    twins?.close();
    twins = await Twins.make({ ...(preset as (typeof presets)[number]).settings, points: 600 });
    await twins.run(60 * twins.stepsPerEpoch);
    const many = await twins.look(0);
    for (const layer of [0, 1]) {
      expect(rates(few)[layer]).toBeGreaterThan(0.2);
      expect(rates(many)[layer]).toBeLessThan(rates(few)[layer] - 0.05);
    }
  });

  it("Late to bed: both are one until epoch 100, and then the test loss falls on the right", async () => {
    const [before, after] = await standsAfter("Late to bed", 100, 200);
    expect(before.drowsy).toMatchObject({ testLoss: before.awake.testLoss, trainLoss: before.awake.trainLoss });
    expect(after.drowsy.testLoss).toBeLessThan(0.8 * before.drowsy.testLoss);
    expect(after.drowsy.testLoss).toBeLessThan(after.awake.testLoss);
  });
});
