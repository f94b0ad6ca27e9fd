import { beforeAll, describe, expect, it } from "vitest";
import { ringsTable } from "../../test/studies.ts";
import { quickExecutor, quickResult, quickSweep } from "../../test/sweeps.ts";
import { weightsHash } from "../formats/weights-hash.ts";
import { chooseTrials, confirmChoice } from "./choice.ts";
import { configuration } from "./configuration.ts";
import { grid } from "./samplers/grid.ts";
import { random } from "./samplers/random.ts";
import { sobol } from "./samplers/sobol.ts";
import { configurationOf, standardSpace, widthsOf } from "./settings.ts";
import { type SweepEvent, type SweptTrial, sweep } from "./sweep.ts";
import { threadExecutor } from "./thread-executor.ts";
import { trainChoice } from "./train-choice.ts";
import type { TableData } from "./trial-data.ts";

const untimed = (trials: readonly SweptTrial[]) =>
  trials.map(({ folds, ...trial }) => ({ ...trial, folds: folds.map(({ seconds: _, ...fold }) => fold) }));

describe("a sweep", () => {
  it.each([
    ["tpe with the median", {}],
    ["random", { sampler: random(), pruning: "none" }],
    ["sobol", { sampler: sobol(), pruning: "none" }],
    ["a grid", { sampler: grid({ points: 3 }), pruning: "none", trials: 9 }],
    ["halving", { sampler: random(), pruning: "halving", trials: 9 }],
  ] as const)("is the same for any number of workers and whichever is faster: %s", async (_, changes) => {
    const alone = await sweep(quickSweep(changes), { executor: quickExecutor(1, 1) });
    expect(alone).toHaveLength(quickSweep(changes).trials);
    for (const [capacity, turns] of [
      [2, 3],
      [3, 5],
      [16, 7],
    ]) {
      expect(await sweep(quickSweep(changes), { executor: quickExecutor(capacity, turns) })).toEqual(alone);
    }
  });

  it("with halving trains many a little and few on all folds; what was given up says how far it came", async () => {
    const executor = quickExecutor();
    const request = quickSweep({
      sampler: random(),
      pruning: "halving",
      trials: 9,
      resampling: { folds: 5, repeats: 1, seed: 1 },
    });
    const trials = await sweep(request, { executor });
    const healthy = trials.filter(({ state }) => state !== "failed");
    expect(healthy.length).toBeGreaterThan(6);
    const byFolds = (count: number) => healthy.filter(({ folds }) => folds.length === count);
    const second = Math.ceil(healthy.length / 3);
    expect([byFolds(5).length, byFolds(3).length]).toEqual([1, second - 1]);
    expect(byFolds(5)[0].state).toBe("complete");
    expect(byFolds(1).every(({ state, reports }) => state === "pruned" && reports.length === 1)).toBe(true);
  });

  it("tells of each training and each trial once, and a trial that diverges is failed", async () => {
    const events: SweepEvent[] = [];
    const executor = quickExecutor();
    const trials = await sweep(quickSweep({ sampler: random(), pruning: "none", trials: 20 }), {
      executor,
      onEvent: (event) => events.push(event),
    });
    const told = events.filter(({ event }) => event === "trial");
    expect(told).toHaveLength(20);
    expect(events.filter(({ event }) => event === "fold")).toHaveLength(executor.asked.length);
    for (const { parameters, state, value, standardError } of trials) {
      const isWild = Number(parameters.inputDropout) > 0.45;
      expect(state).toBe(isWild ? "failed" : "complete");
      expect(value === undefined).toBe(isWild);
      expect(standardError === undefined).toBe(isWild);
    }
    expect(trials.some(({ state }) => state === "failed")).toBe(true);
  });

  it("finds a better rate by tpe, and gives up what is hopeless", async () => {
    const trials = await sweep(quickSweep({ trials: 40 }), { executor: quickExecutor() });
    const { best, simplest } = chooseTrials(trials) ?? {};
    expect(best?.configuration.dropout[0]).toBeGreaterThan(0.3);
    expect(best?.configuration.dropout[0]).toBeLessThan(0.5);
    expect(trials.filter(({ state }) => state === "pruned").length).toBeGreaterThan(5);
    expect(simplest?.value).toBeLessThanOrEqual((best?.value ?? 0) + (best?.standardError ?? 0));
  });

  it("stops when it is aborted", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const executor = quickExecutor();
    const onEvent = () => executor.asked.length > 6 && controller.abort(reason);
    await expect(sweep(quickSweep(), { executor, signal: controller.signal, onEvent })).rejects.toBe(reason);
    await expect(sweep(quickSweep(), { executor, signal: controller.signal })).rejects.toBe(reason);
    expect(executor.asked.length).toBeLessThan(12);
  });

  it("passes on what is wrong with a space", async () => {
    const run = (space: object) => sweep(quickSweep({ space: space as never, sampler: random() }), { executor: quickExecutor() });
    await expect(run({ rate: { kind: "float", low: 0, high: 1 } })).rejects.toThrow("configuration.rate is no setting there is");
    await expect(run({ hidden: { kind: "categorical", choices: ["8,8"] } })).rejects.toThrow(
      'study: hidden is "8,8"; give the units',
    );
  });
});

describe("trainings of a table", () => {
  let data: TableData;
  beforeAll(async () => {
    data = await ringsTable(120);
  });

  it("are the same by one thread and by two, and the best is trained on all rows", async () => {
    const request = quickSweep({
      trials: 4,
      lag: 2,
      fixed: { hidden: [8], dropout: [0], epochs: 5, patience: "none" },
      resampling: { folds: 2, repeats: 1, seed: 1 },
    });
    const results = [];
    for (const workers of [1, 2]) {
      const executor = threadExecutor(data, { workers });
      results.push(await sweep(request, { executor }));
      await executor.close();
    }
    expect(untimed(results[1])).toEqual(untimed(results[0]));
    const [{ configuration: one, folds }] = results[0];
    const chosen = await trainChoice(data, one, folds, { seed: 1 });
    expect(chosen.epochs).toBe(5);
    expect(chosen.preparation?.inputs.map(({ name }) => name)).toEqual(["x", "y", "noise", "colour"]);
    expect(chosen.weightsHash).toBe(await weightsHash(chosen.model.weights));
    expect((await trainChoice(data, one, folds, { seed: 1, threads: 0 })).weightsHash).toBe(chosen.weightsHash);
  });
});

describe("chooseTrials", () => {
  const trial = (number: number, value: number, parameters: number, rate: number): SweptTrial => {
    const one = configuration({ hidden: [8], dropout: [rate] });
    const fold = {
      ...quickResult({ configuration: one, resampling: { folds: 1, repeats: 1, seed: 0 }, repeat: 0, fold: 0 }),
      parameters,
    };
    return {
      number,
      state: "complete",
      value,
      standardError: 0.1,
      parameters: {},
      reports: [],
      configuration: one,
      folds: [fold],
    };
  };

  it("takes the best, and within its standard error the smallest network, then the smallest rates", () => {
    const trials = [
      trial(0, 1, 100, 0.5),
      trial(1, 1.05, 50, 0.5),
      trial(2, 1.1, 50, 0.2),
      trial(3, 1.2, 10, 0),
      trial(4, 1, 100, 0.5),
    ];
    const { best, simplest } = chooseTrials(trials) ?? {};
    expect([best?.number, simplest?.number]).toEqual([0, 2]);
    expect(chooseTrials([{ ...trials[0], state: "pruned" }])).toBeUndefined();
  });

  it("compares with no dropout on folds that the search has not seen", async () => {
    const executor = quickExecutor();
    const one = configuration({ hidden: [8], dropout: [0.4] });
    const confirmed = await confirmChoice(one, { folds: 3, repeats: 1, seed: 1 }, "loss", executor);
    expect(confirmed?.ours).toHaveLength(6);
    expect(confirmed?.difference.mean).toBeCloseTo(-0.16, 1);
    expect(executor.asked.every(({ resampling }) => resampling.seed !== 1)).toBe(true);
    expect(
      await confirmChoice(configuration({ hidden: [8], dropout: [0] }), { folds: 3, repeats: 1, seed: 1 }, "loss", executor),
    ).toBeUndefined();
  });
});

describe("configurationOf", () => {
  it("puts the values of a trial over what stays", () => {
    const fixed = { hidden: [64, 32], dropout: [0.1, 0.2], epochs: 7 };
    expect(configurationOf(fixed, {})).toEqual(configuration(fixed));
    expect(configurationOf(fixed, { dropout: 0.5, dropout2: 0.3 }).dropout).toEqual([0.5, 0.3]);
    expect(configurationOf(fixed, { hidden: "16-8-4" })).toMatchObject({
      hidden: [16, 8, 4],
      dropout: [0.1, 0.2, 0.2],
      epochs: 7,
    });
    expect(configurationOf(fixed, { hidden: "none" })).toMatchObject({ hidden: [], dropout: [] });
    expect(configurationOf({}, { optimizer: "sgd", inputDropout: 0.3 })).toMatchObject({ learningRate: 0.1, inputDropout: 0.3 });
    expect(widthsOf(128)).toEqual([128]);
    expect(Object.keys(standardSpace(2))).toEqual(["inputDropout", "dropout1", "dropout2", "learningRate"]);
  });
});
