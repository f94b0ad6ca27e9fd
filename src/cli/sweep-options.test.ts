import { describe, expect, it } from "vitest";
import { type SweepOptions, sweepRequest } from "./sweep-settings.ts";
import { searchOption } from "./sweep-space.ts";
import { UsageError } from "./usage-error.ts";

describe("--search", () => {
  it.each([
    ["dropout=0..0.8", { dropout: { kind: "float", low: 0, high: 0.8 } }],
    ["dropout1=.1..0.8:0.1", { dropout1: { kind: "float", low: 0.1, high: 0.8, step: 0.1 } }],
    ["learning-rate=1e-4..1e-1:log", { learningRate: { kind: "float", low: 1e-4, high: 0.1, log: true } }],
    ["batch-size=16..128:log", { batchSize: { kind: "int", low: 16, high: 128, log: true } }],
    ["epochs=5..9", { epochs: { kind: "int", low: 5, high: 9 } }],
    ["hidden=64-64|128|none", { hidden: { kind: "categorical", choices: ["64-64", 128, "none"] } }],
    ["max-norm=none|2|3.5", { maxNorm: { kind: "categorical", choices: ["none", 2, 3.5] } }],
    ["scaling=standard", { scaling: { kind: "categorical", choices: ["standard"] } }],
  ])("%s", (text, space) => {
    expect(searchOption(text)).toEqual(space);
  });

  it("adds to what was there", () => {
    expect(Object.keys(searchOption("b=0..1", searchOption("a=0..1")))).toEqual(["a", "b"]);
    expect(() => searchOption("a=0..1", searchOption("a=0..1"))).toThrow("and a is searched already; give each setting once");
  });

  it.each([
    "dropout",
    "dropout=",
    "=0..1",
    "dropout=0..",
    "dropout=0..x",
    "dropout=0..1:quick",
    "epochs=1..9:2",
    "dropout=1..0",
    "a=1|1",
  ])("is not %s", (text) => {
    expect(() => searchOption(text)).toThrow(UsageError);
    expect(() => searchOption(text)).toThrow(`drowse: --search is ${JSON.stringify(text)}`);
  });
});

describe("sweepRequest", () => {
  const standard = {
    trials: 40,
    sampler: "tpe",
    pruning: "median",
    objective: "loss",
    folds: 5,
    repeats: 1,
    lag: 8,
    seed: 1,
  } as const;
  const asked = (changes: Partial<SweepOptions> = {}) => sweepRequest({ ...standard, ...changes });

  it("searches rates and the learning rate, but for what is given", () => {
    expect(Object.keys(asked().space)).toEqual(["inputDropout", "dropout1", "dropout2", "learningRate"]);
    expect(Object.keys(asked({ hidden: [8, 8, 8], inputDropout: 0 }).space)).toEqual([
      "dropout1",
      "dropout2",
      "dropout3",
      "learningRate",
    ]);
    const fixed = asked({ dropout: 0.3, earlyStopping: 3, optimizer: "sgd" });
    expect(Object.keys(fixed.space)).toEqual(["inputDropout", "learningRate"]);
    expect(fixed.fixed).toEqual({ dropout: [0.3, 0.3], patience: 3, optimizer: "sgd" });
    expect(asked({ objective: "log-likelihood" }).objective).toBe("negativeLogLikelihood");
  });

  it("has as many trials as a grid has points", () => {
    expect(asked({ sampler: "grid", search: { dropout: { kind: "float", low: 0, high: 0.8, step: 0.1 } } }).trials).toBe(9);
  });

  it.each<[changes: Partial<SweepOptions>, message: string]>([
    [{ dropout: 0.3, search: { dropout: { kind: "float", low: 0, high: 1 } } }, "--dropout is given, and searched"],
    [{ earlyStopping: 3, search: { patience: { kind: "int", low: 1, high: 9 } } }, "--early-stopping is given, and searched"],
    [{ dropout: 0.3, inputDropout: 0, learningRate: 0.1 }, "every setting is given; leave one to be searched"],
    [{ pruning: "halving" }, "--pruning halving is given with --sampler tpe; give --sampler random, sobol or grid"],
    [{ dropoutKind: "alpha" }, '--activation is "relu"; take selu'],
  ])("refuses %j", (changes, message) => {
    expect(() => asked(changes)).toThrow(UsageError);
    expect(() => asked(changes)).toThrow(message);
  });
});
