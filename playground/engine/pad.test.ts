import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digits, sample } from "../../test/digits.ts";
import { PIXELS } from "../data/digits.ts";
import { SCRIBBLE, type Stroke, scribbledOn, toDigit } from "../data/drawn-digit.ts";
import { presets } from "../state/presets.ts";
import { Twins } from "./twins.ts";

/** Digits as somebody draws them: by places of the pen. */
const drawn: Readonly<Record<number, readonly Stroke[]>> = Object.fromEntries(
  Object.entries({
    0: [[14, 4, 9, 7, 7, 14, 9, 21, 14, 24, 19, 21, 21, 14, 19, 7, 14, 4]],
    1: [[15, 4, 14, 14, 13, 24]],
    2: [[8, 9, 10, 5, 15, 4, 19, 7, 18, 12, 12, 18, 7, 23, 21, 23]],
    3: [[8, 6, 13, 4, 18, 6, 17, 11, 12, 13, 18, 15, 19, 20, 14, 24, 7, 22]],
    7: [[7, 5, 14, 5, 21, 5, 17, 13, 13, 24]],
  }).map(([digit, strokes]) => [
    digit,
    strokes.map((numbers) =>
      Array.from({ length: numbers.length / 2 }, (_, dot) => ({ left: numbers[2 * dot], top: numbers[2 * dot + 1] })),
    ),
  ]),
);

describe("what is said of the pad", () => {
  let twins: Twins;
  beforeAll(async () => {
    const preset = presets.find(({ name }) => name === "Is this a digit?");
    if (!preset) throw new Error("there is no preset for the pad");
    twins = await Twins.make(preset.settings, digits(preset.settings.points));
    await twins.run(25 * twins.stepsPerEpoch);
    await twins.look(0);
  });
  afterAll(() => twins?.close());

  it.each(Object.entries(drawn))("knows a %s that was drawn", async (digit, strokes) => {
    const { awake, drowsy, mean } = await twins.askOfImage(toDigit(strokes));
    for (const said of [awake, drowsy, mean]) expect(said.indexOf(Math.max(...said))).toBe(Number(digit));
  });

  it("is more unsure of a scribble than of digits, and than of nearly all test images", async () => {
    const { entropy } = await twins.askOfImage(toDigit(SCRIBBLE));
    for (const strokes of Object.values(drawn)) {
      expect(entropy).toBeGreaterThan(1.5 * (await twins.askOfImage(toDigit(strokes))).entropy);
    }
    let less = 0;
    for (let row = 0; row < 50; row++) {
      const image = sample.test.x.slice(PIXELS * row, PIXELS * (row + 1)) as Uint8Array;
      if ((await twins.askOfImage(image)).entropy < entropy) less++;
    }
    expect(less).toBeGreaterThanOrEqual(47);
    expect(entropy).toBeGreaterThan(0.4 * Math.log(10));
  });

  it("grows unsure of a digit that is scribbled on", async () => {
    const image = sample.test.x.slice(0, PIXELS) as Uint8Array;
    const [plain, scribbled] = [await twins.askOfImage(image), await twins.askOfImage(scribbledOn(image, SCRIBBLE))];
    expect(scribbled.entropy).toBeGreaterThan(2 * plain.entropy);
  });

  it("has probabilities, and no deviation where nobody sleeps", async () => {
    const preset = presets.find(({ name }) => name === "Is this a digit?");
    const settings = { ...(preset as (typeof presets)[number]).settings, rate: 0, inputRate: 0, hidden: [8] };
    const awake = await Twins.make(settings, digits(100));
    await awake.run(4);
    await awake.look(0);
    const { mean, deviation, drowsy, entropy, entropyAwake } = await awake.askOfImage(toDigit(SCRIBBLE));
    awake.close();
    expect(mean).toEqual(drowsy);
    expect(entropy).toBe(entropyAwake);
    expect(Math.max(...deviation)).toBe(0);
    expect(mean.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });
});
