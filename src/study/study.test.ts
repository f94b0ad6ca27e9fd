import { describe, expect, it } from "vitest";
import { branin } from "../../test/known-functions.ts";
import { median } from "./pruner.ts";
import { random } from "./samplers/random.ts";
import { tpe } from "./samplers/tpe.ts";
import type { Space } from "./space.ts";
import { createStudy, type StudyOptions, type Trial } from "./study.ts";

const space: Space = { rate: { kind: "float", low: 0, high: 0.8 } };

describe("a study", () => {
  it("asks for trials, is told what they are worth, and knows the best", () => {
    const study = createStudy({ seed: 1, sampler: random() });
    for (const value of [3, 1, 1, 2]) {
      const trial = study.ask();
      const parameters = {
        rate: trial.suggestFloat("rate", 0, 0.8),
        learningRate: trial.suggestFloat("learningRate", 1e-4, 1e-1, { log: true }),
        units: trial.suggestInt("units", 16, 256, { log: true }),
        kind: trial.suggestCategorical("kind", ["dropout", "gaussian"]),
      };
      expect(trial.parameters).toEqual(parameters);
      expect(trial.suggestFloat("rate", 0, 0.8)).toBe(parameters.rate);
      expect(study.tell(trial, value)).toEqual({ number: trial.number, state: "complete", value, parameters, reports: [] });
    }
    expect(study.bestTrial?.number).toBe(1);
    expect(study.trials.map(({ number }) => number)).toEqual([0, 1, 2, 3]);
    expect(createStudy({ seed: 1 }).bestTrial).toBeUndefined();
  });

  it("is the same however many trials are on their way, and whichever of them are over first", () => {
    const run = (atOnce: number, order: (open: Trial[]) => Trial) => {
      const study = createStudy({
        space: branin.space,
        sampler: tpe({ startup: 4 }),
        pruner: median({ startup: 2 }),
        seed: 5,
        lag: 4,
      });
      const open: Trial[] = [];
      for (let asked = 0; asked < 24 || open.length > 0; ) {
        while (asked < 24 && open.length < atOnce && study.isReady) {
          open.push(study.ask());
          asked++;
        }
        const trial = order(open);
        open.splice(open.indexOf(trial), 1);
        const value = branin.value(trial.parameters);
        trial.report(value, 1);
        study.tell(trial, trial.shouldPrune() ? { state: "pruned", value } : value);
      }
      return study.trials;
    };
    const alone = run(1, ([first]) => first);
    expect(alone.filter(({ state }) => state === "pruned").length).toBeGreaterThan(2);
    expect(run(4, (open) => open[open.length - 1])).toEqual(alone);
    expect(run(3, (open) => open[Math.floor(open.length / 2)])).toEqual(alone);
  });

  it("goes on from the trials of before, and asks again for those that were not told", () => {
    const options = { space: branin.space, sampler: tpe({ startup: 3 }), seed: 2, lag: 2 } satisfies StudyOptions;
    const whole = createStudy(options);
    for (let i = 0; i < 12; i++) {
      const trial = whole.ask();
      whole.tell(trial, branin.value(trial.parameters));
    }
    const lost = [5, 7, 8, 9, 10, 11];
    const resumed = createStudy({ ...options, trials: whole.trials.filter(({ number }) => !lost.includes(number)) });
    for (const number of lost) {
      const trial = resumed.ask();
      expect(trial.number).toBe(number);
      resumed.tell(trial, branin.value(trial.parameters));
    }
    expect(resumed.trials).toEqual(whole.trials);
  });

  it("refuses a trial that looks at one that is not told, and waits for nothing where nothing is looked at", () => {
    const study = createStudy({ space, seed: 1, lag: 2 });
    study.ask();
    const second = study.ask();
    expect(study.isReady).toBe(false);
    expect(() => study.ask()).toThrow(
      "ask: trial 2 looks at trial 0, which is not told; tell it first, or create the study with a lag above 2",
    );
    study.tell(second, 1);
    expect(study.isReady).toBe(false);
    const blind = createStudy({ space, seed: 1, sampler: random() });
    for (let i = 0; i < 5; i++) blind.ask();
    expect(blind.isReady).toBe(true);
  });
});

describe("refused", () => {
  const study = () => createStudy({ space, seed: 1 });
  const cases: readonly (readonly [name: string, message: string, call: () => unknown])[] = [
    ["an option", 'createStudy: unknown option "direction"', () => createStudy({ seed: 1, direction: "maximize" } as never)],
    ["no seed", "createStudy: the seed is undefined", () => createStudy({} as never)],
    ["a lag", "createStudy: lag is 0; give a whole number of at least 1", () => createStudy({ seed: 1, lag: 0 })],
    [
      "a space",
      "createStudy: space.rate.high is missing; give it",
      () => createStudy({ seed: 1, space: { rate: { kind: "float", low: 2 } } as never }),
    ],
    [
      "a range",
      "suggestFloat: rates is an object with kind, low, high; give low <= high",
      () => study().ask().suggestFloat("rates", 1, 0),
    ],
    [
      "a choice",
      "suggestCategorical: kind.choices is []; give at least one choice",
      () => study().ask().suggestCategorical("kind", []),
    ],
    [
      "an option of a range",
      'suggestInt: unknown option "step"',
      () =>
        study()
          .ask()
          .suggestInt("n", 0, 1, { step: 1 } as never),
    ],
    [
      "telling twice",
      "tell: trial 0 is told already",
      () => {
        const one = study();
        one.ask();
        one.tell(0, 1);
        one.tell(0, 1);
      },
    ],
    ["telling too early", "tell: trial 3 was not asked for", () => study().tell(3, 1)],
    [
      "telling nothing",
      "tell: the value is NaN; give a finite number",
      () => {
        const one = study();
        one.tell(one.ask(), Number.NaN);
      },
    ],
    [
      "no value",
      "tell: the value is undefined",
      () => {
        const one = study();
        one.tell(one.ask(), { state: "complete" });
      },
    ],
    ["reporting NaN", "report: value is NaN", () => study().ask().report(Number.NaN, 0)],
    [
      "reporting backwards",
      "report: step is 1; give a whole number above 1",
      () => {
        const trial = study().ask();
        trial.report(1, 1);
        trial.report(1, 1);
      },
    ],
  ];
  it.each(cases)("is %s", (_, message, call) => {
    expect(call).toThrow(message);
  });
});
