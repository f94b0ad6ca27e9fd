import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { classes } from "../../test/tasks.ts";
import { loadModel, saveModel } from "../formats/model-file.ts";
import { dense } from "../layers/dense.ts";
import { alphaDropout } from "../layers/dropout/alpha-dropout.ts";
import { dropout, type Scaling } from "../layers/dropout/dropout.ts";
import { gaussianDropout } from "../layers/dropout/gaussian-dropout.ts";
import { standout } from "../layers/dropout/standout.ts";
import { relu } from "../layers/relu.ts";
import { adam } from "../optimizers/adam.ts";
import { sgd } from "../optimizers/sgd.ts";
import type { TrainingOptions } from "./create-trainer.ts";
import { dropoutMask } from "./mask-of-layer.ts";
import type { Model } from "./model.ts";
import { sequential } from "./sequential.ts";
import type { Trainer } from "./trainer.ts";

const data = classes({ rows: 45 });
const optimizer = sgd({ learningRate: (step) => 0.2 / (1 + 0.1 * step), momentum: 0.9, maxNorm: 1.5 });
const options: TrainingOptions = { loss: "crossEntropy", optimizer, batchSize: 10, threads: 1 };

interface Settings {
  readonly rates: readonly number[];
  readonly scaling: Scaling;
}

/** Dropout on the input, behind a rectifier, before one, and on the output of a dense layer. */
function build({ rates, scaling }: Settings): Model {
  const [a, b, c, d] = rates.map((rate) => dropout({ rate, scaling }));
  return sequential({ input: [8], seed: 9 }, [a, dense(20), relu(), b, dense(12), c, relu(), dense(7), d, dense(3)]);
}

const named = (rates: readonly number[]) => Object.fromEntries(rates.map((rate, index) => [`dropout${index + 1}`, rate]));

async function whole(trainer: Trainer): Promise<string> {
  const { values, slots, ...rest } = await trainer.state();
  return JSON.stringify([bitsOf(values), Object.entries(slots).map(([name, numbers]) => [name, bitsOf(numbers)]), rest]);
}

async function withTrainer<Result>(
  model: Model,
  use: (trainer: Trainer) => Promise<Result>,
  changes: Partial<TrainingOptions> = {},
): Promise<Result> {
  const trainer = await model.trainer(data, { ...options, ...changes });
  try {
    return await use(trainer);
  } finally {
    trainer.close();
  }
}

const anyRate = fc.constantFrom(0, 0.3, 0.5, 0.8, 1);
const anyOptimizer = fc.constantFrom(optimizer, adam(), sgd({ learningRate: 0.3, clipNorm: 0.5 }));
const anyRates = fc.tuple(anyRate, anyRate, anyRate, anyRate);

describe("rates that change while a trainer trains", () => {
  it("give the bits of trainers glued together, each of whose models was made with its rates", async () => {
    const parts = fc.array(fc.record({ rates: anyRates, steps: fc.integer({ min: 1, max: 7 }) }), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom<Scaling>("inverted", "standard"), anyOptimizer, parts, async (scaling, own, all) => {
        const told: unknown[] = [];
        const changed = await withTrainer(
          build({ scaling, rates: all[0].rates }),
          async (trainer) => {
            for (const { rates, steps } of all) {
              for (const [name, rate] of Object.entries(named(rates))) trainer.setRate(name, rate);
              told.push(...(await trainer.run(steps)), await trainer.evaluate(data));
            }
            return whole(trainer);
          },
          { optimizer: own },
        );
        const glued: unknown[] = [];
        let state: Awaited<ReturnType<Trainer["state"]>> | undefined;
        let end = "";
        for (const { rates, steps } of all) {
          await withTrainer(
            build({ scaling, rates }),
            async (trainer) => {
              if (state) trainer.restore({ ...state, rates: named(rates) });
              glued.push(...(await trainer.run(steps)), await trainer.evaluate(data));
              state = await trainer.state();
              end = await whole(trainer);
            },
            { optimizer: own },
          );
        }
        expect(told).toEqual(glued);
        expect(changed).toBe(end);
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it.each([
    ["gaussianDropout", (rate: number) => gaussianDropout({ rate, name: "asleep" })],
    ["alphaDropout", (rate: number) => alphaDropout({ rate, name: "asleep" })],
    ["standout", (rate: number) => standout({ rate, name: "asleep" })],
  ] as const)("of %s take effect at the next step, from 0 and to 0, to the bit", async (_, layer) => {
    const model = (rate: number) => sequential({ input: [8], seed: 9 }, [dense(20), layer(rate), dense(3)]);
    const rates = [0.3, 0, 0.7];
    const told: unknown[] = [];
    const changed = await withTrainer(model(rates[0]), async (trainer) => {
      for (const rate of rates) {
        trainer.setRate("asleep", rate);
        told.push(...(await trainer.run(4)), await trainer.evaluate(data));
      }
      return whole(trainer);
    });
    const glued: unknown[] = [];
    let state: Awaited<ReturnType<Trainer["state"]>> | undefined;
    let end = "";
    for (const rate of rates) {
      await withTrainer(model(rate), async (trainer) => {
        if (state) trainer.restore({ ...state, rates: { asleep: rate } });
        glued.push(...(await trainer.run(4)), await trainer.evaluate(data));
        state = await trainer.state();
        end = await whole(trainer);
      });
    }
    expect(told).toEqual(glued);
    expect(changed).toBe(end);
  });

  it("from 0 to 0.3 and back differ from never having changed", async () => {
    const run = (rates: readonly number[]) =>
      withTrainer(build({ rates: [0, 0, 0, 0], scaling: "inverted" }), async (trainer) => {
        for (const rate of rates) {
          trainer.setRate("dropout2", rate);
          await trainer.run(3);
        }
        return whole(trainer);
      });
    expect(new Set([await run([0, 0.3, 0]), await run([0, 0, 0]), await run([0, 0.3, 0.3])]).size).toBe(3);
  });

  it("go through a state, with the factor of the learning rate, to the bit", async () => {
    const model = () => build({ rates: [0.2, 0, 0.5, 0], scaling: "standard" });
    const change = (trainer: Trainer) => {
      trainer.setRate("dropout2", 0.4);
      trainer.setRate("dropout3", 0.1);
      trainer.learningRateFactor = 0.3;
    };
    const unbroken = await withTrainer(model(), async (trainer) => {
      await trainer.run(4);
      change(trainer);
      await trainer.run(9);
      return whole(trainer);
    });
    const state = await withTrainer(model(), async (trainer) => {
      await trainer.run(4);
      change(trainer);
      await trainer.run(2);
      return JSON.parse(
        JSON.stringify(await trainer.state(), (_, value) => (value instanceof Float32Array ? [...value] : value)),
      );
    });
    expect(state).toMatchObject({ rates: named([0.2, 0.4, 0.1, 0]), learningRateFactor: 0.3 });
    const resumed = await withTrainer(model(), async (trainer) => {
      trainer.restore(state);
      await trainer.run(7);
      return whole(trainer);
    });
    expect(resumed).toBe(unbroken);
  });

  it("are the model's after commit: in prediction, masks, summary, file and conversion", async () => {
    const model = build({ rates: [0.2, 0, 0.5, 0.25], scaling: "standard" });
    const rates = [0.1, 0.3, 0, 0.75];
    const last = await withTrainer(model, async (trainer) => {
      await trainer.run(3);
      for (const [name, rate] of Object.entries(named(rates))) trainer.setRate(name, rate);
      await trainer.run(4);
      expect(model.summary()).toContain("rate 0.25");
      await trainer.commit();
      return trainer.evaluate(data);
    });
    const twin = build({ rates, scaling: "standard" });
    twin.setWeights(Object.fromEntries(model.weights));
    const same = async (a: Model, b: Model) => {
      const [x, y] = [await a.predict(data.x, { output: "logits" }), await b.predict(data.x, { output: "logits" })];
      expect(bitsOf({ data: x.data })).toBe(bitsOf({ data: y.data }));
    };
    await same(model, twin);
    await same(loadModel(saveModel(model)), twin);
    await same(model.withScaling("inverted"), twin.withScaling("inverted"));
    expect(await model.evaluate(data)).toEqual(last);
    for (const rate of [0.1, 0.3, 0, 0.75]) expect(model.summary()).toContain(`rate ${rate}, scaling standard`);
    const rows = [0, 1, 2];
    expect(dropoutMask(model, "dropout4", { rows, pass: 0 })).toEqual(dropoutMask(twin, "dropout4", { rows, pass: 0 }));
    await withTrainer(model, async (trainer) => expect(trainer.rates).toEqual(named(rates)));
  });

  it("are refused where no dropout layer has the name, out of range, and while the trainer is busy", async () => {
    await withTrainer(build({ rates: [0.2, 0, 0.5, 0], scaling: "inverted" }), async (trainer) => {
      const names = "the dropout layers are dropout1, dropout2, dropout3, dropout4";
      expect(() => trainer.setRate("dropout5", 0.5)).toThrow(`setRate: there is no layer "dropout5"; ${names}`);
      expect(() => trainer.setRate("dense1", 0.5)).toThrow(`setRate: dense1 is no dropout layer; ${names}`);
      for (const rate of [-0.1, 1.1, Number.NaN, "0.5" as never]) {
        expect(() => trainer.setRate("dropout1", rate)).toThrow("setRate: the rate of dropout1 is");
      }
      for (const factor of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(() => {
          trainer.learningRateFactor = factor;
        }).toThrow(`trainer: learningRateFactor is ${factor}; give a number above 0`);
      }
      const state = await trainer.state();
      for (const [rates, message] of [
        [undefined, "restore: the state has no rate for dropout1"],
        [{ dropout1: 0.5 }, "restore: the state has no rate for dropout2"],
        [named([0.2, 0, 2, 0]), "restore: the state: the rate of dropout3 is 2; give a number from 0 to 1"],
        [named([0.2, 0, 0, 0, 0]), 'restore: the state: there is no layer "dropout5"'],
      ] as const) {
        expect(() => trainer.restore({ ...state, rates: rates as never })).toThrow(message);
      }
      expect(() => trainer.restore({ ...state, learningRateFactor: 0 })).toThrow("restore: the state: learningRateFactor is 0");
      expect(trainer.rates).toEqual(named([0.2, 0, 0.5, 0]));
      const running = trainer.run(3);
      expect(() => trainer.setRate("dropout1", 0.5)).toThrow("it is still busy with the call before");
      expect(() => {
        trainer.learningRateFactor = 2;
      }).toThrow("it is still busy with the call before");
      await running;
      expect(trainer).toMatchObject({ rates: named([0.2, 0, 0.5, 0]), learningRateFactor: 1 });
    });
  });

  it("leave no worker behind when the trainer is closed while it prepares for them", async () => {
    const trainer = await build({ rates: [0.2, 0, 0.5, 0], scaling: "inverted" }).trainer(data, options);
    trainer.setRate("dropout2", 0.5);
    const running = trainer.run(3);
    trainer.close();
    await expect(running).rejects.toThrow("closed");
    await expect(trainer.run(1)).rejects.toThrow("trainer: it is closed");
  });
});

describe("the factor of the learning rate", () => {
  it("multiplies what a number or a schedule gives", async () => {
    const scaled = async (factors: readonly number[], schedule: (step: number) => number, factor: (step: number) => number) => {
      const train = async (learningRate: (step: number) => number, steer: boolean) => {
        const trainer = await build({ rates: [0.2, 0.3, 0.5, 0], scaling: "inverted" }).trainer(data, {
          ...options,
          optimizer: sgd({ learningRate, momentum: 0.5 }),
        });
        for (const one of factors) {
          if (steer) trainer.learningRateFactor = one;
          await trainer.run(4);
        }
        const { values } = await trainer.state();
        trainer.close();
        return bitsOf(values);
      };
      expect(await train(schedule, true)).toBe(await train((step) => schedule(step) * factor(step), false));
    };
    const factors = [1, 0.3, 0.7];
    await scaled(
      factors,
      () => 0.1,
      (step) => factors[Math.floor(step / 4)],
    );
    await scaled(
      factors,
      (step) => 0.1 / (1 + step),
      (step) => factors[Math.floor(step / 4)],
    );
  });
});
