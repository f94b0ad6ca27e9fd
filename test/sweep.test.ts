import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModel } from "../src/formats/model-file.ts";
import { weightsHash } from "../src/formats/weights-hash.ts";
import { type Called, drowse, eventsOf } from "./command.ts";

// The command's sweeps, in a process of their own: what they write, and that one which was killed ends as one that was not.

let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "drowse-sweep-"));
  const rows = Array.from({ length: 160 }, (_, i) => {
    const [x, y] = [((i * 7919) % 200) / 100 - 1, ((i * 104_729) % 200) / 100 - 1];
    return `${x},${y},${x * x + y * y < 0.6 ? "in" : "out"}`;
  });
  writeFileSync(join(cwd, "rings.csv"), `x,y,ring\n${rows.join("\n")}\n`);
  writeFileSync(join(cwd, "slope.csv"), `x,y\n${rows.map((row, i) => `${row.split(",")[0]},${i / 7}`).join("\n")}\n`);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const SHORT = ["--hidden", "12", "--epochs", "8", "--folds", "3", "--trials", "6", "--lag", "3"];
const call = (...args: string[]) => drowse(["sweep", "rings.csv", ...SHORT, ...args], { cwd });
/** The last event, without what depends on the clock and the folder. */
const endOf = (called: Called) => {
  const { seconds: _, out: __, ...end } = eventsOf(called).at(-1) ?? {};
  return end;
};
const linesOf = (folder: string) =>
  readFileSync(join(cwd, folder, "journal.jsonl"), "utf8")
    .replace(/"seconds":[\d.e-]+/g, "")
    .split("\n")
    .sort();

describe("drowse sweep", { timeout: 240_000 }, () => {
  it("is the same for any number of workers, and its last event has the best trial with its hash", async () => {
    const one = await call("--json", "--workers", "1", "--out", "one");
    const two = await call("--json", "--workers", "2", "--out", "two", "--train-best");
    expect([one.code, one.stderr, two.code, two.stderr]).toEqual([0, "", 0, ""]);
    const { model, ...end } = endOf(two);
    expect(end).toEqual(endOf(one));
    expect(end).toMatchObject({ event: "done", trials: 6, best: { weightsHash: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    expect(linesOf("two")).toEqual(linesOf("one"));
    expect(readdirSync(join(cwd, "one")).sort()).toEqual(["best.json", "journal.jsonl", "sweep.html"]);
    const kept = loadModel(readFileSync(join(cwd, "two/model.safetensors")));
    expect(await weightsHash(kept.weights)).toBe((model as { weightsHash: string }).weightsHash);
    const evaluated = await drowse(["evaluate", "two", "rings.csv", "--json"], { cwd });
    expect(eventsOf(evaluated).at(-1)).toMatchObject({ event: "done", rows: 160 });
  });

  it("goes on after it was killed, and ends as one that was not", async () => {
    const whole = await call("--json", "--out", "whole");
    const killed = await drowse(["sweep", "rings.csv", ...SHORT, "--json", "--out", "killed"], {
      cwd,
      onOutput: (text, kill) => text.split('"event":"trial"').length > 3 && kill("SIGKILL"),
    });
    expect(killed.code).not.toBe(0);
    const before = linesOf("killed").length;
    expect(before).toBeLessThan(linesOf("whole").length);
    expect(readdirSync(join(cwd, "killed")).sort()).toEqual(["journal.jsonl", "journal.jsonl.lock"]);
    const again = await call("--json", "--out", "killed");
    expect(again.code).toBe(0);
    expect((eventsOf(again)[0].known as { folds: number }).folds).toBeGreaterThan(3);
    expect(endOf(again)).toEqual(endOf(whole));
    expect(linesOf("killed")).toEqual(linesOf("whole"));
  });

  it("tells of trials as they are over, and of the answer, in words", async () => {
    const { code, stdout } = await call("--sampler", "random", "--pruning", "halving");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^rings.csv: 160 rows; target ring: 2 classes\n6 trials by random, pruning halving, on 3 folds; seed 1\n/,
    );
    expect(stdout.match(/^trial +\d +(complete|pruned|failed) /gm)).toHaveLength(6);
    expect(stdout).toMatch(/\nended in .*: 2 complete, 4 pruned, 0 failed\n/);
    expect(stdout).toMatch(/\nbest +\d+ +0\.\d{4} ± 0\.\d{4}/);
    expect(stdout).toMatch(/on folds that the search has not seen\.|it does not help here\./);
    expect(stdout).toMatch(/\nwrote runs\/rings-sweep-1\/sweep.html\n$/);
  });

  it("sweeps numbers too, and says what is wrong in one line", async () => {
    const slope = await drowse(
      ["sweep", "slope.csv", ...SHORT, "--sampler", "sobol", "--objective", "log-likelihood", "--json"],
      { cwd },
    );
    expect(endOf(slope)).toMatchObject({ event: "done", trials: 6, failed: 0 });
    const cases: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
      [["slope.csv", "--objective", "calibration"], 1, /^sweep: the objective is calibration, and y holds numbers; give loss/],
      [["rings.csv", "--search", "dropout=2"], 1, /configuration.dropout.0 is 2; give a number from 0/],
      [["rings.csv", "--search", "depth=1..2"], 1, /configuration.depth is no setting there is; leave it out/],
      [["rings.csv", "--sampler", "best"], 2, /--sampler/],
      [["nothing.csv"], 1, /"nothing.csv" does not exist/],
      [["rings.csv", "--out", "."], 1, /--out \. holds \d+ entries, and no journal.jsonl/],
    ];
    for (const [args, code, message] of cases) {
      const called = await drowse(["sweep", ...args], { cwd });
      expect(called.stderr).toMatch(message);
      expect(called.stderr).not.toMatch(/\n {4}at /);
      expect(called.code).toBe(code);
    }
  });
});
