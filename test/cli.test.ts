import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argmax, loadModel, readIdx } from "drowse";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../scripts/root.mjs";
import { writeIdx } from "../src/data/idx.ts";
import { barImages, type Called, drowse, eventsOf, writeBars } from "./command.ts";

// The built command, end to end, each call in a process of its own.

let folder: string;
let bars: string;
const call = (...args: string[]) => drowse(args, { cwd: folder });
const small = ["--hidden", "16", "--dropout", "0.2", "--input-dropout", "0.1", "--batch-size", "16", "--threads", "1"];

/** What a finished call printed; anything on standard error fails the test. */
async function done(...args: string[]): Promise<Called> {
  const called = await call(...args);
  expect(called).toMatchObject({ code: 0, stderr: "" });
  return called;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "drowse-cli-"));
  bars = writeBars(join(folder, "bars"));
  await done("train", "bars", ...small, "--epochs", "6", "--out", "trained");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("drowse train", () => {
  it("writes a run folder, numbered by the data, and says a line per epoch", async () => {
    const cwd = mkdtempSync(join(folder, "fresh-"));
    for (const number of [1, 2]) {
      const { code, stdout, stderr } = await drowse(["train", bars, ...small, "--epochs", "2"], { cwd });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^bars: 240 images of 8 x 8 to train on, 60 to test on\nnetwork 64-16-4, 1,108 parameters; /);
      expect(stdout.match(/^epoch \d\/2 {2}loss .* test error .*%.* s$/gm)).toHaveLength(2);
      expect(stdout).toContain(`\nwrote runs/bars-${number}\n`);
      expect(stdout, "no escape sequences where there is no screen").not.toContain("\x1b");
    }
    expect(readdirSync(join(cwd, "runs")).sort()).toEqual(["bars-1", "bars-2"]);
    const run = join(cwd, "runs/bars-1");
    expect(readdirSync(run).sort()).toEqual(["config.json", "metrics.jsonl", "model.safetensors", "report.html"]);
    const config = JSON.parse(readFileSync(join(run, "config.json"), "utf8"));
    expect(config).toMatchObject({
      command: "train",
      hidden: [16],
      dropout: 0.2,
      inputDropout: 0.1,
      epochs: 2,
      batchSize: 16,
      seed: 1,
    });
    const metrics = readFileSync(join(run, "metrics.jsonl"), "utf8").trimEnd().split("\n");
    expect(metrics.map((line) => JSON.parse(line).event)).toEqual(["epoch", "epoch", "done"]);
    const one = readFileSync(join(run, "model.safetensors"));
    expect(readFileSync(join(cwd, "runs/bars-2/model.safetensors")).equals(one), "the same call gives the same bytes").toBe(true);
  });

  it("with --json prints events, the last one done, and gives one hash for any number of threads", async () => {
    const last: Record<string, unknown>[] = [];
    for (const threads of ["1", "2"]) {
      const events = eventsOf(
        await done(
          "train",
          "mnist",
          "--hidden",
          "64",
          "--epochs",
          "1",
          "--seed",
          "3",
          "--threads",
          threads,
          "--json",
          "--out",
          `m${threads}`,
        ),
      );
      expect(events[0]).toMatchObject({
        event: "start",
        data: "mnist",
        rows: 60_000,
        testRows: 10_000,
        units: [784, 64, 10],
        seed: 3,
      });
      expect(events.slice(1, -2).every(({ event }) => event === "progress")).toBe(true);
      expect(events.length, "progress is told at most twice a second").toBeLessThan(60);
      const [epoch, end] = events.slice(-2);
      expect(epoch).toMatchObject({ event: "epoch", epoch: 1, epochs: 1, testError: end.testError });
      expect(end).toMatchObject({
        event: "done",
        weightsHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        seconds: expect.any(Number),
        out: `m${threads}`,
      });
      last.push(end);
    }
    expect(last[0].testError).toBeGreaterThan(0.02);
    expect(last[0].testError).toBeLessThan(0.1);
    expect(last[1]).toMatchObject({ weightsHash: last[0].weightsHash, testError: last[0].testError, loss: last[0].loss });

    const model = loadModel(readFileSync(join(folder, "m1/model.safetensors")));
    const hash = createHash("sha256");
    for (const [name, values] of model.weights)
      hash.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    expect(hash.digest("hex"), "over names and little-endian numbers").toBe(last[0].weightsHash);

    const [evaluated] = eventsOf(await done("evaluate", "m2", "mnist", "--json"));
    expect(evaluated).toMatchObject({
      event: "done",
      set: "test",
      rows: 10_000,
      testError: last[0].testError,
      weightsHash: last[0].weightsHash,
    });
  });

  it("holds out images to watch by, stops early with the best epoch, and measures what is asked for", async () => {
    const watching = ["--validation", "0.2", "--early-stopping", "2", "--reduce-on-plateau", "1", "--metrics", "auroc,macroF1"];
    const args = ["train", "bars", ...small, "--optimizer", "adam", "--learning-rate", "0.02", "--epochs", "1000", ...watching];
    const events = eventsOf(await done(...args, "--json"));
    expect(events[0]).toMatchObject({ event: "start", rows: 192, validationRows: 48, testRows: 60, earlyStopping: 2 });
    const epochs = events.filter(({ event }) => event === "epoch");
    const losses = epochs.map(({ validationLoss }) => Number(validationLoss));
    const best = losses.indexOf(Math.min(...losses)) + 1;
    expect(epochs.length, "it ends when two epochs in a row are no better").toBe(best + 2);
    expect(events.filter(({ event }) => event === "learningRate")[0]).toMatchObject({ cause: "plateau", factor: 0.1 });
    const end = events.at(-1) ?? {};
    const chosen = epochs[best - 1];
    expect(end).toMatchObject({ event: "done", reason: "patience", epochs: best + 2, bestEpoch: best });
    for (const name of ["loss", "error", "validationLoss", "validationError", "validationAuroc", "validationMacroF1"])
      expect(end[name], name).toBe(chosen[name]);
    expect(chosen).toMatchObject({ testLoss: null, testError: null, skipped: expect.any(Number) });
    const measured = ["--metrics", "auroc,macroF1"];
    const [evaluated] = eventsOf(await done("evaluate", String(end.out), "bars", ...measured, "--json"));
    expect(evaluated).toMatchObject({
      ...{ testError: end.testError, loss: end.testLoss, auroc: end.testAuroc, macroF1: end.testMacroF1 },
      weightsHash: end.weightsHash,
    });
    const { stdout } = await done(...args);
    expect(stdout).toMatch(/^bars: 192 images of 8 x 8 to train on, 48 to validate on, 60 to test on\n/);
    expect(stdout).toMatch(
      / {2}validation loss \d\.\d{4} {2}validation error .*% {2}validation auroc \d\.\d{4} {2}validation macroF1 /,
    );
    expect(stdout).toContain(", early: the validation loss got no better\nthe model is that of epoch ");
    expect(stdout).toMatch(/the learning rate is 0\.1 of the schedule's: the validation loss is on a plateau\n/);
    expect(stdout).toMatch(/^validation error .*, test error .*; \d+% of the multiply-adds skipped$/m);
    const text = (await done("evaluate", String(end.out), "bars", ...measured)).stdout;
    expect(text).toMatch(/^auroc {7}\d\.\d{4}\nmacroF1 {5}\d\.\d{4}$/m);
  });

  const repeated: readonly (readonly string[])[] = [
    [],
    [
      "--optimizer",
      "sgd",
      "--momentum",
      "0.9",
      "--nesterov",
      "--hidden",
      "none",
      "--max-norm",
      "none",
      "--scaling",
      "standard",
      "--clip-norm",
      "0.5",
    ],
    ["--optimizer", "adam", "--schedule", "cosine", "--warmup", "7", "--clip-value", "0.1", "--weight-decay", "0.01"],
    ["--optimizer", "adamW", "--schedule", "step", "--decay-steps", "10", "--decay-factor", "0.5", "--activation", "selu"],
    ["--activation", "tanh", "--label-smoothing", "0.1", "--class-weights", "1,2,0.5,1", "--input-dropout", "0"],
    ["--activation", "gelu", "--class-weights", "balanced", "--validation", "0.1"],
    ["--dropout-kind", "gaussian"],
    ["--dropout-schedule", "early:0.3"],
    ["--dropout-schedule", "linear:0.1", "--scaling", "standard", "--validation", "0.1"],
    ["--dropout-kind", "alpha", "--activation", "selu"],
    ["--dropout-kind", "standout", "--activation", "tanh"],
    ["--optimizer", "rmsprop", "--momentum", "0.5", "--schedule", "inverse-time", "--decay-steps", "9", "--hidden", "9,8"],
    ["--optimizer", "adagrad", "--schedule", "exponential", "--validation", "0.1", "--metrics", "auroc", "--seed", "7"],
    ["--schedule", "constant", "--validation", "0.25", "--early-stopping", "--reduce-on-plateau", "1", "--epochs", "9"],
  ];
  it.each(repeated.map((options) => [options]))("config.json says all that repeats the run of %j", async (options) => {
    const ends: Record<string, unknown>[] = [];
    const train = async (...args: string[]) => {
      const end = eventsOf(await done("train", ...args, "--threads", "1", "--json")).at(-1) ?? {};
      ends.push(end);
      const config = JSON.parse(readFileSync(join(folder, String(end.out), "config.json"), "utf8"));
      return { hash: end.weightsHash, config };
    };
    const first = await train("bars", "--hidden", "16", "--epochs", "3", "--batch-size", "16", ...options);
    const { drowse: _, generator: _generator, command, data, dataHash, ...settings } = first.config;
    expect(dataHash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect([command, data]).toEqual(["train", "bars"]);
    const flags = Object.entries(settings).flatMap(([name, value]) => {
      const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      if (value === true) return [flag];
      return [flag, Array.isArray(value) ? value.join(",") || "none" : String(value)];
    });
    expect(await train("bars", ...flags)).toEqual(first);
    expect(await train("--config", `${ends[0].out}/config.json`)).toEqual(first);
  });

  it("takes standard scaling, no hidden layer, no limit of norms, and a folder without a test set", async () => {
    writeBars(join(folder, "only-train"), { test: 0 });
    const rest = ["--epochs", "2", "--json", "--threads", "1"];
    const standard = eventsOf(
      await done("train", "only-train", "--scaling", "standard", "--hidden", "none", "--max-norm", "none", ...rest),
    );
    expect(standard[0]).toMatchObject({ testRows: 0, units: [64, 4], scaling: "standard", hidden: [] });
    expect(standard.at(-1)).toMatchObject({ event: "done", testError: null, testLoss: null });
    const evaluated = await done("evaluate", String(standard.at(-1)?.out), "only-train");
    expect(evaluated.stdout).toMatch(
      /^data +only-train, train set, 240 images\nloss +\d\.\d{4}\ntraining error +\d+\.\d\d% \(\d+ wrong\)\n$/,
    );
  });

  it.skipIf(process.platform === "win32")(
    "stopped by Ctrl-C writes the model of the last finished epoch and a checkpoint, and ends with 130",
    async () => {
      const args = ["train", "bars", ...small, "--epochs", "1000000", "--out", "stopped", "--json"];
      const called = await drowse(args, {
        cwd: folder,
        onOutput(text, kill) {
          if (text.includes('"event":"epoch"')) kill("SIGINT");
        },
      });
      const goOn = "to go on with it: drowse train --resume stopped\n";
      expect(called).toMatchObject({ code: 130, stderr: `stopped by Ctrl-C\n${goOn}` });
      const files = readdirSync(join(folder, "stopped")).filter((name) => !name.startsWith("checkpoint-"));
      expect(files.sort()).toEqual(["config.json", "metrics.jsonl", "model.safetensors", "report.html"]);
      expect(readdirSync(join(folder, "stopped"))).toHaveLength(5);
      const end = eventsOf(called).at(-1);
      expect(end).toMatchObject({ event: "interrupted", out: "stopped", epochs: expect.any(Number) });
      const model = loadModel(readFileSync(join(folder, "stopped/model.safetensors")));
      expect(model.pass).toBe(end?.epochs);
    },
  );

  it.skipIf(process.platform === "win32")("stopped before an epoch has finished writes a checkpoint alone", async () => {
    const called = await drowse(["train", "mnist", "--epochs", "1", "--threads", "1", "--out", "never"], {
      cwd: folder,
      onOutput: (_, kill) => kill("SIGINT"),
    });
    expect(called).toMatchObject({
      code: 130,
      stderr: "to go on with it: drowse train --resume never\nstopped by Ctrl-C\n",
    });
    expect(readdirSync(join(folder, "never")).sort()).toEqual([expect.stringMatching(/^checkpoint-\d+\./), "config.json"]);
  });
});

describe("drowse evaluate and drowse predict", () => {
  it("tell of the test set, or of the set that is asked for", async () => {
    const { stdout } = await done("evaluate", "trained", "bars");
    expect(stdout).toMatch(/^data {8}bars, test set, 60 images\nloss {8}\d\.\d{4}\ntest error {2}\d+\.\d\d% \(\d+ wrong\)\n$/);
    expect((await done("evaluate", "trained/model.safetensors", "bars", "--threads", "2")).stdout).toBe(stdout);
    expect((await done("evaluate", "trained", "bars", "--set", "train")).stdout).toContain("bars, train set, 240 images");
  });

  it("print CSV that holds what the library predicts", async () => {
    const model = loadModel(readFileSync(join(folder, "trained/model.safetensors")));
    const { data, shape } = readIdx(readFileSync(join(bars, "t10k-images-idx3-ubyte")));
    const predictions = await model.predict({ data: data as Uint8Array, shape });
    const all = await done("predict", "trained", "bars", "--output", "probabilities");
    const [heading, ...lines] = all.stdout.trimEnd().split("\n");
    expect(heading).toBe("row,p0,p1,p2,p3");
    expect(lines.map((line) => Number(line.split(",")[0]))).toEqual([...Array(60).keys()]);
    const printed = Float32Array.from(lines.flatMap((line) => line.split(",").slice(1).map(Number)));
    expect(printed, "to the last bit").toEqual(predictions.data);

    const top = await done("predict", "trained", "bars", "--rows", "0-2,58");
    expect(top.stdout.split("\n").map((line) => line.split(",")[0])).toEqual(["row", "0", "1", "2", "58", ""]);
    for (const line of top.stdout.trimEnd().split("\n").slice(1)) {
      const [row, label, probability] = line.split(",").map(Number);
      const values = [...predictions.data.subarray(4 * row, 4 * row + 4)];
      expect([label, Math.fround(probability)]).toEqual([values.indexOf(Math.max(...values)), Math.max(...values)]);
    }
  });

  it("tell what the model does not know, with --uncertainty", async () => {
    const model = loadModel(readFileSync(join(folder, "trained/model.safetensors")));
    const { data, shape } = readIdx(readFileSync(join(bars, "t10k-images-idx3-ubyte")));
    const uncertain = await model.predictUncertain({ data: data as Uint8Array, shape }, { samples: 30 });
    const { mean, std, entropy, mutualInformation, variationRatio } = uncertain;
    const one = await done("predict", "trained", "bars", "--uncertainty", "30");
    const [heading, ...lines] = one.stdout.trimEnd().split("\n");
    expect(heading).toBe("row,class,probability,std,entropy,mutualInformation,variationRatio");
    const classes = argmax(mean);
    expect(lines.map((line) => line.split(",").map((text) => Math.fround(Number(text))))).toEqual(
      [...classes].map((top, row) => {
        const at = 4 * row + top;
        const numbers = [mean.data[at], std.data[at], entropy[row], mutualInformation[row], variationRatio[row]];
        return [row, top, ...numbers.map(Math.fround)];
      }),
    );
    const all = await done("predict", "trained", "bars", "--uncertainty", "30", "--output", "probabilities", "--rows", "0-1");
    const [names, first] = all.stdout.split("\n").map((line) => line.split(","));
    const ends = ["entropy", "mutualInformation", "variationRatio"];
    expect(names).toEqual(["row", "p0", "p1", "p2", "p3", "std0", "std1", "std2", "std3", ...ends]);
    expect(Math.fround(Number(first[2]))).toBe(Math.fround(mean.data[1]));
    const events = eventsOf(await done("predict", "trained", "bars", "--uncertainty", "5", "--json", "--rows", "3"));
    expect(events[0]).toMatchObject({ event: "prediction", row: 3, entropy: expect.any(Number), std: expect.any(Number) });
    expect(events.at(-1)).toMatchObject({ event: "done", rows: 1, samples: 5 });
  });

  it("take one IDX file of images, and write to a file", async () => {
    const { images } = barImages(5, 4);
    writeFileSync(join(folder, "some-idx3-ubyte"), writeIdx([5, 8, 8], images));
    const { stdout } = await done("predict", "trained", "some-idx3-ubyte", "--output", "logits");
    expect(stdout).toMatch(/^row,z0,z1,z2,z3\n0,/);
    expect((await done("predict", "trained", "some-idx3-ubyte", "--output", "logits", "--to", "some.csv")).stdout).toBe(
      "wrote 5 predictions to some.csv\n",
    );
    expect(readFileSync(join(folder, "some.csv"), "utf8")).toBe(stdout);
    const events = eventsOf(await done("predict", "trained", "some-idx3-ubyte", "--json"));
    expect(events).toHaveLength(6);
    expect(events[0]).toMatchObject({ event: "prediction", row: 0, class: expect.any(Number), probability: expect.any(Number) });
    expect(events.at(-1)).toMatchObject({ event: "done", rows: 5 });
  });
});

describe("drowse", () => {
  it("helps by example, and says its version", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect((await done("--version")).stdout).toBe(`${version}\n`);
    const help = (await done("--help")).stdout;
    expect(help).toContain("  drowse train mnist ");
    expect(help, "the main job is not for those who install the package").not.toContain("main-job");
    for (const command of ["train", "evaluate", "predict", "completion"]) {
      const { stdout } = await done(command, "--help");
      expect(stdout).toMatch(/\nExamples:\n( {2}.+\n)+$/);
      expect(stdout.split("\n").filter((line) => line.length > 79)).toEqual([]);
    }
    expect(await call()).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("Usage: drowse") });
  });

  it("ends quietly when nobody reads on", async () => {
    const piped = `"${process.execPath}" "${join(root, "dist/cli.js")}" predict trained mnist-like --set train | head -1; echo "$\{PIPESTATUS[0]}"`;
    writeBars(join(folder, "mnist-like"), { train: 30_000 });
    const { run } = await import("../scripts/run.mjs");
    const { output } = await run("bash", ["-c", piped], { output: "keep", cwd: folder });
    expect(output).toBe("row,class,probability\n0\n");
  });
});

describe("the main job", () => {
  it("trains both networks, draws both, and says plainly when dropout does not win", async () => {
    const called = await call("main-job", "bars", "--epochs", "2", "--threads", "1", "--svg", "curve.svg");
    expect(called.stdout).toMatch(/^test error {6}without dropout {3}with dropout\nepoch 1\/2 .*%.*%.* s\nepoch 2\/2 /m);
    expect(called.stdout).toMatch(/^training error .*\ntest error .*\ngap .*\nwork skipped .*\ntraining time /m);
    expect(called.stdout).toContain("without dropout   ⠒⠒⠒⠒ with dropout");
    expect(called.code).toBe(called.stderr === "" ? 0 : 1);
    expect(readFileSync(join(folder, "curve.svg"), "utf8")).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    const events = eventsOf(await call("main-job", "bars", "--epochs", "2", "--threads", "1", "--json"));
    const end = events.at(-1) as { networks: { network: string; testError: number; gap: number; trainingError: number }[] };
    expect(end).toMatchObject({
      event: "done",
      data: "bars",
      networks: [{ network: "without dropout" }, { network: "with dropout" }],
    });
    for (const { gap, testError, trainingError } of end.networks) expect(gap).toBeCloseTo(testError - trainingError, 6);
  });
});

describe("a picture without a place", () => {
  it("is refused before the training, not after it", async () => {
    const called = await call("main-job", "bars", "--svg", "nowhere/curve.svg");
    expect(called).toMatchObject({ code: 1, stdout: "" });
    expect(called.stderr).toBe("--svg: there is no folder nowhere; make the folder first\n");
  });
});

describe("a wrong call ends with 2 and says what to give:", () => {
  const wrong: readonly [args: readonly string[], message: RegExp][] = [
    [["tran", "mnist"], /^drowse: unknown command 'tran' \(Did you mean train\?\); see drowse --help/],
    [["train"], /^drowse: missing required argument 'data'; see /],
    [["train", "bars", "more"], /^drowse: too many arguments for 'train'/],
    [["train", "bars", "--drop-out", "0.5"], /^drowse: unknown option '--drop-out' \(Did you mean --dropout\?\); see /],
    [["train", "bars", "--threads", "0"], /^drowse: --threads is "0"; give a whole number from 1 to 64$/],
    [["train", "bars", "--threads", "two"], /^drowse: --threads is "two"; give a whole number/],
    [["train", "bars", "--epochs", "0"], /^drowse: --epochs is "0"; give a whole number/],
    [["train", "bars", "--epochs", "1.5"], /^drowse: --epochs is "1.5"; give a whole number/],
    [["train", "bars", "--batch-size", "-1"], /^drowse: --batch-size is "-1"; give a whole number/],
    [["train", "bars", "--dropout", "1.5"], /^drowse: --dropout is "1.5"; give a number from 0 \(drop nothing\) to 1/],
    [["train", "bars", "--dropout", "NaN"], /^drowse: --dropout is "NaN"; /],
    [["train", "bars", "--input-dropout", "-0.1"], /^drowse: --input-dropout is "-0.1"; /],
    [["train", "bars", "--hidden", "10,,10"], /^drowse: --hidden is "10,,10"; give the units/],
    [
      ["train", "bars", "--scaling", "both"],
      /^drowse: option '--scaling <kind>' argument 'both' is invalid\. Allowed choices are inverted, standard\.; see /,
    ],
    [["train", "bars", "--learning-rate", "0"], /^drowse: --learning-rate is "0"; give a number above 0$/],
    [["train", "bars", "--momentum", "1"], /^drowse: --momentum is "1"; /],
    [["train", "bars", "--max-norm", "0"], /^drowse: --max-norm is "0"; give a number above 0, or none$/],
    [["train", "bars", "--weight-decay", "-1"], /^drowse: --weight-decay is "-1"; give a number of at least 0$/],
    [["train", "bars", "--optimizer", "adagrad", "--momentum", "0.9"], /^drowse: --momentum is given with --optimizer adagrad; /],
    [
      ["train", "bars", "--optimizer", "adam", "--nesterov"],
      /^drowse: --nesterov is given with .*; leave it out, or give --optimizer sgd$/,
    ],
    [
      ["train", "bars", "--decay-factor", "0.5"],
      /^drowse: --decay-factor is given with --schedule polynomial; leave it out, or give/,
    ],
    [["train", "bars", "--decay-steps", "0"], /^drowse: --decay-steps is "0"; give a whole number/],
    [
      ["train", "bars", "--warmup", "100000"],
      /^drowse: --warmup is 100000, and the run has 40 steps; give fewer, or more --epochs$/,
    ],
    [
      ["train", "bars", "--clip-norm", "1", "--clip-value", "1"],
      /^drowse: option '--clip-value <number>' cannot be used with option/,
    ],
    [["train", "bars", "--validation", "1"], /^drowse: --validation is "1"; give a share above 0 and below 1, such as 0.1$/],
    [["train", "bars", "--early-stopping"], /^drowse: --early-stopping is given without --validation; give --validation 0.1 too/],
    [["train", "--early-stopping", "bars"], /^drowse: --early-stopping is "bars"; give a whole number from 1 to/],
    [["train", "bars", "--reduce-on-plateau", "2"], /^drowse: --reduce-on-plateau is given without --validation; /],
    [
      ["train", "bars", "--activation", "Relu"],
      /^drowse: option '--activation <name>' argument 'Relu' is invalid\. Allowed choices are relu, /,
    ],
    [
      ["train", "bars", "--label-smoothing", "1.1"],
      /^drowse: --label-smoothing is "1.1"; give a share from 0 to 1, such as 0.1$/,
    ],
    [
      ["train", "bars", "--class-weights", "1,,1"],
      /^drowse: --class-weights is "1,,1"; give balanced, or a number of at least 0 for/,
    ],
    [["train", "bars", "--metrics", "auroc,f2"], /^drowse: --metrics is "auroc,f2"; give one or more of accuracy, precision, /],
    [["train", "bars", "--metrics", "auroc,auroc"], /^drowse: --metrics is "auroc,auroc"; /],
    [["evaluate", "trained", "bars", "--metrics", ""], /^drowse: --metrics is ""; give one or more of/],
    [["train", "bars", "--seed", "-1"], /^drowse: --seed is "-1"; /],
    [["train", "bars", "--out"], /^drowse: option '--out <folder>' argument missing; see /],
    [["predict", "trained", "bars", "--uncertainty", "0"], /^drowse: --uncertainty is "0"; give a whole number from 1 to/],
    [
      ["predict", "trained", "bars", "--uncertainty", "9", "--output", "logits"],
      /^predict: --uncertainty is 9, and --output is logits; give --output class or probabilities/,
    ],
    [["predict", "trained", "bars", "--rows", "9-0"], /^drowse: --rows is "9-0"; give numbers of rows/],
    [["evaluate", "trained"], /^drowse: missing required argument 'data'/],
  ];
  it.each(wrong)("%j", async (args, message) => {
    const before = readdirSync(folder).sort();
    const { code, stdout, stderr } = await call(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr.split("\n"), "one line, no stack").toHaveLength(2);
    expect(readdirSync(folder).sort()).toEqual(before);
  });
});

describe("a failure at run time ends with 1, says what to do and leaves nothing behind:", () => {
  beforeAll(() => {
    mkdirSync(join(folder, "empty"));
    writeFileSync(join(folder, "table.csv"), "a,b\n1,2\n");
    writeBars(join(folder, "truncated"));
    truncateSync(join(folder, "truncated/train-images-idx3-ubyte"), 1000);
    writeBars(join(folder, "foreign"));
    writeFileSync(join(folder, "foreign/train-labels-idx1-ubyte"), "GIF89a, as it were");
    writeBars(join(folder, "half"));
    rmSync(join(folder, "half/train-labels-idx1-ubyte"));
    writeBars(join(folder, "more-classes"), { classes: 5 });
    writeBars(join(folder, "only-test"), { train: 0 });
    writeBars(join(folder, "only-train-images"), { test: 0 });
    writeBars(join(folder, "three-of-four"), { test: 3 });
    const model = readFileSync(join(folder, "trained/model.safetensors"));
    writeFileSync(join(folder, "cut.safetensors"), model.subarray(0, model.length - 100));
    writeFileSync(join(folder, "zeros.safetensors"), new Uint8Array(64));
    const header = Buffer.from('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  ');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(join(folder, "foreign.safetensors"), Buffer.concat([length, header, Buffer.alloc(4)]));
    writeFileSync(join(folder, "wide-idx3-ubyte"), writeIdx([1, 9, 9], new Uint8Array(81)));
    writeFileSync(join(folder, "none-idx3-ubyte"), writeIdx([0, 8, 8], new Uint8Array(0)));
  });

  const train = (data: string, ...rest: string[]) => ["train", data, ...small, "--epochs", "2", ...rest];
  const failing: readonly [args: readonly string[], message: RegExp][] = [
    [train("nowhere"), /^train: "nowhere" does not exist; check its path, or give mnist, a folder of IDX files/],
    [train("table.csv"), /^table: the target "b" cannot be predicted: it is always "2"; name another target \(--target\)$/],
    [train("empty"), /^train: empty holds neither PNG images nor IDX files; give a folder with a folder of PNG images/],
    [
      train("truncated"),
      /^readIdx: truncated\/train-images-idx3-ubyte has 1000 bytes where its shape .* are missing; it is truncated/,
    ],
    [train("foreign"), /^readIdx: foreign\/train-labels-idx1-ubyte begins with 0x47494638.*; it is not an IDX file/],
    [train("half"), /^IDX folder: half holds train-images-idx3-ubyte but not train-labels-idx1-ubyte; put that file there/],
    [train("only-test"), /^train: only-test has no training set; add its train-\* files, or a folder train$/],
    [
      train("only-train-images", "--metrics", "auroc"),
      /^train: --metrics is given, and only-train-images has no test set; give --validation 0.1 too$/,
    ],
    [
      train("three-of-four", "--validation", "0.2", "--metrics", "auroc"),
      /^auroc: no row is of class 3; give rows of every class/,
    ],
    [train("three-of-four", "--metrics", "auroc"), /^auroc: no row is of class 3; give rows of every class/],
    [train("bars", "--class-weights", "1,2"), /^fit: classWeights is .*; give 4 numbers, one per class, or "balanced"$/],
    [train("bars", "--metrics", "f1"), /^fit: the metric f1 is one of two classes, and there are 4 outputs; give "macroF1"$/],
    [
      ["evaluate", "trained", "bars", "--metrics", "top4Accuracy"],
      /^evaluate: the metric top4Accuracy is always 1 of 4 classes; give a k below 4$/,
    ],
    [train("bars", "--out", "trained"), /^train: --out trained holds 4 entries already; give a new folder, or empty that one$/],
    [train("bars", "--out", "table.csv"), /^train: --out table.csv is, or leads through, a file; give the path of a new folder$/],
    [
      train("bars", "--learning-rate", "1e30", "--out", "diverged"),
      /^fit: the numbers of \w+ are not finite at step \d+ .*; lower the learning rate/,
    ],
    [["evaluate", "nowhere", "bars"], /^evaluate: nowhere does not exist; give a run folder or its model.safetensors/],
    [["evaluate", "empty", "bars"], /^evaluate: empty\/model.safetensors does not exist; give a run folder/],
    [["evaluate", "cut.safetensors", "bars"], /^\w+: cut.safetensors: .*; /],
    [["evaluate", "zeros.safetensors", "bars"], /^\w+: zeros.safetensors: .*; /],
    [["evaluate", "table.csv", "bars"], /^\w+: table.csv: .*; /],
    [
      ["evaluate", "foreign.safetensors", "bars"],
      /^loadModel: foreign.safetensors: the file is safetensors without a model of this library; give a file that saveModel made/,
    ],
    [["evaluate", "trained", "more-classes"], /^evaluate: the label of row 4 is 4; give whole numbers from 0 to 3/],
    [["evaluate", "trained", "only-test", "--set", "train"], /^evaluate: only-test has no train set; give --set test/],
    [
      ["predict", "trained", "wide-idx3-ubyte"],
      /^predict: the rows of x have shape \[9, 9\]; give rows of the model's input shape \[8, 8\]$/,
    ],
    [
      ["predict", "trained", "none-idx3-ubyte"],
      /^predict: none-idx3-ubyte holds a Uint8Array of the shape \[0, 8, 8\]; give images/,
    ],
    [
      ["predict", "trained", "table.csv"],
      /^predict: table.csv is not an IDX file, and the model is one of images; give mnist, a folder of IDX files or PNG images, or one/,
    ],
    [
      ["predict", "trained", "bars", "--rows", "0-60"],
      /^predict: --rows has 0-60, and the data has 60 rows; give rows from 0 to 59$/,
    ],
    [
      ["predict", "trained", "bars", "--to", "no/such/file"],
      /^write: no\/such\/file cannot be written \(ENOENT.*\); make the folder first$/,
    ],
  ];
  it.each(failing)("%j", async (args, message) => {
    const before = readdirSync(folder, { recursive: true }).sort();
    const { code, stderr } = await call(...args);
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr.split("\n"), "one line, no stack").toHaveLength(2);
    expect(code).toBe(1);
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before);
  });

  it("and with --json the last event tells it too", async () => {
    const called = await call("train", "nowhere", "--json");
    expect(called.code).toBe(1);
    const message = called.stderr.trimEnd();
    expect(eventsOf(called)).toEqual([
      {
        event: "error",
        message,
        operation: "train",
        received: '"nowhere" does not exist',
        remedy: expect.any(String),
        exitCode: 1,
      },
    ]);
  });

  it("but a divergence after a finished epoch keeps that epoch's model", async () => {
    const args = ["train", "bars", ...small, "--hidden", "16", "--max-norm", "none", "--epochs", "400"];
    const slow = ["--optimizer", "sgd", "--momentum", "0", "--batch-size", "32"];
    // With decay of weights that overshoots, |1 - rate l2| > 1: the weights grow by a factor each step and so diverge late.
    const called = await call(...args, ...slow, "--learning-rate", "1", "--weight-decay", "2.8", "--out", "late", "--json");
    expect(called).toMatchObject({ code: 1, stderr: expect.stringMatching(/^fit: the numbers of \w+ are not finite .*\n$/) });
    const end = eventsOf(called).at(-1);
    expect(end).toMatchObject({ event: "error", message: called.stderr.trimEnd(), out: "late" });
    const model = loadModel(readFileSync(join(folder, "late/model.safetensors")));
    expect(model.pass).toBe(end?.epochs);
  });
});
