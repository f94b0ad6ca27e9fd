import { describe, expect, it, vi } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { classes } from "../../test/tasks.ts";
import { loadModel, saveModel } from "../formats/model-file.ts";
import { dense } from "../layers/dense.ts";
import { alphaDropout } from "../layers/dropout/alpha-dropout.ts";
import { dropout, type Scaling } from "../layers/dropout/dropout.ts";
import { gaussianDropout } from "../layers/dropout/gaussian-dropout.ts";
import { type RateSchedule, rateSchedule } from "../layers/dropout/rate-schedules.ts";
import { relu } from "../layers/relu.ts";
import { sgd } from "../optimizers/sgd.ts";
import type { TrainerOptions } from "./create-trainer.ts";
import * as plans from "./plan.ts";
import { sequential } from "./sequential.ts";
import type { Trainer } from "./trainer.ts";

const data = classes({ rows: 40 });
const options: TrainerOptions = {
  loss: "crossEntropy",
  optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
  batchSize: 10,
  threads: 1,
};
const STEPS = 12;

const build = (scaling: Scaling = "inverted", rates: readonly [number, number] = [0.2, 0.5]) =>
  sequential({ input: [8], seed: 9 }, [
    ...[dropout({ rate: rates[0], scaling }), dense(20), relu(), dropout({ rate: rates[1], scaling }), dense(3)],
  ]);

async function using<Result>(made: Promise<Trainer>, use: (trainer: Trainer) => Promise<Result>): Promise<Result> {
  const trainer = await made;
  try {
    return await use(trainer);
  } finally {
    trainer.close();
  }
}

async function bits(trainer: Trainer): Promise<string> {
  const { values, slots } = await trainer.state();
  return bitsOf({ ...values, ...slots.velocity });
}

const all: [name: string, schedule: RateSchedule][] = [
  ["early", rateSchedule.early({ until: 0.4 })],
  ["early, linear", rateSchedule.early({ until: 0.6, shape: "linear" })],
  ["late", rateSchedule.late({ from: 0.4 })],
  ["curriculum", rateSchedule.curriculum()],
  ["linear", rateSchedule.linear({ from: 0.9 })],
  ["front-loaded", rateSchedule.frontLoaded()],
  ["of the user's, now and then 0", (step, { rate }) => (step % 3 === 1 ? 0 : rate)],
];

describe.each(["inverted", "standard"] as const)("a schedule of rates, scaling %s", (scaling) => {
  it.each(all)("%s: each step has the rates of its step, as if they were set before it", async (_, dropoutSchedule) => {
    const expected = await using(build(scaling).trainer(data, options), async (trainer) => {
      for (let step = 0; step < STEPS; step++) {
        trainer.setRate("dropout1", dropoutSchedule(step, { steps: STEPS, rate: 0.2 }));
        trainer.setRate("dropout2", dropoutSchedule(step, { steps: STEPS, rate: 0.5 }));
        await trainer.run(1);
      }
      return [await bits(trainer), trainer.rates, await trainer.evaluate(data)];
    });
    for (const chunks of [[STEPS], [1, 4, 4, 3], new Array(STEPS).fill(1)]) {
      const actual = await using(build(scaling).trainer(data, { ...options, dropoutSchedule, steps: STEPS }), async (trainer) => {
        for (const count of chunks) await trainer.run(count);
        return [await bits(trainer), trainer.rates, await trainer.evaluate(data)];
      });
      expect(actual).toEqual(expected);
    }
  });

  it("goes on from a state with equal bits, also in a model that was loaded with the rate of a step", async () => {
    const dropoutSchedule = rateSchedule.linear();
    const scheduled = { ...options, dropoutSchedule, steps: STEPS };
    const model = build(scaling);
    const whole = await using(model.trainer(data, scheduled), async (trainer) => {
      await trainer.run(STEPS);
      return bits(trainer);
    });
    await using(model.trainer(data, scheduled), async (trainer) => {
      await trainer.run(5);
      const state = structuredClone(await trainer.state());
      await trainer.commit();
      const loaded = loadModel(saveModel(model));
      expect(loaded.graph.nodes[0].layer.config.rate).toBeCloseTo(0.2 * (4 / STEPS), 12);
      await using(loaded.trainer(data, scheduled), async (other) => {
        other.restore(state);
        expect(other.rates).toEqual(trainer.rates);
        await other.run(STEPS - 5);
        expect(await bits(other)).toBe(whole);
      });
    });
  });
});

describe("a schedule of rates", () => {
  it("makes the plan anew where a layer falls asleep for good or wakes up, and at no other step", async () => {
    const made = vi.spyOn(plans, "makePlan");
    const count = async (dropoutSchedule: TrainerOptions["dropoutSchedule"]) => {
      made.mockClear();
      await using(
        build().trainer(data, { ...options, ...(dropoutSchedule ? { dropoutSchedule, steps: STEPS } : {}) }),
        async (t) => {
          for (let step = 0; step < STEPS; step++) await t.run(1);
        },
      );
      return made.mock.calls.length;
    };
    try {
      expect(await count(undefined)).toBe(1);
      expect(await count(rateSchedule.linear({ from: 0.1 }))).toBe(1);
      expect(await count(rateSchedule.early())).toBe(2);
      expect(await count(rateSchedule.late())).toBe(3);
      expect(await count((step, { rate }) => (step % 2 === 0 ? rate : 0))).toBe(2);
    } finally {
      made.mockRestore();
    }
  });

  it("is given by layer in fit, whose model has the last rates, also in its file; other layers keep theirs", async () => {
    const model = build("standard");
    const asked: number[] = [];
    const dropoutSchedule = {
      dropout2: (step: number, { steps, rate }: { steps: number; rate: number }) => {
        asked.push(step);
        expect([steps, rate]).toEqual([8, 0.5]);
        return 0.1 + step / 100;
      },
    };
    await model.fit(data, { ...options, epochs: 2, dropoutSchedule });
    expect(Math.max(...asked)).toBe(7);
    const rates = loadModel(saveModel(model)).graph.nodes.map(({ layer }) => layer.config.rate);
    expect(rates).toEqual([0.2, undefined, undefined, 0.1 + 7 / 100, undefined]);
  });

  it("moves the rates of other kinds of dropout", async () => {
    const model = sequential({ input: [8], seed: 1 }, [dense(6), alphaDropout({ rate: 0.4 }), dense(3)]);
    await model.fit(data, { ...options, epochs: 3, dropoutSchedule: rateSchedule.early({ until: 0.5 }) });
    expect(model.graph.nodes[1].layer.config.rate).toBe(0);
  });

  it("that leaves [0, 1] is refused before the first step, with layer and step", async () => {
    const trained = (dropoutSchedule: unknown, rates?: readonly [number, number]) =>
      build("inverted", rates).fit(data, { ...options, epochs: 3, dropoutSchedule: dropoutSchedule as RateSchedule });
    await expect(trained((step: number) => step / 10)).rejects.toThrow(
      "fit: the rate of dropout1 at step 11 is 1.1; a schedule gives numbers from 0 to 1",
    );
    await expect(trained(() => Number.NaN)).rejects.toThrow("fit: the rate of dropout1 at step 0 is NaN");
    await expect(trained({ dropout2: () => "0.5" })).rejects.toThrow('the rate of dropout2 at step 0 is "0.5"');
    await expect(trained(rateSchedule.frontLoaded(), [0.2, 0.8])).rejects.toThrow("the rate of dropout2 at step 0 is 1.2");
    await expect(trained({ dropout9: rateSchedule.late() })).rejects.toThrow(
      'fit: there is no layer "dropout9"; the dropout layers are dropout1, dropout2',
    );
    await expect(trained({ dense1: rateSchedule.late() })).rejects.toThrow("dense1 is no dropout layer");
    await expect(trained({ dropout1: 0.5 })).rejects.toThrow("the schedule of dropout1 is 0.5; give a function of the step");
    await expect(trained("early")).rejects.toThrow('dropoutSchedule is "early"; give a schedule such as rateSchedule.early()');
    const bare = sequential({ input: [8], seed: 1 }, [dense(3)]);
    await expect(bare.fit(data, { ...options, dropoutSchedule: rateSchedule.late() })).rejects.toThrow("has no dropout layer");
  });

  it("that a kind of dropout does not take is refused before the first step as well", async () => {
    const model = sequential({ input: [8], seed: 1 }, [dense(6), gaussianDropout({ rate: 0.4, name: "noise" }), dense(3)]);
    const before = bitsOf(model.weights);
    const asked: number[] = [];
    const dropoutSchedule = (step: number) => {
      asked.push(step);
      return step === 5 ? 1 : 0.5;
    };
    await expect(model.fit(data, { ...options, epochs: 3, dropoutSchedule })).rejects.toThrow(
      "fit: noise at step 5: the rate is 1, where the noise has infinite variance; give a rate from 0 to below 1",
    );
    expect(Math.max(...asked)).toBe(11);
    expect(bitsOf(model.weights)).toBe(before);
  });

  it("refuses a trainer without steps, steps without a schedule, setRate of its layer, and a state of another", async () => {
    const dropoutSchedule = { dropout1: rateSchedule.late() };
    await expect(build().trainer(data, { ...options, dropoutSchedule })).rejects.toThrow(
      "trainer: steps is undefined; give how many",
    );
    await expect(build().trainer(data, { ...options, steps: 3 })).rejects.toThrow("no dropoutSchedule is given; leave steps out");
    await expect(build().fit(data, { ...options, steps: 3 } as TrainerOptions)).rejects.toThrow('unknown option "steps"');
    await using(build().trainer(data, { ...options, dropoutSchedule, steps: 4 }), async (trainer) => {
      expect(() => trainer.setRate("dropout1", 0.3)).toThrow(
        "setRate: the rate of dropout1 follows a schedule; leave dropout1 out of dropoutSchedule",
      );
      trainer.setRate("dropout2", 0.3);
      await trainer.run(6);
      expect(trainer.rates, "behind its last step a schedule stays").toEqual({ dropout1: 0.2, dropout2: 0.3 });
      const state = await trainer.state();
      await using(build().trainer(data, { ...options, dropoutSchedule, steps: 5 }), async (other) => {
        expect(() => other.restore(state)).toThrow(
          "the state has schedules of dropout1 for 4 steps; this trainer has schedules of dropout1 for 5 steps: go on with the same",
        );
      });
      await using(build().trainer(data, options), async (other) => {
        expect(() => other.restore(state)).toThrow("this trainer has no schedule of rates");
      });
    });
  });
});
