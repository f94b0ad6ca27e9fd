import {
  alphaDropout,
  type Block,
  concreteDropout,
  dense,
  dropConnect,
  dropout,
  gaussianDropout,
  type Layer,
  residual,
  sequential,
  standout,
  variationalDropout,
} from "drowse";
import { toOnnx } from "drowse/onnx";
import { describe, expect, it } from "vitest";
import { openOnnx, runOnnx } from "../../test/onnx-runtime.ts";
import { concreteDropout as concreteTwin } from "../reference/concrete-dropout.ts";

// Masks are drawn by onnxruntime, from a seed of its own: what is expected of them lies within 6 standard deviations.

const [ROWS, WIDTH] = [160, 125];
const COUNT = ROWS * WIDTH;
const X = 0.8;

type Layers = readonly (Layer | Block)[];

/** What two runs of layers give with `training_mode`, and one without, where every input is `x`. */
async function runs(layers: Layers, x = X) {
  const model = sequential({ input: [WIDTH], seed: 1 }, layers);
  const data = new Float32Array(COUNT).fill(x);
  const session = await openOnnx(toOnnx(model, { liveDropout: true }));
  expect(session.inputs).toEqual(["input", "training_mode"]);
  const run = async (training_mode: boolean) => {
    const { output } = await session.run({ input: { data, shape: [ROWS, WIDTH] }, training_mode });
    return Float64Array.from(output.data as ArrayLike<number>);
  };
  const [first, second, still] = [await run(true), await run(true), await run(false)];
  await session.close();
  const { data: predicted } = await model.predict({ data, shape: [ROWS, WIDTH] });
  return { first, second, still, predicted: Float64Array.from(predicted) };
}

/** A dense layer that changes nothing. */
function identity(): Layer {
  const initializer = Array.from({ length: WIDTH }, (_, i) => Array.from({ length: WIDTH }, (_, j) => Number(i === j)));
  return dense(WIDTH, { initializer, bias: false });
}

/** The share of values in which an event of this probability is seen. */
function expectShare(values: Float64Array, event: (value: number) => boolean, probability: number): void {
  const share = values.filter(event).length / values.length;
  expect(Math.abs(share - probability)).toBeLessThan(6 * Math.sqrt((probability * (1 - probability)) / values.length));
}

function expectMoments(values: Float64Array, mean: number, deviation: number): void {
  const n = values.length;
  const own = values.reduce((sum, value) => sum + value, 0) / n;
  expect(Math.abs(own - mean)).toBeLessThan((6 * deviation) / Math.sqrt(n));
  const variance = values.reduce((sum, value) => sum + (value - own) ** 2, 0) / n;
  // Of the noises here none has a kurtosis above 10.
  expect(Math.abs(variance - deviation ** 2)).toBeLessThan(6 * deviation ** 2 * Math.sqrt(9 / n));
}

const near = (value: number, other: number) => Math.abs(value - other) < 1e-5;
const row = (values: Float64Array, index: number) => values.slice(index * WIDTH, (index + 1) * WIDTH);

describe("live dropout in onnxruntime", () => {
  it.each([
    ["inverted", 0.3, 1 / 0.7, 1],
    ["inverted", 0.9, 1 / 0.1, 1],
    ["standard", 0.3, 1, 0.7],
    ["standard", 0.9, 1, 0.1],
  ] as const)(
    "drops, by dropout with %s scaling at rate %d, and is prediction where it does not",
    async (scaling, rate, kept, still) => {
      const seen = await runs([dropout({ rate, scaling })]);
      for (const values of [seen.first, seen.second]) {
        expect(values.every((value) => value === 0 || near(value, X * kept))).toBe(true);
        expectShare(values, (value) => value === 0, rate);
      }
      expectShare(
        seen.first.map((value, i) => (value === 0 ? 1 : 0) + (seen.second[i] === 0 ? 1 : 0)),
        (both) => both === 2,
        rate * rate,
      );
      expect(seen.still.every((value) => near(value, X * still))).toBe(true);
      expect(seen.still).toEqual(seen.predicted);
    },
  );

  it("gives the mean of many runs what prediction gives", async () => {
    const model = sequential({ input: [6], seed: 3 }, [dropout({ rate: 0.3 }), dense(4)]);
    const session = await openOnnx(toOnnx(model, { liveDropout: true }));
    const input = { data: Float32Array.of(1, -2, 3, -4, 5, -6), shape: [1, 6] };
    const samples: Float32Array[] = [];
    for (let run = 0; run < 3000; run++) {
      samples.push((await session.run({ input, training_mode: true })).output.data as Float32Array);
    }
    await session.close();
    const predicted = (await model.predict(input)).data;
    for (let unit = 0; unit < 4; unit++) {
      const values = Float64Array.from(samples, (sample) => sample[unit]);
      const weights = model.weights.get("dense1.weight") as Float32Array;
      const variance = input.data.reduce((sum, x, k) => sum + (x * weights[unit * 6 + k]) ** 2 * (0.3 / 0.7), 0);
      expectMoments(values, predicted[unit], Math.sqrt(variance));
    }
  });

  it.each(["inverted", "standard"] as const)("has one mask for the batch where it is shared, %s scaling", async (scaling) => {
    const { first, second, still, predicted } = await runs([dropout({ rate: 0.3, scaling, sharedAcross: ["batch"] })]);
    for (let index = 1; index < ROWS; index++) expect(row(first, index)).toEqual(row(first, 0));
    expect(second).not.toEqual(first);
    expectShare(row(first, 0), (value) => value === 0, 0.3);
    expect(first.every((value) => value === 0 || near(value, scaling === "inverted" ? X / 0.7 : X))).toBe(true);
    expect(still).toEqual(predicted);
  });

  it("multiplies by normal noise, by gaussianDropout and variationalDropout", async () => {
    const gaussian = await runs([gaussianDropout({ rate: 0.2 })]);
    expectMoments(gaussian.first, X, X * Math.sqrt(0.2 / 0.8));
    expect(gaussian.still).toEqual(gaussian.predicted);
    expect(gaussian.second).not.toEqual(gaussian.first);
    for (const perUnit of [false, true]) {
      const learned = await runs([variationalDropout({ rate: 0.4, perUnit })]);
      expectMoments(learned.first, X, X * Math.sqrt(0.4 / 0.6));
      expect(learned.still).toEqual(learned.predicted);
    }
  });

  it("keeps mean and variance by alphaDropout, and puts selu's limit where a unit sleeps", async () => {
    const rate = 0.2;
    const a = 1 / Math.sqrt(0.8 * (1 + rate * 1.7580993408473766 ** 2));
    const asleep = a * (rate - 1) * 1.7580993408473766;
    const awake = a * (X + rate * 1.7580993408473766);
    const { first, still, predicted } = await runs([alphaDropout({ rate })]);
    expect(first.every((value) => near(value, asleep) || near(value, awake))).toBe(true);
    expectShare(first, (value) => near(value, asleep), rate);
    expect(still).toEqual(predicted);
  });

  it("keeps a unit with the probability of standout", async () => {
    const keep = 1 / (1 + Math.exp(-(1.5 * X - 0.7)));
    const { first, still } = await runs([standout({ alpha: 1.5, beta: -0.7 })]);
    expect(first.every((value) => value === 0 || near(value, X))).toBe(true);
    expectShare(first, (value) => value !== 0, keep);
    expect(still.every((value) => near(value, keep * X))).toBe(true);
  });

  it("drops weights by dropConnect, of the batch or of each row", async () => {
    const inputs = [X, -1];
    const weights = [...new Float32Array(2 * 400).keys()].map((i) => 0.5 + i / 800);
    for (const sharedAcross of [["batch"], []] as const) {
      for (const [scaling, kept] of [
        ["inverted", 1 / 0.7],
        ["standard", 1],
      ] as const) {
        const bias = new Array<number>(400).fill(0.25);
        const layer = dropConnect(400, { rate: 0.3, scaling, sharedAcross, initializer: weights, bias });
        const model = sequential({ input: [2], seed: 1 }, [layer]);
        const x = { data: Float32Array.from({ length: 60 }, (_, i) => inputs[i % 2]), shape: [30, 2] };
        const session = await openOnnx(toOnnx(model, { liveDropout: true }));
        const { output } = await session.run({ input: x, training_mode: true });
        const still = await session.run({ input: x, training_mode: false });
        await session.close();
        const values = Float64Array.from(output.data as ArrayLike<number>);
        // Which of a unit's two weights are awake is read off its value.
        const awake = values.map((value, i) => {
          const [first, second] = [0, 1].map((k) => weights[2 * (i % 400) + k] * inputs[k] * kept);
          return [0, first, second, first + second].findIndex((sum) => near(value, sum + 0.25));
        });
        expect(awake.every((mask) => mask >= 0)).toBe(true);
        const own = sharedAcross.length > 0 ? awake.slice(0, 400) : awake;
        expectShare(own, (mask) => (mask & 1) === 0, 0.3);
        expectShare(own, (mask) => (mask & 2) === 0, 0.3);
        expect(awake.slice(400, 800).every((mask, i) => mask === awake[i])).toBe(sharedAcross.length > 0);
        expect(still.output.data).toEqual((await runOnnx(toOnnx(model), { input: x })).output.data);
      }
    }
  });

  it("draws the relaxed masks of concreteDropout", async () => {
    const temperature = 0.3;
    const { first, still, predicted } = await runs([concreteDropout({ rate: 0.3, temperature }), identity()]);
    const logit = Math.fround(Math.log(0.3 / 0.7));
    const u = Float64Array.from({ length: 20_000 }, (_, i) => (i + 0.5) / 20_000);
    const grid = concreteTwin(
      u.map(() => X),
      u,
      logit,
      temperature,
    );
    const mean = grid.reduce((sum, value) => sum + value, 0) / grid.length;
    expectMoments(first, mean, Math.sqrt(grid.reduce((sum, value) => sum + (value - mean) ** 2, 0) / grid.length));
    expect(still).toEqual(predicted);
  });

  it.each([
    ["inverted", 1 / 0.7, 1],
    ["standard", 1, 0.7],
    ["none", 1, 1],
  ] as const)("drops a branch for a row as a whole, %s scaling", async (scaling, kept, predictedFactor) => {
    const { first, second, still } = await runs([residual([identity()], { dropPath: 0.3, scaling })]);
    const asleep = (values: Float64Array) => Array.from({ length: ROWS }, (_, index) => near(row(values, index)[0], X));
    const expected = asleep(first).map((isAsleep) => (isAsleep ? X : X + kept * X));
    expect(first.every((value, i) => near(value, expected[Math.floor(i / WIDTH)]))).toBe(true);
    expectShare(Float64Array.from(asleep(first), Number), (isAsleep) => isAsleep === 1, 0.3);
    expect(asleep(second)).not.toEqual(asleep(first));
    expect(still.every((value) => near(value, X + predictedFactor * X))).toBe(true);
  });
});
