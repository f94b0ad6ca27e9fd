import { describe, expect, it } from "vitest";
import { optimizerDefaults } from "../study/optimizer.ts";
import { defaults } from "./defaults.ts";
import { optimizerOf } from "./optimizer-settings.ts";
import { flagOf, type TrainRequest, trainSettings } from "./train-settings.ts";
import { UsageError } from "./usage-error.ts";

const settingsOf = (asked: Partial<TrainRequest> = {}) => trainSettings({ ...defaults, ...asked });

describe("trainSettings", () => {
  it("takes what the optimizer has by default, or what is asked for", () => {
    expect(settingsOf()).toMatchObject({ optimizer: "adam", learningRate: 0.0006, momentum: undefined, weightDecay: 0 });
    expect(settingsOf({ optimizer: "sgd" })).toMatchObject({ learningRate: 0.1, momentum: 0.5, weightDecay: 0 });
    expect(settingsOf({ optimizer: "adamW" })).toMatchObject({ learningRate: 0.001, momentum: undefined, weightDecay: 0.01 });
    expect(settingsOf({ optimizer: "adamW", weightDecay: 0, learningRate: 1 })).toMatchObject({
      learningRate: 1,
      weightDecay: 0,
    });
    expect(settingsOf({ optimizer: "rmsprop", momentum: 0.9 })).toMatchObject({ momentum: 0.9 });
  });

  it.each<[asked: Partial<TrainRequest>, message: string]>([
    [
      { optimizer: "adam", momentum: 0.9 },
      "--momentum is given with --optimizer adam; leave it out, or give --optimizer sgd or rmsprop",
    ],
    [
      { optimizer: "rmsprop", nesterov: true },
      "--nesterov is given with --optimizer rmsprop; leave it out, or give --optimizer sgd",
    ],
    [
      { optimizer: "sgd", momentum: 0, nesterov: true },
      "--nesterov is given with --momentum 0; leave it out, or give a momentum above 0",
    ],
    [
      { decaySteps: 5 },
      "--decay-steps is given with --schedule polynomial; leave it out, or give --schedule step, exponential or",
    ],
    [
      { schedule: "inverse-time", decayFactor: 0.5 },
      "--decay-factor is given with --schedule inverse-time; leave it out, or give",
    ],
    [
      { dropoutKind: "gaussian", scaling: "standard" },
      "--scaling standard is given with --dropout-kind gaussian; leave it out: dropout alone has two scalings",
    ],
    [
      { dropoutKind: "gaussian", inputDropout: 1 },
      "--input-dropout 1 is given with --dropout-kind gaussian; give a rate below 1",
    ],
    [{ dropoutKind: "gaussian", dropout: 1 }, "--dropout 1 is given with --dropout-kind gaussian; give a rate below 1"],
    [{ dropoutKind: "alpha" }, "--activation relu is given with --dropout-kind alpha; give --activation selu"],
    [
      { dropoutKind: "alpha", activation: "selu", dropout: 1 },
      "--dropout 1 is given with --dropout-kind alpha; give a rate below 1",
    ],
    [
      { dropoutKind: "standout", activation: "softplus" },
      "--activation softplus is given with --dropout-kind standout; give one of relu, selu, gelu, sigmoid, tanh, swish",
    ],
    [
      { dropoutSchedule: "early", dropout: 0, inputDropout: 0 },
      "--dropout 0 --input-dropout 0 is given with --dropout-schedule early; give rates above 0, or leave the schedule out",
    ],
    [
      { dropoutSchedule: "front-loaded", dropout: 0.8 },
      "--dropout 0.8 is given with --dropout-schedule front-loaded; its first rate would be 1.2",
    ],
    [{ earlyStopping: 5 }, "--early-stopping is given without --validation; give --validation 0.1 too"],
    [{ reduceOnPlateau: 5 }, "--reduce-on-plateau is given without --validation; give --validation 0.1 too"],
  ])("refuses %j", (asked, message) => {
    expect(() => settingsOf(asked)).toThrow(UsageError);
    expect(() => settingsOf(asked)).toThrow(`drowse: ${message}`);
  });
});

describe("optimizerOf", () => {
  it("makes each optimizer, with decay that is decoupled in adamW and a penalty in the others", () => {
    for (const optimizer of Object.keys(optimizerDefaults) as (keyof typeof optimizerDefaults)[]) {
      const asked = settingsOf({ optimizer, schedule: "constant", weightDecay: 0.25, maxNorm: "none", clipValue: 2 });
      const made = optimizerOf(asked, 1000);
      const { learningRate } = optimizerDefaults[optimizer];
      const decay = optimizer === "adamW" ? [0, 0, 2, 0.25] : [0.25, 0, 2, 0];
      expect(made.kind).toBe(optimizer);
      expect(made.hyper(0).slice(0, 5)).toEqual([learningRate, ...decay]);
    }
    expect(optimizerOf(settingsOf({ optimizer: "sgd", nesterov: true, clipNorm: 3 }), 1000)).toMatchObject({
      rule: "nesterov",
      clipNorm: 3,
    });
  });

  it("spreads the schedule over all steps of the run", () => {
    const { hyper } = optimizerOf(settingsOf({ optimizer: "sgd", schedule: "linear", epochs: 3, batchSize: 10 }), 95);
    expect(hyper(15)[0]).toBeCloseTo(0.05, 12);
    expect(hyper(30)[0]).toBe(0);
  });
});

it("flags are names with hyphens", () => {
  expect(["hidden", "inputDropout", "reduceOnPlateau"].map(flagOf)).toEqual([
    "--hidden",
    "--input-dropout",
    "--reduce-on-plateau",
  ]);
});
