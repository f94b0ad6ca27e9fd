import { dense, dropout, relu, sequential } from "drowse";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { images } from "../../test/tasks.ts";
import { adamW } from "./adam.ts";
import { constant, cosine, exponentialDecay, inverseTime, linear, linearWarmup, stepDecay } from "./schedules.ts";
import { sgd } from "./sgd.ts";

/** At the steps 0, 1, 777, 12345 and 99999. */
const PINNED = {
  exponential: [0.5, 0.5000048999755, 0.5037925468748228, 0.5569057416188413, 0.8097372712077184],
  powered: [0.1, 0.0999959178838686, 0.09687790712406474, 0.060414108592692355, 0.0016871008052990856],
  stairs: [0.1, 0.1, 0.047829690000000015, 2.35412034712096e-7, 1.942079168580817e-47],
  cosine: [0.1, 0.09999999997557273, 0.09998525328043728, 0.09632373581876591, 0.0010000000244272727],
};

const value = fc.double({ min: -10, max: 10, noNaN: true });
const steps = fc.integer({ min: 1, max: 1_000_000 });
const step = fc.integer({ min: 0, max: 2_000_000 });

function expectNear(actual: number, expected: number, size: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-13 * (size + Math.abs(expected)));
}

describe("schedules", () => {
  it("are their formulas, with the host's functions to 1e-13", () => {
    fc.assert(
      fc.property(value, value, steps, step, fc.double({ min: 0.1, max: 1.01, noNaN: true }), (initial, end, n, t, factor) => {
        const size = Math.abs(initial) + Math.abs(end);
        const [part, share] = [t / n, Math.min(1, t / n)];
        expect(constant(initial)(t)).toBe(initial);
        expectNear(inverseTime({ initial, steps: n })(t), initial / (1 + part), size);
        expectNear(linear({ initial, end, steps: n })(t), initial + (end - initial) * share, size);
        expectNear(cosine({ initial, end, steps: n })(t), end + ((initial - end) * (1 + Math.cos(Math.PI * share))) / 2, size);
        const wave = exponentialDecay({ initial, end, steps: n })(t);
        expectNear(wave, end + (initial - end) * Math.exp(-part), size);
        if (part > 300) return;
        const powered = exponentialDecay({ initial, end, factor, steps: n })(t);
        expectNear(powered, end + (initial - end) * factor ** part, size * (1 + factor ** part));
        const stairs = stepDecay({ initial, factor, steps: n })(t);
        expectNear(stairs, initial * factor ** Math.floor(part), size);
      }),
      { numRuns: 2000 },
    );
  });

  it("have the same bits everywhere", () => {
    const at = (schedule: (step: number) => number) => [0, 1, 777, 12345, 99999].map(schedule);
    expect(at(exponentialDecay({ initial: 0.5, end: 0.99, steps: 1e5 }))).toEqual(PINNED.exponential);
    expect(at(exponentialDecay({ initial: 0.1, factor: 0.96, steps: 1000 }))).toEqual(PINNED.powered);
    expect(at(stepDecay({ initial: 0.1, factor: 0.9, steps: 100 }))).toEqual(PINNED.stairs);
    expect(at(cosine({ initial: 0.1, end: 0.001, steps: 1e5 }))).toEqual(PINNED.cosine);
  });

  it("begin, turn and end where they say", () => {
    expect([0, 9, 10, 19, 20].map(stepDecay({ initial: 8, factor: 0.5, steps: 10 }))).toEqual([8, 8, 4, 4, 2]);
    expect([0, 100, 200].map(inverseTime({ initial: 1, steps: 100 }))).toEqual([1, 1 / 2, 1 / 3]);
    expect([0, 5, 10, 11, 1e9].map(linear({ initial: 1, end: 0.5, steps: 10 }))).toEqual([1, 0.75, 0.5, 0.5, 0.5]);
    expect([0, 10, 11, 1e9].map(cosine({ initial: 0.3, end: 0.1, steps: 10 }))).toEqual([0.3, 0.1, 0.1, 0.1]);
    expect(cosine({ initial: 1, steps: 10 })(5)).toBe(0.5);
    expect(exponentialDecay({ initial: 2, factor: 0.25, steps: 3 })(0)).toBe(2);
    expect(exponentialDecay({ initial: 2, end: 1, factor: 0.25, steps: 3 })(3)).toBeCloseTo(1.25, 15);
  });

  it("warm up to where the next begins, which counts its own steps", () => {
    const warmed = linearWarmup({ steps: 4, schedule: linear({ initial: 0.8, steps: 8 }) });
    expect([0, 1, 2, 3, 4, 8, 12, 100].map(warmed)).toEqual([0, 0.2, 0.4, 0.6000000000000001, 0.8, 0.4, 0, 0]);
    expect([0, 1, 2, 50].map(linearWarmup({ steps: 2, from: 0.1, schedule: 0.3 }))).toEqual([0.1, 0.2, 0.3, 0.3]);
  });

  it("drive learning rate, momentum and decay", () => {
    const { hyper } = sgd({
      learningRate: linear({ initial: 1, steps: 10 }),
      momentum: linear({ initial: 0, end: 0.9, steps: 10 }),
    });
    expect([hyper(5)[0], hyper(5)[5]]).toEqual([0.5, 0.45]);
    const decayed = adamW({ learningRate: constant(0.5), weightDecay: linear({ initial: 0.2, steps: 10 }) });
    expect([decayed.hyper(5)[0], decayed.hyper(5)[4]]).toEqual([0.5, 0.1]);
    expect(() => sgd({ learningRate: linear({ initial: 1, end: -1, steps: 10 }) }).hyper(7)).toThrow(
      "sgd: learningRate at step 7 is -0.3999999999999999; give a number above 0",
    );
  });
});

// deepnet, examples/ff/{model_dropout,train}.pbtxt of nitishsrivastava/deepnet: learning rate 1 / (1 + t / 10000), momentum
// 0.99 - 0.49 e^(-t / 1e5), norm limit 3, a fifth of the inputs and half of the hidden units dropped.
describe("the recipe of Srivastava et al. 2014", () => {
  const learningRate = inverseTime({ initial: 1, steps: 10_000 });
  const momentum = exponentialDecay({ initial: 0.5, end: 0.99, steps: 1e5 });
  const optimizer = sgd({ learningRate, momentum, maxNorm: 3 });
  const hidden = (units: number) => [dense(units), relu(), dropout({ rate: 0.5 })];
  const network = (units: number[]) => [dropout({ rate: 0.2 }), ...units.flatMap(hidden), dense(10)];

  it("is five lines", () => {
    for (const t of [0, 1, 10_000, 100_000, 999_999]) {
      const [rate, , limit, , , mu] = optimizer.hyper(t);
      expect(rate).toBe(1 / (1 + t / 10_000));
      expect(mu).toBeCloseTo(0.99 - 0.49 * Math.exp(-t / 1e5), 15);
      expect(limit).toBe(3);
    }
  });

  it("trains", async () => {
    const model = sequential({ input: [784], seed: 1 }, network([60, 60, 80]));
    const data = images({ rows: 200 });
    await model.fit(data, { loss: "crossEntropy", optimizer, epochs: 20, batchSize: 100, threads: 1 });
    expect((await model.evaluate(data)).accuracy).toBeGreaterThan(0.9);
  });
});
