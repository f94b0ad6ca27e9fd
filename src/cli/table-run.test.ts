import { copyFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { type Fault, faultyFiles } from "../../test/faulty-files.ts";
import { crossEntropy } from "../losses/cross-entropy.ts";
import { prepareRows } from "../tables/apply-preparation.ts";
import { fitPreparation } from "../tables/fit-preparation.ts";
import { inputSize, outputSize } from "../tables/preparation.ts";
import { saveTableModel } from "../tables/table-model.ts";
import { defaults } from "./defaults.ts";
import { systemFiles } from "./file-system.ts";
import { imageNetwork } from "./image-network.ts";
import { Interrupted } from "./interrupt.ts";
import { KeptRun } from "./kept-run.ts";
import { optimizerOf } from "./optimizer-settings.ts";
import { readTask } from "./read-task.ts";
import { openRun } from "./resumed-run.ts";
import { checkpointNames } from "./run-checkpoints.ts";
import { VALIDATED_FILE } from "./run-folder.ts";
import type { TableEpoch } from "./table-events.ts";
import { type TableOutcome, trainTable } from "./table-run.ts";
import { addTrainOptions } from "./train-options.ts";
import { type TrainRequest, trainSettings } from "./train-settings.ts";

// A network that is trained twice: until early stopping has found the best epoch, and again on all rows but those to test on.

/** Every moment is tried in `npm run test:deep`, else some of them. */
const STRIDE = process.env.DROWSE_DEEP ? 1 : 5;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "drowse-refit-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Rows of numbers, categories and gaps. */
const rows = Array.from({ length: 120 }, (_, i) => {
  const [a, b] = [((i * 7919) % 100) / 100, ((i * 104_729) % 97) / 97];
  return `${a},${b.toFixed(3)},c${i % 5},${i % 2 ? a : ""},${a + b + ((i * 31) % 7) / 7 > 1.5 ? "yes" : "no"}`;
});
const source = new Blob([["a,b,colour,gap,label", ...rows].join("\n")]);
const request = { test: 0.2, refit: true };
const { inputScale: _, mainJobEpochs: __, ...standard } = defaults;
const small = {
  hidden: [6],
  dropout: 0.3,
  inputDropout: 0,
  batchSize: 40,
  validation: 0.3,
  earlyStopping: 3,
  epochs: 12,
  threads: 1,
};
const settingsOf = (more: Partial<TrainRequest> = {}) =>
  trainSettings({ ...standard, ...small, learningRate: 0.02, schedule: "constant", ...more });
const moving = settingsOf({ schedule: "linear", dropoutSchedule: "linear:0.1", reduceOnPlateau: 1, earlyStopping: 3 });

/** So few epochs that each of its moments can be tried. */
const brief = settingsOf({ epochs: 4, schedule: "linear", dropoutSchedule: "linear:0.1", reduceOnPlateau: 1 });

interface Way {
  readonly settings?: ReturnType<typeof settingsOf>;
  readonly refit?: boolean;
  readonly resume?: boolean;
  readonly files?: typeof systemFiles;
  readonly checkpointEvery?: { readonly steps: number } | null;
  /** Told of each epoch and of each step that is on the disk; true stops it. */
  readonly stops?: (moment: TableEpoch | "checkpoint") => boolean;
}

/** Trains into a folder, and leaves there what the command does. */
async function train(out: string, way: Way = {}): Promise<{ outcome: TableOutcome; said: string[] }> {
  const {
    settings = moving,
    refit = true,
    resume = false,
    files = systemFiles,
    checkpointEvery = null,
    stops = () => false,
  } = way;
  const controller = new AbortController();
  const hear = (moment: TableEpoch | "checkpoint") => {
    if (stops(moment)) controller.abort(new Interrupted("SIGINT"));
  };
  const watched = {
    ...files,
    async rename(from: string, to: string) {
      await files.rename(from, to);
      if (to.includes("checkpoint-")) hear("checkpoint");
    },
  } as typeof systemFiles;
  const said: string[] = [];
  const resumed = resume ? await openRun(out, addTrainOptions(new Command())) : undefined;
  const kept = new KeptRun({ out, name: "t", checkpointEvery, resumed }, (text) => said.push(text), watched);
  const asked = { ...request, refit };
  const task = await readTask(source, asked);
  const table = { ...asked, target: task.target, task: task.kind };
  const outcome = await trainTable({ path: "t.csv", task }, asked, settings, {
    signal: controller.signal,
    onEvent: (event) => event.event === "epoch" && hear(event),
    kept,
    begin: () => kept.begin({ data: "t.csv", dataHash: `sha256:${"0".repeat(64)}`, table, settings }),
  });
  const { model, preparation, validated, epochs, end, stopped } = outcome;
  const others = validated ? { [VALIDATED_FILE]: saveTableModel(validated.model, validated.preparation) } : {};
  const written = { model: saveTableModel(model, preparation), metrics: [...epochs, end], others };
  await kept.finish(written, stopped === undefined);
  return { outcome, said };
}

/** What a run has left: its models, and its lines but for their times. */
async function leftBy(out: string) {
  const read = async (name: string) => readFile(join(out, name));
  const lines = (await read("metrics.jsonl")).toString().replace(/"seconds":[\d.e-]+/g, "");
  return { lines, model: await read("model.safetensors"), validated: await read(VALIDATED_FILE) };
}

describe("a network that is trained again", () => {
  it("is the one that as many epochs on all rows but those to test on make of its first weights", async () => {
    const settings = settingsOf();
    const { outcome } = await train(join(folder, "run"), { settings });
    const { task, split, end, model, validated, preparation } = outcome;
    const all = task.rows.filter((row) => !split.test.includes(row));
    const made = fitPreparation(task, all);
    const twin = imageNetwork([inputSize(made)], outputSize(made), settings);
    await twin.fit(prepareRows(made, task, all), {
      loss: crossEntropy(),
      optimizer: optimizerOf(settings, all.length),
      epochs: end.bestEpoch as number,
      batchSize: settings.batchSize,
      threads: 1,
    });
    expect(bitsOf(model.weights)).toBe(bitsOf(twin.weights));
    expect(end).toMatchObject({ event: "done", refit: { rows: 96, epochs: end.bestEpoch } });
    // Its inputs are standardised by all of these rows, those of the model before by the rows that it was trained on.
    expect(preparation).toEqual(made);
    expect(validated?.preparation).toEqual(fitPreparation(task, split.training));
    expect(preparation).not.toEqual(validated?.preparation);
  });

  it("is measured on the rows held out before it learns from them, with the model that is had without it", async () => {
    const twice = (await train(join(folder, "twice"))).outcome;
    const once = (await train(join(folder, "once"), { refit: false })).outcome;
    expect(bitsOf(twice.validated?.model.weights ?? new Map())).toBe(bitsOf(once.model.weights));
    expect(once.validated).toBeUndefined();
    expect(once.end).not.toHaveProperty("refit");
    const { validation, bestEpoch, reason, epochs } = once.end;
    expect(twice.end).toMatchObject({ validation, bestEpoch, reason, epochs });
    expect(twice.epochs.filter(({ phase }) => phase === "first").map(({ seconds: _, ...told }) => told)).toEqual(
      once.epochs.map(({ seconds: _, ...told }) => told),
    );
    const again = twice.epochs.filter(({ phase }) => phase === "refit");
    expect(again.map(({ epoch }) => epoch)).toEqual(Array.from({ length: bestEpoch as number }, (_, index) => index + 1));
    // A learning rate that a plateau lowered is lowered again, by schedules that go over all epochs there might have been.
    expect(again.some(({ learningRate }) => learningRate < 0.005)).toBe(true);
    for (const [index, { learningRate }] of again.entries()) {
      const { learningRate: before } = twice.epochs[index];
      expect(learningRate / before).toBeGreaterThan(0.5);
      expect(learningRate / before).toBeLessThan(2);
    }
  });

  it("ends with the same bits and lines when it is stopped at any of its steps, in either training", {
    timeout: 60_000,
  }, async () => {
    const every = { settings: brief, checkpointEvery: { steps: 1 } };
    let moments = 0;
    await train(join(folder, "whole"), { ...every, stops: () => ++moments < 0 });
    const whole = await leftBy(join(folder, "whole"));
    expect(moments).toBeGreaterThan(20);
    let stopped = 0;
    for (let at = 1; at <= moments; at += STRIDE) {
      const out = join(folder, String(at));
      let moment = 0;
      const first = await train(out, { ...every, stops: () => ++moment === at }).catch((error) => {
        // No epoch has finished: the checkpoint of its steps stands.
        if (!(error instanceof Interrupted)) throw error;
      });
      if (first?.outcome.stopped === undefined && first !== undefined) continue;
      stopped++;
      if (first) expect(first.outcome).toMatchObject({ end: { event: "interrupted" }, validated: undefined });
      const { outcome, said } = await train(out, { ...every, resume: true });
      expect([outcome.end.event, ...said]).toEqual(["done"]);
      const left = await leftBy(out);
      expect(left.lines, `stopped at ${at}`).toBe(whole.lines);
      expect(left.model.equals(whole.model) && left.validated.equals(whole.validated), `stopped at ${at}`).toBe(true);
      expect(await checkpointNames(out)).toEqual([]);
    }
    expect(stopped).toBeGreaterThan(moments / 2 / STRIDE);
  });

  it("goes on from what stands between the two where that alone is left, and not without it", async () => {
    const whole = join(folder, "whole");
    await train(whole);
    const stopAt = (epoch: number) => (moment: TableEpoch | "checkpoint") =>
      moment !== "checkpoint" && moment.phase === "refit" && moment.epoch === epoch;
    for (const isGone of [false, true]) {
      const out = join(folder, String(isGone));
      await train(out, { stops: stopAt(2) });
      const [refit, between, ...more] = await checkpointNames(out);
      expect(more).toEqual([]);
      await rm(join(out, isGone ? between : refit));
      if (isGone) {
        const message = `${out} has ${refit}, and none that is whole of the end of the first training; train from the start`;
        await expect(train(out, { resume: true })).rejects.toThrow(message);
      } else {
        await train(out, { resume: true });
        expect((await leftBy(out)).model.equals((await leftBy(whole)).model)).toBe(true);
      }
    }
  });

  it("is finished when its model is there, not that of before it was stopped", async () => {
    const [whole, out] = [join(folder, "whole"), join(folder, "out")];
    await train(whole);
    await train(out, { stops: (moment) => moment !== "checkpoint" && moment.phase === "refit" });
    await expect(train(whole, { resume: true })).rejects.toThrow("is finished: there is nothing to go on with");
    // Killed when all but the model was written.
    await copyFile(join(whole, "metrics.jsonl"), join(out, "metrics.jsonl"));
    await train(out, { resume: true });
    expect((await leftBy(out)).model.equals((await leftBy(whole)).model)).toBe(true);
  });

  it.each<Fault>(["ENOSPC", "EIO"])("loses nothing where any one call to the system goes wrong: %s", async (fault) => {
    const whole = join(folder, "whole");
    await train(whole, { settings: brief });
    const { model } = await leftBy(whole);
    const way = { settings: brief, checkpointEvery: { steps: 5 } };
    let warned = 0;
    for (let at = 0; ; at += STRIDE) {
      const out = join(folder, String(at));
      const { files, calls } = faultyFiles(at, fault);
      const told = await train(out, { ...way, files }).catch(() => undefined);
      warned += told?.said.length ?? 0;
      const entries: string[] = await readdir(out).catch(() => []);
      // At its beginning nothing is left of it; at its end the checkpoints stand.
      if (told === undefined && entries.includes("config.json") && !entries.includes("model.safetensors"))
        await train(out, { ...way, resume: true });
      if (entries.includes("config.json")) expect((await leftBy(out)).model.equals(model), `call ${at}, ${calls[at]}`).toBe(true);
      if (at >= calls.length) break;
    }
    expect(warned).toBeGreaterThan(20 / STRIDE);
  });
});
