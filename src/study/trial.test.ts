import { beforeAll, describe, expect, it } from "vitest";
import { ringsTable, slopeTable } from "../../test/studies.ts";
import { weightsHash } from "../formats/weights-hash.ts";
import { configuration } from "./configuration.ts";
import { feedForward } from "./network.ts";
import { modelSeed } from "./resampling.ts";
import { threadExecutor } from "./thread-executor.ts";
import { type FoldRequest, type FoldResult, trainFold } from "./trial.ts";
import type { TrialData } from "./trial-data.ts";

const resampling = { folds: 3, repeats: 1, seed: 7 };
const short = configuration({ hidden: [16, 8], dropout: [0.3, 0.1], inputDropout: 0.1, epochs: 4, patience: "none" });
const asked = (changes: Partial<FoldRequest> = {}): FoldRequest => ({
  configuration: short,
  resampling,
  repeat: 0,
  fold: 1,
  ...changes,
});
const untimed = ({ seconds: _, ...result }: FoldResult) => result;

let rings: TrialData;
let slope: TrialData;
beforeAll(async () => {
  rings = await ringsTable(150);
  slope = await slopeTable(150);
});

describe("trainFold", () => {
  it("is a pure function of data and request, for any number of threads", async () => {
    const results = [];
    for (const threads of [0, 1, 2]) results.push(untimed(await trainFold(rings, asked(), threads)));
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    expect(results[0]).toMatchObject({ fold: 1, epochs: 4, bestEpoch: 4, rows: { training: 100, stopping: 0, heldOut: 50 } });
    expect(results[0].weightsHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("differs with the fold, the seed and the configuration", async () => {
    const requests = [
      asked(),
      asked({ fold: 2 }),
      asked({ resampling: { ...resampling, seed: 8 } }),
      asked({ configuration: { ...short, dropout: [0.3, 0.2] } }),
    ];
    const hashes = await Promise.all(requests.map(async (request) => (await trainFold(rings, request)).weightsHash));
    expect(new Set(hashes).size).toBe(4);
  });

  it("begins with the same first weights whatever the rates, so that results are paired", async () => {
    const seed = modelSeed(resampling, { repeat: 0, fold: 1 });
    const first = (settings: object) =>
      weightsHash(feedForward({ ...short, ...settings }, { input: [5], outputs: 2, seed }).weights);
    expect(await first({ dropout: [0, 0], inputDropout: 0 })).toBe(await first({}));
    expect(await first({ dropoutKind: "gaussian" })).toBe(await first({ scaling: "standard" }));
  });

  it("measures classes: what stands in the result is what the rows held out say", async () => {
    const learning = configuration({ hidden: [32], dropout: [0.1], epochs: 60, learningRate: 0.01, patience: 10 });
    const { measures, rows, epochs, bestEpoch } = await trainFold(rings, asked({ configuration: learning }));
    expect(rows).toEqual({ training: 85, stopping: 15, heldOut: 50 });
    expect(bestEpoch).toBeLessThanOrEqual(epochs);
    expect((measures?.error ?? 1) * 50).toBeCloseTo(Math.round((measures?.error ?? 1) * 50), 10);
    expect(measures?.error).toBeLessThan(0.35);
    expect(measures?.loss).toBeLessThan(Math.LN2);
    expect(measures?.negativeLogLikelihood).toBe(measures?.loss);
    expect(measures?.calibrationError).toBeGreaterThan(0);
    expect(measures?.calibrationError).toBeLessThan(0.5);
  });

  it("measures numbers in their own unit, and their likelihood does not depend on it", async () => {
    const learning = configuration({ hidden: [32], dropout: [0], epochs: 80, learningRate: 0.01, patience: "none" });
    const { measures } = await trainFold(slope, asked({ configuration: learning }));
    // Noise is uniform over 4: its deviation is 1.15, and that of the target about 10.
    expect(measures?.error).toBeGreaterThan(1);
    expect(measures?.error).toBeLessThan(5);
    expect(measures).not.toHaveProperty("calibrationError");
    const { task } = slope as Extract<TrialData, { kind: "table" }>;
    const metres = { kind: "table", task: { ...task, targets: task.targets.map((value) => value / 100) } } as TrialData;
    const scaled = (await trainFold(metres, asked({ configuration: learning }))).measures;
    expect((measures?.negativeLogLikelihood ?? 0) - (scaled?.negativeLogLikelihood ?? 0)).toBeCloseTo(Math.log(100), 3);
    expect(scaled?.error).toBeCloseTo((measures?.error ?? 0) / 100, 4);
  });

  it("takes rows that are numbers already, bytes too", async () => {
    const x = Uint8Array.from({ length: 4 * 60 }, (_, i) => (i * 37) % 251);
    const y = Uint8Array.from({ length: 60 }, (_, i) => (x[4 * i] > 125 ? 1 : 0));
    const bytes: TrialData = { kind: "arrays", x, scale: 1 / 255, input: [2, 2], y, classes: 2 };
    const floats: TrialData = {
      kind: "arrays",
      x: Float32Array.from(x, (byte) => Math.fround(byte * Math.fround(1 / 255))),
      input: [2, 2],
      y,
      classes: 2,
    };
    const [one, other] = [await trainFold(bytes, asked()), await trainFold(floats, asked())];
    expect(one.measures).toBeDefined();
    expect(untimed(one)).toEqual(untimed(other));
  });

  it("tells of a training that diverges, and of its epochs where that is asked", async () => {
    const wild = configuration({ ...short, optimizer: "sgd", momentum: 0, learningRate: 1e30, epochs: 3 });
    const result = await trainFold(rings, asked({ configuration: wild }));
    expect(result.measures).toBeUndefined();
    expect(result.failure).toMatch(/are not finite at step/);
    const { history } = await trainFold(rings, asked({ history: true }));
    expect(history?.loss).toHaveLength(4);
    expect(history?.stoppingLoss).toEqual([]);
  });
});

describe("threadExecutor", () => {
  const requests = () =>
    [0, 1, 2].flatMap((fold) => [0, 0.5].map((rate) => asked({ fold, configuration: { ...short, dropout: [rate, rate] } })));

  it("has the results of the calling thread, for any number of workers", async () => {
    const alone = [];
    for (const request of requests()) alone.push(untimed(await trainFold(rings, request)));
    for (const workers of [1, 2, 3]) {
      const executor = threadExecutor(rings, { workers });
      const results = await Promise.all(requests().map((request) => executor.run(request)));
      await executor.close();
      expect(results.map(untimed)).toEqual(alone);
    }
  });

  it("passes on what is wrong, and goes on after it", async () => {
    const executor = threadExecutor(rings, { workers: 1 });
    const wrong = executor.run(asked({ resampling: { folds: 999, repeats: 1, seed: 1 } }));
    const right = executor.run(asked());
    await expect(wrong).rejects.toMatchObject({
      name: "DrowseError",
      message: "study: folds is 999, and there are 150 rows; give fewer folds",
    });
    expect((await right).measures).toBeDefined();
    await executor.close();
    await expect(executor.run(asked())).rejects.toThrow("threadExecutor: it is closed");
  });

  it("gives up what still runs when it is closed", async () => {
    const executor = threadExecutor(rings, { workers: 1 });
    const runs = [executor.run(asked()), executor.run(asked())];
    const ended = Promise.allSettled(runs);
    await executor.close();
    expect((await ended).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(runs[0]).rejects.toThrow("the training was given up");
  });

  it("refuses no workers", () => {
    expect(() => threadExecutor(rings, { workers: 0 })).toThrow(
      "threadExecutor: workers is 0; give a whole number from 1 to 256",
    );
  });
});
