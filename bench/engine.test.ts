import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildBench } from "../scripts/bench.mjs";
import { ContestantProcess } from "./contestant.ts";
import type { Job } from "./job.ts";
import { initialWeights } from "./mnist.ts";
import { randomRows } from "./rows.ts";

const program = fileURLToPath(new URL("../.cache/bench/engine.js", import.meta.url));
const shape = { layers: [12, 20, 3], rates: [0.2, 0.5], loss: "crossEntropy", batch: 8, threads: 2 } as const;
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "drowse-bench-"));
  await buildBench();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("this engine as a contestant", () => {
  it("does every kind of job", async () => {
    const network = { ...shape, data: randomRows(folder, 40, shape), weights: initialWeights(folder, shape) };
    const jobs: Job[] = [
      { task: "train", ...network, learningRate: 0.01, momentum: 0.9 },
      { task: "predict", ...network },
      { task: "product", size: 32, threads: 2 },
      { task: "peak", threads: 2 },
    ];
    for (const job of jobs) {
      const contestant = await ContestantProcess.start({ program: process.execPath, arguments: [program] }, job);
      expect(contestant.version).toMatch(/^drowse \d+\.\d+\.\d+$/);
      expect(await contestant.run(3)).toBeGreaterThan(0);
      contestant.close();
    }
  });
});
