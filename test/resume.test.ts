import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drowse, eventsOf, writeBars } from "./command.ts";
import { hashOfRun } from "./kills.ts";

// How a run goes on, and what it does not go on from: the command in a process of its own.

let cwd = "";
const call = (...args: string[]) => drowse(args, { cwd });
const path = (...parts: string[]) => join(cwd, ...parts);
const training = ["points.csv", "--hidden", "8", "--epochs", "60", "--early-stopping", "60", "--batch-size", "20"];

/** Stops a training in its middle: a run with two checkpoints. */
async function stopped(out: string, signal: NodeJS.Signals = "SIGINT", ...more: string[]) {
  const args = [
    "train",
    ...training,
    "--epochs",
    "100000",
    "--early-stopping",
    "100000",
    "--checkpoint-every",
    "3epochs",
    "--out",
    out,
  ];
  return drowse([...args, ...more], { cwd, onOutput: (text, kill) => void (text.includes('"epoch":20') && kill(signal)) });
}

/** The checkpoints of a run, the newest first. */
const checkpoints = (run: string) =>
  readdirSync(path(run))
    .filter((name) => name.startsWith("checkpoint-"))
    .sort((a, b) => Number(b.slice(11, -12)) - Number(a.slice(11, -12)));

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "drowse-resume-"));
  const rows = Array.from(
    { length: 200 },
    (_, i) => `${((i * 7919) % 100) / 100},${(i * 31) % 7},${(i * 7919) % 100 > 50 ? "a" : "b"}`,
  );
  writeFileSync(path("points.csv"), ["x,z,label", ...rows].join("\n"));
  writeBars(path("bars"), { train: 80, test: 0 });
  expect(await call("train", ...training, "--out", "whole")).toMatchObject({ code: 0, stderr: "" });
  expect(await stopped("stopped", "SIGINT", "--json")).toMatchObject({ code: 130 });
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** What a run tells, but for its times. */
const lines = (run: string) => readFileSync(path(run, "metrics.jsonl"), "utf8").replace(/"seconds":[\d.e-]+/g, "");

/** A copy of the run that was stopped, to be spoilt. */
function copyOf(run: string, name: string): string {
  cpSync(path(run), path(name), { recursive: true });
  return name;
}

describe("a run", () => {
  it("that is stopped at each of its epochs goes on to the same model and the same lines", async () => {
    const run = "step by step";
    let left = 8;
    for (let call = ["train", ...training, "--out", run, "--tensorboard"]; ; call = ["train", "--resume", run]) {
      const isLast = left-- === 0;
      const onOutput = (text: string, kill: (signal: NodeJS.Signals) => void) => {
        if (!isLast && text.includes('"event":"epoch"')) kill(left % 2 ? "SIGINT" : "SIGTERM");
      };
      const called = await drowse([...call, "--json", "--threads", String(1 + (left & 1))], { cwd, onOutput });
      if (called.code === 0) break;
      expect(called.code, called.stderr).toBe(left % 2 ? 130 : 143);
      expect(called.stderr).toContain(`to go on with it: drowse train --resume ${run}\n`);
    }
    expect(hashOfRun(cwd, run)).toBe(hashOfRun(cwd, "whole"));
    expect(lines(run)).toBe(lines("whole"));
    const told = expect.stringMatching(/^events\.out\.tfevents\.\d+\.drowse$/);
    const files = ["config.json", told, "metrics.jsonl", "model.safetensors", "report.html", "validated.safetensors"];
    expect(readdirSync(path(run)).sort()).toEqual(files);
  });

  it("that is stopped while it is trained again goes on to the same model, with the other beside it", async () => {
    const run = "again and again";
    let left = 6;
    for (let call = ["train", ...training, "--out", run]; ; call = ["train", "--resume", run]) {
      const isLast = left-- === 0;
      const onOutput = (text: string, kill: (signal: NodeJS.Signals) => void) => {
        if (!isLast && text.includes('"phase":"refit"')) kill(left === 4 ? "SIGKILL" : "SIGINT");
      };
      const called = await drowse([...call, "--json", "--checkpoint-every", "5ms"], { cwd, onOutput });
      if (called.code === 0) break;
      if (called.code === null) continue;
      expect(called.code, called.stderr).toBe(130);
      // What is written is the model that has been measured: the other has not come to its end.
      expect(eventsOf(called).at(-1)).toMatchObject({ event: "interrupted", epochs: 60, bestEpoch: expect.any(Number) });
      expect(eventsOf(called).at(-1)).not.toHaveProperty("refit");
      expect(readFileSync(path(run, "model.safetensors"))).toEqual(readFileSync(path("whole", "validated.safetensors")));
      expect(checkpoints(run).length).toBeGreaterThan(1);
    }
    expect(hashOfRun(cwd, run)).toBe(hashOfRun(cwd, "whole"));
    expect(lines(run)).toBe(lines("whole"));
    expect(readFileSync(path(run, "validated.safetensors"))).toEqual(readFileSync(path("whole", "validated.safetensors")));
    expect(checkpoints(run)).toEqual([]);
  });

  it("is repeated from its config.json, on the data it was of, or with other settings", async () => {
    const again = await call("train", "--config", "whole/config.json", "--out", "again", "--json");
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(hashOfRun(cwd, "again")).toBe(hashOfRun(cwd, "whole"));
    const other = await call(
      "train",
      "--config",
      "whole/config.json",
      "--seed",
      "5",
      "--epochs",
      "3",
      "--out",
      "other",
      "--json",
    );
    expect(eventsOf(other)[0]).toMatchObject({ seed: 5, epochs: 3, hidden: [8] });
    expect(readFileSync(path("again", "config.json"), "utf8")).toBe(readFileSync(path("whole", "config.json"), "utf8"));
  });

  it("goes on where its data have moved to, and not where they were changed", async () => {
    const run = copyOf("stopped", "moved");
    copyFileSync(path("points.csv"), path("elsewhere.csv"));
    writeFileSync(path("changed.csv"), `${readFileSync(path("points.csv"), "utf8")}\n1,2,a`);
    const changed = await call("train", "changed.csv", "--resume", run);
    expect(changed).toMatchObject({ code: 1, stdout: "" });
    expect(changed.stderr).toMatch(
      /^train: changed\.csv is not what moved\/config\.json was made of: its hash is sha256:\w{64} where sha256:\w{64} is due; give the data as they were/,
    );
    const images = await call("train", "bars", "--resume", run);
    expect(images).toMatchObject({ code: 1, stdout: "" });
    const moved = await drowse(["train", "elsewhere.csv", "--resume", run, "--json"], {
      cwd,
      onOutput: (text, kill) => void (text.includes('"event":"epoch"') && kill("SIGINT")),
    });
    expect(moved).toMatchObject({ code: 130 });
    const [start, first] = eventsOf(moved);
    expect(start).toMatchObject({ event: "start" });
    expect(first.epoch).toBeGreaterThan(20);
  });

  it("whose newest checkpoint is damaged goes on from the one before, and says so", async () => {
    const run = copyOf("stopped", "damaged");
    const [newest, before] = checkpoints(run);
    const bytes = readFileSync(path(run, newest));
    const flipped = bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 4 : byte));
    for (const [harm, content] of Object.entries({ flipped, cut: bytes.subarray(0, -1) })) {
      const spoilt = copyOf(run, `damaged ${harm}`);
      writeFileSync(path(spoilt, newest), content);
      const called = await drowse(["train", "--resume", spoilt, "--json"], {
        cwd,
        onOutput: (text, kill) => void (text.includes('"event":"epoch"') && kill("SIGINT")),
      });
      expect(called.stderr).toContain(
        `${join(spoilt, newest)} is damaged (the checksum at the file's end is not that of its bytes)`,
      );
      expect(called.stderr).toContain(`going on from ${before}, the one before\n`);
      expect(called.code).toBe(130);
    }
    for (const name of checkpoints(run)) writeFileSync(path(run, name), "");
    const lost = await call("train", "--resume", run);
    expect(lost).toMatchObject({ code: 1, stdout: "" });
    expect(lost.stderr).toContain("no checkpoint in damaged is whole");
    expect(lost.stderr).toContain("train from the start: drowse train --config damaged/config.json");
  });

  it("whose folder goes away under it says so, trains on, and fails at its end", async () => {
    const long = ["--epochs", "3000", "--early-stopping", "3000", "--no-refit", "--checkpoint-every", "100ms"];
    const args = ["train", ...training, ...long, "--out", "gone", "--json"];
    const onOutput = (text: string) => {
      if (text.includes('"event":"epoch"') && existsSync(path("gone"))) renameSync(path("gone"), path("taken away"));
    };
    const called = await drowse(args, { cwd, onOutput });
    expect(called.code).toBe(1);
    expect(called.stderr).toMatch(
      /write: gone\/(checkpoint-\d+\.safetensors|metrics\.jsonl) cannot be written \(ENOENT: .*\(.*\)\n/,
    );
    expect(eventsOf(called).at(-1)).toMatchObject({ event: "error", operation: "write", exitCode: 1 });
    expect(eventsOf(called).filter(({ phase }) => phase === "first")).toHaveLength(3000);
  });

  it("that was stopped before its first checkpoint begins again, and what a killed process left is removed", async () => {
    mkdirSync(path("early"));
    copyFileSync(path("whole", "config.json"), path("early", "config.json"));
    writeFileSync(path("early", ".checkpoint-9.safetensors.0123abcd.tmp"), "half");
    writeFileSync(path("early", "metrics.jsonl"), '{"event":"epoch","epoch":1');
    expect(await call("train", "--resume", "early")).toMatchObject({ code: 0, stderr: "" });
    expect(hashOfRun(cwd, "early")).toBe(hashOfRun(cwd, "whole"));
    const files = ["config.json", "metrics.jsonl", "model.safetensors", "report.html", "validated.safetensors"];
    expect(readdirSync(path("early")).sort()).toEqual(files);
  });
});

describe("drowse train refuses", () => {
  it.each<[args: string[], code: number, message: string]>([
    [["--resume", "whole"], 1, "train: the run whole is finished: there is nothing to go on with; predict with it, or repeat it"],
    [["--resume", "nothing"], 1, "train: nothing/config.json does not exist; give a run, as drowse train writes them"],
    [["--resume", "bars"], 1, "train: bars/config.json does not exist"],
    [["--resume", "points.csv"], 1, "train: points.csv/config.json does not exist"],
    [["--config", "points.csv"], 1, 'train: points.csv: "x" is found where a value is due at character 0'],
    [
      ["--resume", "stopped", "--epochs", "9"],
      2,
      "drowse: --epochs is given with --resume; leave it out: the run's config.json says it all",
    ],
    [["--resume", "stopped", "--out", "x"], 2, "drowse: --out is given with --resume"],
    [["--resume", "stopped", "--config", "whole/config.json"], 2, "cannot be used with option '--resume <run>'"],
    [["--checkpoint-every", "9"], 2, 'drowse: --checkpoint-every is "9"; give a time, steps or epochs'],
    [["--checkpoint-every", "1s,2s"], 2, 'drowse: --checkpoint-every is "1s,2s"'],
  ])("%j", async (args, code, message) => {
    const called = await call("train", ...args);
    expect(called).toMatchObject({ code, stdout: "" });
    expect(called.stderr).toContain(message);
  });

  it.each<[change: (config: Record<string, unknown>) => unknown, message: string]>([
    [(config) => ({ ...config, drowse: "9.0.0" }), "spoilt was begun by drowse 9.0.0, and this is"],
    [(config) => ({ ...config, generator: "mersenne" }), 'spoilt/config.json: generator is "mersenne"; this version has'],
    [(config) => ({ ...config, command: "study" }), 'spoilt/config.json: command is "study"'],
    [(config) => ({ ...config, data: 7 }), "spoilt/config.json: drowse is"],
    [(config) => ({ ...config, dataHash: "sha256:" }), 'spoilt/config.json: dataHash is "sha256:"'],
    [(config) => ({ ...config, hiden: [8] }), 'it has a member "hiden", and there is no such setting'],
    [(config) => ({ ...config, threads: 2 }), 'it has a member "threads"'],
    [(config) => ({ ...config, __proto__x: 1 }), 'it has a member "__proto__x"'],
    [(config) => ({ ...config, dropout: "0.5" }), 'spoilt/config.json: dropout is "0.5"; give what --dropout takes'],
    [(config) => ({ ...config, dropout: 1.5 }), "spoilt/config.json: dropout is 1.5"],
    [(config) => ({ ...config, hidden: [8, "8"] }), "spoilt/config.json: hidden is"],
    [(config) => ({ ...config, hidden: true }), "spoilt/config.json: hidden is true"],
    [(config) => ({ ...config, optimizer: "toString" }), 'spoilt/config.json: optimizer is "toString"'],
    [(config) => ({ ...config, types: { x: "word" } }), "spoilt/config.json: types is"],
    [({ seed: _, ...config }) => config, "spoilt/config.json: it has no seed"],
    [() => [], "spoilt/config.json: it is no object"],
    [(config) => ({ ...config, dropout: 0.75 }), "spoilt/config.json was changed after checkpoint-"],
  ])("a config.json that was changed: %#", async (change, message) => {
    rmSync(path("spoilt"), { recursive: true, force: true });
    copyOf("stopped", "spoilt");
    const config = JSON.parse(readFileSync(path("spoilt", "config.json"), "utf8"));
    writeFileSync(path("spoilt", "config.json"), JSON.stringify(change(config), null, 2));
    const called = await call("train", "--resume", "spoilt");
    expect(called).toMatchObject({ code: 1, stdout: "" });
    expect(called.stderr).toContain(message);
  });

  it("a config.json with a member twice, and one that is empty", async () => {
    const text = readFileSync(path("stopped", "config.json"), "utf8");
    writeFileSync(path("twice.json"), text.replace('"seed": 1', '"seed": 1, "seed": 2'));
    expect((await call("train", "--config", "twice.json")).stderr).toContain('the key "seed" is given twice');
    writeFileSync(path("empty.json"), "");
    expect((await call("train", "--config", "empty.json")).stderr).toContain("train: empty.json: the end of the text is found");
  });
});
