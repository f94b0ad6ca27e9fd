import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { classes } from "../../test/tasks.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { relu } from "../layers/relu.ts";
import { sgd } from "../optimizers/sgd.ts";
import type { EpochEvent, FitEvent } from "./fit-events.ts";
import { watchable } from "./monitor.ts";
import { Plateau, type PlateauOptions } from "./plateau.ts";
import { sequential } from "./sequential.ts";

const numbers = watchable({ answers: true, validation: true, metrics: [] });
const epochOf = (name: string, value: number) => ({ [name]: value }) as unknown as EpochEvent;

/** The learning rates after each epoch by the rule of Keras's `ReduceLROnPlateau`, told over: its steps, one by one. */
function byKeras(values: readonly number[], base: number, options: Required<Omit<PlateauOptions, "monitor" | "mode">>): number[] {
  let rate = base;
  let best = Number.POSITIVE_INFINITY;
  let [wait, cooldown] = [0, 0];
  return values.map((value) => {
    if (cooldown > 0) {
      cooldown -= 1;
      wait = 0;
    }
    if (value < best - options.minDelta) {
      best = value;
      wait = 0;
    } else if (cooldown <= 0) {
      wait += 1;
      if (wait >= options.patience && rate > options.minimum) {
        rate = Math.max(rate * options.factor, options.minimum);
        cooldown = options.cooldown;
        wait = 0;
      }
    }
    return rate;
  });
}

describe("the learning rate on a plateau", () => {
  it("falls as in Keras", () => {
    const options = fc.record({
      factor: fc.constantFrom(0.1, 0.5, 0.9),
      patience: fc.integer({ min: 1, max: 4 }),
      minDelta: fc.constantFrom(0, 0.5, 1),
      cooldown: fc.integer({ min: 0, max: 4 }),
      minimum: fc.constantFrom(0, 0.01, 0.1),
    });
    const values = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(options, values, fc.boolean(), (given, losses, largest) => {
        const base = 0.2;
        const monitor = largest ? "validationAccuracy" : "validationLoss";
        const plateau = new Plateau({ ...given, monitor }, numbers);
        let factor = 1;
        const rates = losses.map((loss) => {
          factor = plateau.after(epochOf(monitor, largest ? -loss : loss), factor, base);
          return base * factor;
        });
        for (const [index, rate] of byKeras(losses, base, given).entries()) expect(rates[index]).toBeCloseTo(rate, 14);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("has Keras's defaults", () => {
    const plateau = new Plateau({}, numbers);
    let factor = 1;
    for (let epoch = 0; epoch < 10; epoch++) factor = plateau.after(epochOf("validationLoss", 1 - epoch * 1e-5), factor, 0.1);
    expect(factor).toBe(1);
    expect(plateau.after(epochOf("validationLoss", 1), factor, 0.1)).toBe(0.1);
  });

  it("falls for the steps of the next epoch, to the bits of a schedule that does", async () => {
    const data = classes({ rows: 60 });
    const validation = classes({ rows: 30, seed: 2 });
    const build = () => sequential({ input: [8], seed: 3 }, [dense(20), relu(), dropout({ rate: 0.3 }), dense(3)]);
    const options = { loss: "crossEntropy", batchSize: 16, epochs: 14, validation } as const;
    const base = (step: number) => 0.4 / (1 + step / 8);
    const events: FitEvent[] = [];
    const model = build();
    const history = await model.fit(data, {
      ...options,
      optimizer: sgd({ learningRate: base, momentum: 0.8 }),
      reduceLearningRateOnPlateau: { factor: 0.3, patience: 2, cooldown: 1 },
      onEvent: (event) => void events.push(event),
    });
    const lowered = events.filter((event) => event.event === "learningRate");
    expect(lowered.length).toBeGreaterThan(1);
    expect(lowered.map(({ cause }) => cause)).toEqual(lowered.map(() => "plateau"));
    const factorAt = (step: number) => lowered.filter(({ epoch }) => 4 * epoch <= step).at(-1)?.factor ?? 1;
    expect(history.learningRate).toEqual(Array.from({ length: 14 }, (_, index) => base(4 * index + 3) * factorAt(4 * index + 3)));
    const twin = build();
    await twin.fit(data, { ...options, optimizer: sgd({ learningRate: (step) => base(step) * factorAt(step), momentum: 0.8 }) });
    expect(bitsOf(model.weights)).toBe(bitsOf(twin.weights));
  });

  it("is refused with options out of range", () => {
    const cases: [object, string][] = [
      [{ factor: 1 }, "reduceLearningRateOnPlateau: factor is 1; give a number above 0 and below 1"],
      [{ factor: 0 }, "factor is 0"],
      [{ patience: 0 }, "patience is 0; give a whole number of epochs, at least 1"],
      [{ cooldown: -1 }, "cooldown is -1"],
      [{ minimum: -0.1 }, "minimum is -0.1; give a learning rate"],
      [{ minDelta: Number.NaN }, "minDelta is NaN"],
      [{ monitor: "validationR2" }, 'monitor is "validationR2"; this run has loss, validationLoss, accuracy, validationAccuracy'],
      [{ minLearningRate: 0.1 }, 'unknown option "minLearningRate"'],
    ];
    for (const [options, message] of cases) expect(() => new Plateau(options, numbers)).toThrow(message);
  });
});
