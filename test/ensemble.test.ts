import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTableModel } from "drowse/tables";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bitsOf } from "./bits.ts";
import { eventsOf } from "./command.ts";
import { callInProcess as call } from "./in-process.ts";
import { startDrowse, type Told } from "./running.ts";

// `drowse train --members`, and what the other commands make of such a run.

const before = process.cwd();
let cwd = "";
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "drowse-ensemble-"));
  process.chdir(cwd);
  const rows = Array.from({ length: 200 }, (_, i) => {
    const [x, y] = [((i * 7919) % 97) / 97, ((i * 104_729) % 89) / 89];
    return `${x.toFixed(3)},${y.toFixed(3)},${(3 * x - y).toFixed(3)},${x + y + ((i * 31) % 7) / 14 > 1.2 ? "far" : "near"}`;
  });
  writeFileSync(join(cwd, "places.csv"), `x,y,height,place\n${rows.join("\n")}\n`);
  const called = await call("train", "places.csv", ...SHORT, "--members", "3", "--out", "three", "--json");
  expect(called).toMatchObject({ code: 0, stderr: "" });
  three = eventsOf(called);
});
afterAll(() => {
  process.chdir(before);
  rmSync(cwd, { recursive: true, force: true });
});

const SHORT = ["--hidden", "8", "--epochs", "12", "--early-stopping", "3"];
let three: Record<string, unknown>[] = [];

const read = (...path: string[]) => readFileSync(join(cwd, ...path));
const untimed = (text: string) => text.replace(/"seconds":[\d.e-]+/g, "");
/** What a run folder holds, but for times. */
const filesOf = (folder: string) =>
  (readdirSync(join(cwd, folder), { recursive: true }) as string[])
    .filter((name) => !name.endsWith(".html") && name !== "members")
    .sort()
    .map((name) => [
      name,
      name.endsWith(".safetensors") ? read(folder, name).toString("hex") : untimed(read(folder, name).toString()),
    ]);
const lines = (text: string) => text.trimEnd().split("\n");

describe("drowse train --members", () => {
  it("tells of each member, and what they are worth together and alone", () => {
    expect(three.map(({ event }) => event)).toEqual(["start", "member", "member", "member", "done"]);
    const [start, ...rest] = three;
    expect(start).toMatchObject({ members: 3, known: 0, refit: true, target: "place" });
    const end = rest.at(-1) ?? {};
    expect(end).toMatchObject({ members: 3, refit: { rows: 170 }, test: { rows: 30 }, weightsHash: expect.any(String) });
    expect(end).not.toHaveProperty("validation");
    const alone = end.alone as { loss: number }[];
    expect(alone).toHaveLength(3);
    // The logarithm is concave: the mean of probabilities is never less likely than the mean of the members' log-likelihoods.
    expect((end.test as { loss: number }).loss).toBeLessThanOrEqual(alone.reduce((sum, { loss }) => sum + loss / 3, 0));
    expect(readdirSync(join(cwd, "three")).sort()).toEqual([
      "config.json",
      "ensemble.json",
      "members",
      "metrics.jsonl",
      "report.html",
    ]);
    expect(readdirSync(join(cwd, "three/members")).sort()).toEqual(["1.safetensors", "2.safetensors", "3.safetensors"]);
  });

  it("has the network that is trained alone for its first member", async () => {
    expect((await call("train", "places.csv", ...SHORT, "--out", "alone")).code).toBe(0);
    const [member, alone] = ["three/members/1.safetensors", "alone/model.safetensors"].map((path) => loadTableModel(read(path)));
    expect(bitsOf(member.model.weights)).toBe(bitsOf(alone.model.weights));
    expect(member.preparation).toEqual(alone.preparation);
  });

  it("is the same on any number of threads and from its config.json, and a member the same among fewer", async () => {
    expect((await call("train", "--config", "three/config.json", "--threads", "1", "--out", "again")).code).toBe(0);
    expect(filesOf("again")).toEqual(filesOf("three"));
    expect((await call("train", "places.csv", ...SHORT, "--members", "2", "--out", "two")).code).toBe(0);
    expect(read("two/members/2.safetensors").equals(read("three/members/2.safetensors"))).toBe(true);
  });

  it("tells of it in words", async () => {
    const called = await call(
      "train",
      "places.csv",
      ...SHORT,
      "--members",
      "2",
      "--out",
      "words",
      "--target",
      "height",
      "--no-refit",
    );
    expect(called).toMatchObject({ code: 0, stderr: "" });
    expect(called.stdout).toMatch(/^an ensemble of 2 networks, which differ by their seeds$/m);
    expect(called.stdout).toMatch(/^member [12]\/2 {3}.*validation loss \d/m);
    expect(called.stdout).toMatch(/^validation: rmse .*\ntest: rmse .*\na member alone, in the mean of 2: rmse/m);
  });

  it.each([
    [
      ["train", "places.csv", "--queue", "redis://127.0.0.1:1"],
      /^drowse: --queue is given, and there is one network to train; leave/,
    ],
    [["train", "places.csv", "--members", "2", "--tensorboard"], /^drowse: --tensorboard is given with --members; leave it out/],
    [["train", "places.csv", "--members", "0"], /^drowse: --members is "0"; give a whole number from 1 to 1000/],
    [["train", "places.csv", "--members", "2", "--warmup", "9999"], /^drowse: --warmup is 9999, and the run has \d+ steps/],
    [["train", "mnist", "--members", "2"], /^drowse: --members is given, and the data is no file of a table; leave it out/],
    [
      ["predict", "alone", "places.csv", "--uncertainty"],
      /^drowse: --uncertainty is given without a number, and the model is one/,
    ],
    [
      ["predict", "three", "places.csv", "--uncertainty", "--output", "logits"],
      /^predict: --uncertainty is given, and --output is logits/,
    ],
    [["train", "--resume", "three"], /^train: the run three is finished/],
    [
      ["export", "three", "--onnx", "x.onnx"],
      /^export: three is an ensemble, of several models; give one of its members, such as three/,
    ],
  ])("refuses %j", async (args, message) => {
    const called = await call(...args);
    expect(called.stderr).toMatch(message);
    expect(lines(called.stderr)).toHaveLength(1);
    expect(called.code).toBe(message.source.startsWith("^drowse") || message.source.includes("predict") ? 2 : 1);
  });
});

describe("the run of an ensemble", () => {
  it("predicts the mean of its members", async () => {
    const probabilities = async (model: string) => {
      const { stdout } = await call("predict", model, "places.csv", "--output", "probabilities");
      return lines(stdout)
        .slice(1)
        .map((line) => line.split(",").slice(4).map(Number));
    };
    const whole = await probabilities("three");
    const members = [];
    for (const member of [1, 2, 3]) members.push(await probabilities(`three/members/${member}.safetensors`));
    for (const [row, values] of whole.entries()) {
      for (const [k, value] of values.entries()) {
        expect(value).toBeCloseTo(
          members.reduce((sum, each) => sum + each[row][k] / 3, 0),
          6,
        );
      }
    }
    const index = await call("predict", "three/ensemble.json", "places.csv", "--output", "probabilities");
    expect(index.stdout).toBe((await call("predict", "three", "places.csv", "--output", "probabilities")).stdout);
  });

  it("tells how much its members differ, or their samples, in the columns of Monte Carlo dropout", async () => {
    const [members, samples, alone] = await Promise.all([
      call("predict", "three", "places.csv", "--uncertainty", "--json"),
      call("predict", "three", "places.csv", "--uncertainty", "5", "--json"),
      call("predict", "three/members/1.safetensors", "places.csv", "--uncertainty", "5", "--json"),
    ]);
    const [ofMembers, ofSamples, ofOne] = [members, samples, alone].map(eventsOf);
    expect(Object.keys(ofMembers[0])).toEqual(Object.keys(ofOne[0]));
    expect(Object.keys(ofSamples[0])).toEqual(Object.keys(ofOne[0]));
    expect(ofMembers.at(-1)).toMatchObject({ event: "done", rows: 200, members: 3 });
    expect(ofMembers.at(-1)).not.toHaveProperty("samples");
    expect(ofSamples.at(-1)).toMatchObject({ members: 3, samples: 5 });
    expect(ofMembers.slice(0, -1).some(({ std }) => Number(std) > 0.001)).toBe(true);
    expect(ofSamples[0].std).not.toBe(ofMembers[0].std);
  });

  it("is evaluated as a whole", async () => {
    const [event] = eventsOf(await call("evaluate", "three", "places.csv", "--metrics", "auroc", "--json"));
    expect(event).toMatchObject({ event: "done", rows: 200, error: expect.any(Number), auroc: expect.any(Number) });
    const [told] = eventsOf(await call("predict", "three", "places.csv", "--output", "probabilities", "--json"));
    expect(told).toMatchObject({ "probability far": expect.any(Number) });
    const numbers = await call("evaluate", "words", "places.csv", "--json");
    expect(eventsOf(numbers)[0]).toMatchObject({ rmse: expect.any(Number), r2: expect.any(Number) });
  });

  it("is inspected, and its page is made again", async () => {
    const { stdout, code } = await call("inspect", "three");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^an ensemble of 3 networks/);
    expect(stdout).toMatch(/^member 1 {3}seed 1 {3}epoch \d+ of \d+ {3}validation loss/m);
    expect(stdout).toMatch(/^predicts place: one of far, near$/m);
    const page = read("three/report.html").toString();
    expect(page).toContain("An ensemble of 3 networks");
    expect(page).toContain("How its members learned");
    expect(page).toContain("One member alone");
    rmSync(join(cwd, "three/report.html"));
    expect((await call("report", "three")).stdout).toBe("wrote three/report.html\n");
    expect(read("three/report.html").toString()).toBe(page);
  });

  it("is refused where a file of it is missing, damaged or another's", async () => {
    const damaged = async (name: string, change: (folder: string) => void) => {
      cpSync(join(cwd, "three"), join(cwd, name), { recursive: true });
      change(join(cwd, name));
      const { code, stderr } = await call("predict", name, "places.csv");
      expect(code).toBe(1);
      expect(lines(stderr)).toHaveLength(1);
      return stderr;
    };
    const member = (folder: string, number: number) => join(folder, `members/${number}.safetensors`);
    expect(await damaged("a", (folder) => rmSync(member(folder, 2)))).toMatch(
      /2\.safetensors does not exist; give a run folder as/,
    );
    expect(await damaged("b", (folder) => cpSync(member(folder, 1), member(folder, 2)))).toMatch(
      /2\.safetensors is not the member 2 that ensemble.json tells of/,
    );
    expect(
      await damaged("c", (folder) => writeFileSync(member(folder, 3), read("three/members/3.safetensors").subarray(0, 900))),
    ).toMatch(/3\.safetensors: /);
    const index = (text: string) => (folder: string) => writeFileSync(join(folder, "ensemble.json"), text);
    const { members } = JSON.parse(read("three/ensemble.json").toString());
    const of = (value: object) => index(JSON.stringify({ format: "drowse-ensemble/1", ...value }));
    expect(await damaged("d", index("{"))).toMatch(/ensemble.json is damaged: it is no JSON/);
    expect(await damaged("e", of({ members: [] }))).toMatch(/ensemble.json: the index.members is \[\]/);
    expect(await damaged("f", of({ members: [{ ...members[0], path: "/etc/passwd" }] }))).toMatch(/path is no setting there is/);
    expect(await damaged("g", of({ members, format: "drowse-ensemble/2" }))).toMatch(/format is "drowse-ensemble\/2"/);
  });
});

describe("an ensemble that was stopped", () => {
  const LONG = ["--hidden", "16", "--epochs", "60", "--early-stopping", "50", "--members", "4", "--threads", "1"];
  const isMember = ({ event }: Told) => event === "member";

  it.each(["SIGINT", "SIGKILL"] as const)("goes on after %s, and trains no finished member again", async (signal) => {
    const out = `stopped-${signal}`;
    const run = startDrowse(["train", "places.csv", ...LONG, "--out", out], { cwd });
    await run.heard(isMember);
    run.signal(signal);
    expect(await run.ended).toBe(signal === "SIGINT" ? 130 : null);
    const trained = run.events.filter(isMember).length;
    expect(existsSync(join(cwd, out, "ensemble.json"))).toBe(false);
    if (signal === "SIGINT")
      expect(run.text).toMatch(/^\d of 4 members are trained; drowse train --resume stopped-SIGINT goes on$/m);
    expect((await call("predict", out, "places.csv")).stderr).toMatch(/has no model yet.*drowse train --resume/);
    expect((await call("inspect", out)).stdout).toMatch(/whose members are not all trained yet\nmember 1 {3}seed 1/);
    const resumed = await call("train", "--resume", out, "--threads", "2", "--json");
    expect(resumed).toMatchObject({ code: 0, stderr: "" });
    const events = eventsOf(resumed);
    const { known } = events[0];
    expect(known).toBeGreaterThanOrEqual(trained);
    expect(events.filter(({ event }) => event === "member")).toHaveLength(4 - Number(known));
    if (!existsSync(join(cwd, "whole"))) expect((await call("train", "places.csv", ...LONG, "--out", "whole")).code).toBe(0);
    expect(filesOf(out)).toEqual(filesOf("whole"));
  });

  it("trains again what was changed or damaged since", async () => {
    const out = "changed";
    cpSync(join(cwd, "whole"), join(cwd, out), { recursive: true });
    rmSync(join(cwd, out, "ensemble.json"));
    const bytes = read(out, "members/2.safetensors");
    bytes[bytes.length - 5] ^= 1;
    writeFileSync(join(cwd, out, "members/2.safetensors"), bytes);
    const metrics = read(out, "metrics.jsonl").toString();
    writeFileSync(join(cwd, out, "metrics.jsonl"), metrics.replace('"member":3', '"member":33'));
    const events = eventsOf(await call("train", "--resume", out, "--json"));
    expect(
      events
        .filter(({ event }) => event === "member")
        .map(({ member }) => member)
        .sort(),
    ).toEqual([2, 3]);
    expect(filesOf(out)).toEqual(filesOf("whole"));
  });

  it("leaves nothing where no member has finished", async () => {
    const run = startDrowse(
      ["train", "places.csv", ...LONG, "--epochs", "100000", "--early-stopping", "100000", "--out", "none"],
      { cwd },
    );
    await run.heard(({ event }) => event === "start");
    run.signal("SIGINT");
    expect(await run.ended).toBe(130);
    expect(run.text).toMatch(/^no member has finished: nothing is written$/m);
    expect(existsSync(join(cwd, "none"))).toBe(false);
  });
});
