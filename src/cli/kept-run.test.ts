import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { type Fault, faultyFiles } from "../../test/faulty-files.ts";
import { classes } from "../../test/tasks.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { relu } from "../layers/relu.ts";
import type { FitEvent } from "../model/fit-events.ts";
import type { FitOptions } from "../model/fit-options.ts";
import type { FitState } from "../model/fit-state.ts";
import { sequential } from "../model/sequential.ts";
import { sgd } from "../optimizers/sgd.ts";
import { DrowseError } from "../tensor/errors.ts";
import { isLeftOver } from "./atomic-write.ts";
import { defaults } from "./defaults.ts";
import { systemFiles } from "./file-system.ts";
import { KeptRun } from "./kept-run.ts";
import { newestCheckpoint, saveCheckpoint } from "./run-checkpoints.ts";
import { trainSettings } from "./train-settings.ts";

const data = classes({ rows: 24 });
const options: FitOptions = {
  loss: "crossEntropy",
  optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
  epochs: 2,
  batchSize: 8,
  threads: 1,
};
const build = () => sequential({ input: [8], seed: 3 }, [dense(6), relu(), dropout({ rate: 0.4 }), dense(3)]);
const bytesOf = (text: string) => new TextEncoder().encode(text);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "drowse-kept-"));
});
afterEach(() => rm(folder, { recursive: true }));

const FAULTS: readonly Fault[] = ["ENOSPC", "EIO", "EROFS", "EDQUOT", "EACCES", "half a write", "no write"];

/** States of a run after some of its steps. */
async function someStates(): Promise<FitState[]> {
  const states: FitState[] = [];
  await build().fit(data, { ...options, checkpoint: { steps: 2, save: (state) => void states.push(state) } });
  return states;
}

describe("saveCheckpoint", () => {
  it("keeps the newest two", async () => {
    const states: FitState[] = [];
    await build().fit(data, { ...options, checkpoint: { steps: 1, save: (state) => void states.push(state) } });
    expect(states).toHaveLength(5);
    for (const state of states) await saveCheckpoint(folder, state, "note");
    expect((await readdir(folder)).sort()).toEqual(["checkpoint-4.safetensors", "checkpoint-5.safetensors"]);
    expect(await newestCheckpoint(folder)).toMatchObject({ name: "checkpoint-5.safetensors", note: "note", refused: [] });
  });

  it.each(FAULTS)("leaves the one before where any call goes wrong, or has written the new one: %s", async (fault) => {
    const [first, second] = await someStates();
    let failures = 0;
    for (let at = 0; ; at++) {
      const place = await mkdtemp(join(folder, "run-"));
      await saveCheckpoint(place, first, "note");
      const { files, calls } = faultyFiles(at, fault);
      let refusal: unknown;
      await saveCheckpoint(place, second, "note", files).catch((error) => {
        refusal = error;
      });
      if (refusal) {
        expect(refusal).toBeInstanceOf(DrowseError);
        expect((refusal as DrowseError).message).toMatch(/checkpoint-4\.safetensors cannot be written \(E/);
        failures++;
      }
      // The folder is synced when the new one has its name: an error there is told, and both are whole.
      const found = await newestCheckpoint(place);
      expect(found?.refused).toEqual([]);
      if (!refusal) expect(found?.state.trainer.step).toBe(4);
      expect([2, 4]).toContain(found?.state.trainer.step);
      expect((await readdir(place)).filter(isLeftOver), `call ${at}, ${calls[at]}`).toEqual([]);
      if (at >= calls.length) break;
    }
    expect(failures).toBeGreaterThan(fault === "half a write" ? -1 : 0);
  });
});

/** A training that is kept in a folder: what the model's bits are, or what the system refused, and what was said. */
async function train(out: string, files = systemFiles, resume?: FitState) {
  const said: string[] = [];
  const request = { out, name: "data", checkpointEvery: { steps: 2 } };
  const run = new KeptRun(request, (text) => said.push(text), files);
  const model = build();
  const lines: object[] = [];
  const settings = trainSettings(defaults);
  try {
    const keeping = await run.begin({ data: "data.csv", dataHash: "sha256:0", settings });
    const onEvent = (event: FitEvent) => {
      if (event.event !== "epoch") return;
      lines.push({ event: "epoch", epoch: event.epoch });
      run.tell(lines);
    };
    await model.fit(data, { ...options, ...keeping, ...(resume ? { resume } : {}), onEvent });
    await run.finish({ model: bytesOf(bitsOf(model.weights)), metrics: [...lines, { event: "done" }] }, true);
    return { bits: bitsOf(model.weights), said, refusal: undefined };
  } catch (error) {
    await run.discard();
    return { bits: undefined, said, refusal: error };
  }
}

describe("a training that is kept", () => {
  const ended = ["config.json", "metrics.jsonl", "model.safetensors"];
  const isStep = (name: string) => name.startsWith("checkpoint-");

  it.each(["ENOSPC", "EIO", "half a write"] as const)("loses nothing where any one call goes wrong: %s", async (fault) => {
    const { bits } = await train(join(folder, "whole"));
    let refused = 0;
    let warned = 0;
    for (let at = 0; ; at++) {
      const out = join(folder, String(at));
      const { files, calls } = faultyFiles(at, fault);
      const outcome = await train(out, files);
      warned += outcome.said.length;
      const entries = await readdir(out).catch(() => []);
      if (outcome.refusal) {
        refused++;
        expect(outcome.refusal).toBeInstanceOf(DrowseError);
        // At its beginning nothing is left of it; at its end the checkpoint before it stands, and leads to the same weights.
        if (entries.length > 0) {
          const found = await newestCheckpoint(out);
          const model = build();
          await model.fit(data, { ...options, resume: found?.state as FitState });
          expect(bitsOf(model.weights)).toBe(bits);
        }
      } else {
        expect(outcome.bits, `call ${at}, ${calls[at]}`).toBe(bits);
        expect(entries.filter((name) => !isStep(name)).sort()).toEqual(ended);
        const lines = (await readFile(join(out, "metrics.jsonl"), "utf8")).trimEnd().split("\n");
        expect(lines).toEqual([1, 2].map((epoch) => `{"event":"epoch","epoch":${epoch}}`).concat('{"event":"done"}'));
      }
      if (at >= calls.length) break;
    }
    if (fault === "half a write") expect([refused, warned]).toEqual([0, 0]);
    else {
      expect(refused).toBeGreaterThan(0);
      expect(warned).toBeGreaterThan(5);
    }
  });

  it("goes on where the disk is full from a call on, says so once, and is refused at its end", async () => {
    const { files } = faultyFiles(20, "ENOSPC", true);
    const out = join(folder, "full");
    const { refusal, said } = await train(out, files);
    expect(refusal).toMatchObject({ message: expect.stringContaining("the disk is full: free some space") });
    const told = said.filter((text) => text.includes("checkpoint-")).map((text) => text.replace(/checkpoint-\d+/, ""));
    expect(told).toHaveLength(1);
    expect(new Set(said).size).toBe(said.length);
    expect(said[0]).toContain("cannot be written (ENOSPC: what went wrong); the disk is full: free some space (");
    const found = await newestCheckpoint(out);
    expect(found?.refused).toEqual([]);
    expect(found?.state.trainer.step).toBeGreaterThan(0);
  });
});
