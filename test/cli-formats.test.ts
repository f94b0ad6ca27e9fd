import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadModel } from "drowse";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeSafetensors } from "../src/formats/safetensors.ts";
import { drowse, eventsOf, writeBars } from "./command.ts";
import { changed } from "./model-files.ts";
import { runOnnx } from "./onnx-runtime.ts";

// What the command gives to other programs and takes from them: drowse export, import and inspect.

let cwd = "";
const call = (...args: string[]) => drowse(args, { cwd });
const read = (name: string) => readFileSync(join(cwd, name));

const COLOURS = ["red", "blue", "?"];
const rows = Array.from({ length: 200 }, (_, i) => ({
  size: i % 9 === 4 ? "" : String(((i * 7919) % 100) / 10),
  colour: COLOURS[i % 3],
}));
const csv = [
  "size,colour,kind",
  ...rows.map(({ size, colour }, i) => `${size},${colour},${Number(size) > 5 || i % 3 === 0 ? "big" : "small"}`),
].join("\n");

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "drowse-formats-"));
  writeFileSync(join(cwd, "sizes.csv"), csv);
  const { code, stderr } = await call("train", "sizes.csv", "--epochs", "15", "--hidden", "16", "--out", "run");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** The checkpoints of a run, the newest first. */
const checkpointsOf = (run: string) =>
  readdirSync(join(cwd, run))
    .filter((name) => name.startsWith("checkpoint-"))
    .sort((a, b) => Number(b.match(/\d+/)) - Number(a.match(/\d+/)));

/** What a call that fails says, and nothing else: its exit code and a line without a stack. */
async function refused(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await call(...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  return stderr;
}

describe("drowse export", () => {
  it("writes a file that gives in onnxruntime what predict gives, of a table's columns", async () => {
    expect(await call("export", "run", "--onnx", "sizes.onnx")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^wrote [\d,]+ bytes to sizes\.onnx\n$/),
      stderr: "",
    });
    const sizes = Float64Array.from(rows, ({ size }) => (size === "" ? Number.NaN : Number(size)));
    const shape = [rows.length, 1];
    const feeds = { size: { data: sizes, shape }, colour: { data: rows.map(({ colour }) => colour), shape } };
    const { prediction, probabilities } = await runOnnx(read("sizes.onnx"), feeds);
    const events = eventsOf(await call("predict", "run", "sizes.csv", "--output", "probabilities", "--json")).slice(0, -1);
    const classes = eventsOf(await call("predict", "run", "sizes.csv", "--json")).slice(0, -1);
    expect(Array.from(prediction.data)).toEqual(classes.map((event) => event.prediction));
    const told = events.flatMap((event) => [event["probability big"], event["probability small"]]);
    told.forEach((value, i) => {
      expect(Math.abs(Number(probabilities.data[i]) - Number(value))).toBeLessThan(1e-5);
    });
    expect(told).toHaveLength(400);
  });

  it("writes live dropout, and of a model of images their inputs", async () => {
    writeBars(join(cwd, "bars"), { train: 40, test: 8 });
    expect((await call("train", "bars", "--epochs", "1", "--hidden", "8", "--out", "images")).code).toBe(0);
    expect((await call("export", "images", "--onnx", "live.onnx", "--live-dropout", "--output", "logits")).code).toBe(0);
    const model = loadModel(read("images/model.safetensors"));
    const data = Float32Array.from({ length: 3 * 64 }, (_, i) => (i % 17) / 17);
    const input = { data, shape: [3, ...model.inputShape] };
    const { logits } = await runOnnx(read("live.onnx"), { input, training_mode: false });
    (await model.predict(input, { output: "logits" })).data.forEach((value, i) => {
      expect(Math.abs(Number(logits.data[i]) - value)).toBeLessThan(1e-5);
    });
  });

  it("refuses what it cannot do, and leaves no file behind", async () => {
    const before = readdirSync(cwd);
    expect(await refused("export", "run", "--onnx", "sizes.csv")).toBe(
      "export: sizes.csv exists already; give another name, or remove it\n",
    );
    expect(read("sizes.csv").toString()).toBe(csv);
    expect(await refused("export", "run", "--onnx", "none/x.onnx")).toContain("there is no folder none; make the folder first");
    expect(await refused("export", "gone", "--onnx", "x.onnx")).toContain("gone does not exist");
    expect((await call("export", "run")).code).toBe(2);
    expect((await call("export", "run", "--onnx", "x.onnx", "--output", "classes")).code).toBe(2);
    expect(readdirSync(cwd)).toEqual(before);
  });
});

describe("drowse import", () => {
  const tensor = (name: string, shape: number[], value: number) => ({
    ...{ name, dtype: "F64" as const, shape },
    data: new Float64Array(shape.reduce((product, length) => product * length, 1)).fill(value),
  });
  // size and whether it is missing, two colours and whether it is missing
  const weights = [
    tensor("fc1.weight", [16, 5], 0.1),
    tensor("fc1.bias", [16], 0),
    tensor("3.weight", [2, 16], -1),
    tensor("3.bias", [2], 1),
  ];

  it("replaces a model's weights, and keeps what it knows of its table", async () => {
    const { code, stdout: summary } = await call("inspect", "run");
    expect([code, summary]).toEqual([0, expect.stringMatching(/dense1 .*\n.*relu1 .*\n.*dropout1 .*\n.*dense2 /)]);
    const last = weights.map((one) => ({ ...one, name: one.name.replace("3.", "out.") }));
    writeFileSync(join(cwd, "weights.safetensors"), writeSafetensors(last));
    const names = ["--names", "fc1=dense1,out=dense2"];
    const { stdout, stderr } = await call("import", "run", "weights.safetensors", ...names, "--to", "new.safetensors");
    expect({ stdout, stderr }).toEqual({
      stdout: [
        ...["fc1.weight", "fc1.bias", "out.weight", "out.bias"].map((name) => `${name}: F64 rounded to single precision\n`),
        "wrote new.safetensors\n",
      ].join(""),
      stderr: "",
    });
    expect(loadModel(read("new.safetensors")).weights.get("dense2.bias")).toEqual(Float32Array.of(1, 1));
    const { stdout: predicted } = await call("predict", "new.safetensors", "sizes.csv");
    expect(predicted.split("\n")[1]).toMatch(/big,0\.5$/);
    expect((await call("inspect", "new.safetensors")).stdout).not.toContain("trained for");
  });

  it("names tensors that do not fit, and writes nothing", async () => {
    writeFileSync(join(cwd, "few.safetensors"), writeSafetensors(weights.slice(1)));
    const before = readdirSync(cwd);
    expect(await refused("import", "run", "few.safetensors", "--names", "fc1=dense1", "--to", "x.safetensors")).toContain(
      "few.safetensors: the file lacks fc1.weight",
    );
    expect(await refused("import", "run", "sizes.csv", "--to", "x.safetensors")).toContain("sizes.csv: ");
    expect(await refused("import", "run", "gone.safetensors", "--to", "x.safetensors")).toContain(
      "gone.safetensors does not exist",
    );
    expect(await refused("import", "run", "few.safetensors", "--to", "sizes.csv")).toContain("sizes.csv exists already");
    expect((await call("import", "run", "few.safetensors", "--names", "fc1", "--to", "x.safetensors")).code).toBe(2);
    expect(readdirSync(cwd)).toEqual(before);
  });
});

describe("drowse inspect", () => {
  it("tells of a run by its folder and by its model's file the same", async () => {
    const { code, stdout } = await call("inspect", "run");
    expect(code).toBe(0);
    for (const part of [/rates: dropout1 0\.5/, /output: softmax/, /predicts kind: one of big, small/]) {
      expect(stdout).toMatch(part);
    }
    expect(stdout).toMatch(
      /trained for 15 epochs; epoch \d+ was the best\n *epoch +loss +error +validation loss [^\n]* skipped\n/,
    );
    expect(stdout).toMatch(
      /\n +15 .*%.*\nthen trained again from the first weights, on all rows but those to test on: \d+ epochs\n/,
    );
    expect((await call("inspect", "run/model.safetensors")).stdout).toBe(stdout);
    // The file alone says it, wherever it lies; one of before files did has metrics.jsonl beside it; new weights have no history.
    cpSync(join(cwd, "run/model.safetensors"), join(cwd, "alone.safetensors"));
    expect((await call("inspect", "alone.safetensors")).stdout).toBe(stdout);
    cpSync(join(cwd, "run"), join(cwd, "older"), { recursive: true });
    writeFileSync(
      join(cwd, "older/model.safetensors"),
      changed(read("run/model.safetensors"), { metadata: { history: undefined } }),
    );
    expect((await call("inspect", "older")).stdout).toBe(stdout);
    const validated = (await call("inspect", "run/validated.safetensors")).stdout;
    expect(validated).toMatch(/trained for 15 epochs; the weights are those of epoch \d+, the best\n/);
    expect(validated).not.toContain("trained again");
    writeFileSync(join(cwd, "odd.safetensors"), changed(read("run/model.safetensors"), { metadata: { history: "[]" } }));
    expect(await refused("inspect", "odd.safetensors")).toContain("odd.safetensors: the history is []");
    expect((await call("predict", "odd.safetensors", "sizes.csv")).code).toBe(0);
  });

  it("lists the tensors of another program's file", async () => {
    const tensors = [
      { name: "fc.weight", dtype: "BF16" as const, shape: [2, 3], data: new Uint8Array(12) },
      { name: "step", dtype: "I64" as const, shape: [], data: BigInt64Array.of(1n) },
    ];
    writeFileSync(join(cwd, "other.safetensors"), writeSafetensors(tensors, { format: "pt" }));
    expect((await call("inspect", "other.safetensors")).stdout).toBe(
      [
        "other.safetensors: no model of drowse, but safetensors of 7 numbers",
        "step       I64   []",
        "fc.weight  BF16  [2, 3]",
        "format: pt",
        "",
      ].join("\n"),
    );
  });

  it("tells of a run that was killed before its end by its checkpoint, and how to go on", async () => {
    const long = ["--epochs", "5000", "--early-stopping", "5000", "--hidden", "8", "--checkpoint-every", "20steps"];
    const onOutput = (text: string, kill: (signal: NodeJS.Signals) => void) => {
      if (text.includes('"epoch":40,')) kill("SIGKILL");
    };
    await drowse(["train", "sizes.csv", ...long, "--out", "killed", "--json"], { cwd, onOutput });
    const [newest] = checkpointsOf("killed");
    const { code, stdout, stderr } = await call("inspect", "killed");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n")[0]).toBe(`killed: no model yet, but a checkpoint, ${newest}`);
    expect(stdout).toMatch(/\nstep [\d,]+, after \d+ finished epochs, of which epoch \d+ is the best\noptimizer adamW, seed 1\n/);
    expect(stdout).toMatch(
      /\ndense1\.weight +\d+ numbers\n[\s\S]*\nrates: dropout1 0\.5\ntrained for \d+ epochs\n *epoch +loss /,
    );
    expect(stdout).toMatch(/epochs are shown\)[\s\S]*to go on with it:\n {2}drowse train --resume killed\n$/);
    expect(await refused("predict", "killed", "sizes.csv")).toBe(
      "predict: killed has no model yet: the run has not come to its end; go on with it: drowse train --resume killed\n",
    );
    // The newest one damaged, then all of them, then none.
    writeFileSync(join(cwd, "killed", newest), "");
    expect((await call("inspect", "killed")).stdout).toMatch(
      new RegExp(`a checkpoint, ${checkpointsOf("killed")[1]}\n${newest} is damaged \\(`),
    );
    for (const name of checkpointsOf("killed")) writeFileSync(join(cwd, "killed", name), "");
    expect(await refused("inspect", "killed")).toContain("no checkpoint in killed is whole");
    for (const name of checkpointsOf("killed")) rmSync(join(cwd, "killed", name));
    expect((await call("inspect", "killed")).stdout).toMatch(/^killed: no model yet, and no checkpoint\n/);
  });

  it("tells how to go on with a run that has a model of a finished epoch", async () => {
    expect((await call("inspect", "run")).stdout).not.toContain("--resume");
    cpSync(join(cwd, "run"), join(cwd, "stopped"), { recursive: true });
    writeFileSync(join(cwd, "stopped/checkpoint-7.safetensors"), "");
    expect((await call("inspect", "stopped")).stdout).toMatch(/output: softmax[\s\S]*\n {2}drowse train --resume stopped\n$/);
  });

  it("refuses what is neither", async () => {
    expect(await refused("inspect", "sizes.csv")).toContain("sizes.csv: ");
    expect(await refused("inspect", "gone")).toContain("gone does not exist");
  });
});
