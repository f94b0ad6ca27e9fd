import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadTableModel } from "drowse/tables";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failureOf } from "../src/cli/failure.ts";
import { noColours } from "../src/cli/paint.ts";
import { createProgram } from "../src/cli/program.ts";
import { barImages, drowse, eventsOf, writeBars } from "./command.ts";
import { greyPng } from "./png.ts";

// Folders of PNG images by class, through the command: train, evaluate, predict, inspect, report.

let cwd = "";
const call = (...args: string[]) => drowse(args, { cwd });
const write = (path: string, bytes: Uint8Array | string) => {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), bytes);
};

const CLASSES = ["low", "middle", "high"];
const SIDE = 8;

/** Bars of 8 by 8 as PNG images, each in the folder of its class. */
function writePngs(folder: string, count: number, { colours = false } = {}): void {
  const { images, labels } = barImages(count, CLASSES.length);
  for (let row = 0; row < count; row++) {
    const grey = images.subarray(row * SIDE * SIDE, (row + 1) * SIDE * SIDE);
    const data = colours ? Uint8Array.from({ length: 3 * grey.length }, (_, i) => grey[Math.floor(i / 3)] >> (i % 3)) : grey;
    const png = encode({ width: SIDE, height: SIDE, data, channels: colours ? 3 : 1 });
    write(`${folder}/${CLASSES[labels[row]]}/${String(row).padStart(3, "0")}.png`, png);
  }
}

const SHORT = [
  "--epochs",
  "4",
  "--hidden",
  "24",
  "--input-dropout",
  "0",
  "--dropout",
  "0.2",
  "--learning-rate",
  "0.02",
  "--json",
];
async function done(...args: string[]) {
  const called = await call(...args);
  expect({ code: called.code, stderr: called.stderr }).toEqual({ code: 0, stderr: "" });
  return called;
}

let end: Record<string, unknown> = {};
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "drowse-images-"));
  writePngs("bars", 240);
  const events = eventsOf(await done("train", "bars", ...SHORT, "--out", "run"));
  expect(events[0]).toMatchObject({ event: "start", rows: 204, testRows: 36, image: [8, 8], classes: ["high", "low", "middle"] });
  end = events.at(-1) as typeof end;
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe("a folder of PNG images by class", () => {
  it("is learned, with a share of each class to test on, and repeats to the last bit", async () => {
    expect(Number(end.testError)).toBeLessThan(0.2);
    const config = JSON.parse(readFileSync(join(cwd, "run/config.json"), "utf8"));
    expect(config).toMatchObject({ data: "bars", channels: "grey", test: 0.15 });
    const again = eventsOf(await done("train", "--config", "run/config.json", "--threads", "1", "--json", "--out", "again"));
    expect(again.at(-1)).toMatchObject({ weightsHash: end.weightsHash, testError: end.testError });
    const other = eventsOf(await done("train", "--config", "run/config.json", "--test", "0.5", "--json", "--out", "half"));
    expect(other[0]).toMatchObject({ rows: 120, testRows: 120 });
  });

  it("gives a model that knows its classes, and a report that is made again to the same bytes", async () => {
    const { images } = loadTableModel(readFileSync(join(cwd, "run/model.safetensors")));
    expect(images).toEqual({ classes: ["high", "low", "middle"], channels: "grey" });
    expect((await done("inspect", "run")).stdout).toMatch(/takes PNG images, in grey\npredicts one of high, low, middle\n/);
    const page = readFileSync(join(cwd, "run/report.html"), "utf8");
    expect(page).toMatch(/It learned to predict class, one of 3 classes\./);
    expect(page).toContain("drowse train bars");
    expect((await done("report", "run")).stdout).toBe("wrote run/report.html\n");
    expect(readFileSync(join(cwd, "run/report.html"), "utf8")).toBe(page);
  });

  it("is predicted: the path of each image, and its class by name", async () => {
    const { stdout } = await done("predict", "run", "bars");
    const [header, ...lines] = stdout.trimEnd().split("\n");
    expect([header, lines.length]).toEqual(["path,prediction,probability", 240]);
    expect(lines[0]).toMatch(/^high\/002\.png,\w+,0\.\d+$/);
    const right = lines.filter((line) => line.split("/")[0] === line.split(",")[1]).length;
    expect(right).toBeGreaterThan(190);

    const one = await done("predict", "run", "bars/low/000.png", "--json");
    const [event, last] = eventsOf(one);
    const probability = lines.find((line) => line.startsWith("low/000.png"))?.split(",")[2];
    expect(event).toEqual({
      ...{ event: "prediction", row: 0, columns: { path: "bars/low/000.png" } },
      ...{ prediction: "low", probability: Number(probability) },
    });
    expect(last).toMatchObject({ event: "done", rows: 1 });
    await done("predict", "run", "bars", "--to", "predicted.csv");
    expect(readFileSync(join(cwd, "predicted.csv"), "utf8")).toBe(stdout);
  });

  it("is predicted with all probabilities and how sure they are", async () => {
    const { stdout } = await done("predict", "run", "bars/low", "--output", "probabilities", "--uncertainty", "20");
    const [header, first] = stdout.split("\n");
    const named = (what: string) => ["high", "low", "middle"].map((name) => `${what} ${name}`).join(",");
    expect(header).toBe(`path,${named("probability")},${named("std")},entropy,mutualInformation,variationRatio`);
    const sum = first
      .split(",")
      .slice(1, 4)
      .map(Number)
      .reduce((a, b) => a + b);
    expect(sum).toBeCloseTo(1, 4);
  });

  it("is measured by the folders that are classes of the model, whatever their number", async () => {
    const [all] = eventsOf(await done("evaluate", "run", "bars", "--metrics", "macroF1", "--json"));
    expect(all).toMatchObject({ event: "done", rows: 240, macroF1: expect.any(Number) });
    writePngs("more", 12);
    write(
      "more/unknown/1.png",
      greyPng(8, 8, () => 0),
    );
    const called = await call("evaluate", "run", "more");
    expect(called).toMatchObject({
      code: 0,
      stderr: "images left out, for training did not know the class of their folder: 1\n",
    });
    expect(called.stdout).toMatch(/^more: 12 images: error \d+\.\d\d%, loss /);
  });

  it("may have train and test, and colours", async () => {
    writePngs("sets/train", 120, { colours: true });
    writePngs("sets/test", 30, { colours: true });
    const events = eventsOf(await done("train", "sets", ...SHORT, "--validation", "0.2", "--early-stopping", "--out", "colours"));
    expect(events[0]).toMatchObject({ rows: 96, validationRows: 24, testRows: 30, image: [8, 8, 3] });
    const [measured] = eventsOf(await done("evaluate", "colours", "sets", "--json"));
    expect(measured).toMatchObject({ set: "test", rows: 30, error: events.at(-1)?.testError });
    expect((await done("evaluate", "colours", "sets", "--set", "train")).stdout).toMatch(/^sets, train set: 120 images: /);
    expect((await done("predict", "colours", "sets", "--set", "test")).stdout.trimEnd().split("\n")).toHaveLength(31);
    // The same images in grey are other inputs.
    const grey = eventsOf(await done("train", "sets", "--channels", "grey", ...SHORT, "--out", "grey"));
    expect(grey[0]).toMatchObject({ image: [8, 8] });
  });

  it("goes on after Ctrl-C to the same bits", async () => {
    const long = ["train", "bars", ...SHORT, "--epochs", "80"];
    const [whole] = eventsOf(await done(...long, "--out", "whole")).slice(-1);
    const onOutput = (text: string, kill: (signal: NodeJS.Signals) => void) => {
      if (text.includes('"event":"epoch"')) kill("SIGINT");
    };
    expect(await drowse([...long, "--out", "stopped"], { cwd, onOutput })).toMatchObject({ code: 130 });
    const resumed = eventsOf(await done("train", "--resume", "stopped", "--json")).at(-1);
    expect(resumed).toMatchObject({ event: "done", weightsHash: whole.weightsHash, testError: whole.testError });
  });

  it("goes to a model of IDX files too, whose classes are numbers", async () => {
    writeBars(join(cwd, "idx"), { train: 60, test: 8 });
    await done("train", "idx", ...SHORT, "--out", "numbers");
    const { stdout } = await done("predict", "numbers", "bars/low/000.png");
    expect(stdout).toMatch(/^path,prediction,probability\nbars\/low\/000\.png,[0-3],0\.\d+\n$/);
  });

  it("tells which files it passes over", async () => {
    writePngs("mixed", 30);
    write("mixed/low/photo.jpg", "jpeg");
    write("mixed/low/notes.txt", "notes");
    write("mixed/.DS_Store", "system");
    const called = await call("train", "mixed", ...SHORT, "--out", "mixed-run");
    expect(called).toMatchObject({
      code: 0,
      stderr: "passed over, for only PNG images are read: low/notes.txt and 1 more\n",
    });
  });
});

/** What a call says that fails; in this process, for there are many. */
async function failure(args: readonly string[]) {
  let stdout = "";
  const write = (text: string) => {
    stdout += text;
  };
  const terminal = { write, writeError: write, isLive: false, isClosed: false, columns: 80, palette: noColours };
  process.chdir(cwd);
  try {
    await createProgram({ terminal, exitCode: 0 }).parseAsync([...args], { from: "user" });
  } catch (error) {
    const { exitCode, text } = failureOf(error);
    return { code: exitCode, stdout, lines: text.trimEnd().split("\n") };
  }
  return { code: 0, stdout, lines: [] };
}

describe("what cannot be done with images is said in words", () => {
  beforeAll(() => {
    write("empty/notes.txt", "nothing");
    write(
      "flat/1.png",
      greyPng(2, 2, () => 0),
    );
    write(
      "single/cat/1.png",
      greyPng(2, 2, () => 0),
    );
    for (const [path, side] of [["sizes/a/1.png", 3] as const, ["sizes/b/1.png", 4] as const])
      write(
        path,
        greyPng(side, 3, () => 0),
      );
    for (const path of ["jpeg/a/1.png", "photo.jpg", "photos/a/1.jpg"])
      write(path, Buffer.from("\xff\xd8\xff\xe0\0\x10JFIF\0", "latin1"));
    write(
      "jpeg/b/1.png",
      greyPng(2, 2, () => 0),
    );
    for (const path of ["new/train/a/1.png", "new/train/b/1.png", "new/test/c/1.png"])
      write(
        path,
        greyPng(2, 2, () => 0),
      );
    write("table.csv", "a,b\n1,x\n2,y\n");
  });

  it.each<[args: string[], code: number, message: RegExp]>([
    [
      ["train", "empty"],
      1,
      /^train: empty holds neither PNG images nor IDX files, but notes\.txt; give a folder with a folder of PNG/,
    ],
    [["train", "flat"], 1, /^image folder: 1\.png lies in no folder of a class; give /],
    [["train", "single"], 1, /^image folder: all images are of the class "cat"; give /],
    [["train", "sizes"], 1, /^PNG: b\/1\.png is 4 x 3 pixels, and a\/1\.png 3 x 3; give images of one size/],
    [["train", "jpeg"], 1, /^PNG: a\/1\.png is a JPEG image, whatever its name says; convert it to PNG/],
    [["train", "new"], 1, /^train: test\/c\/1\.png is of a class that train does not have; /],
    [["train", "flat/1.png"], 1, /^train: "flat\/1\.png" is a file, and images need labels; give mnist, a folder of /],
    [["train", "sets", "--test", "0.2"], 2, /^drowse: --test is given, and there is a folder test; leave it out/],
    [["train", "bars", "--target", "x"], 2, /^drowse: --target is given, and the data is no file of a table; leave it out/],
    [["train", "bars", "--no-refit"], 2, /^drowse: --no-refit is given, and the data is no file of a table; leave it out/],
    [["train", "mnist", "--channels", "rgb"], 2, /^drowse: --channels is given, and the data is no folder of PNG images/],
    [["train", "table.csv", "--channels", "rgb"], 2, /^drowse: --channels is given, and the data is the file of a table/],
    [["train", "bars", "--channels", "red"], 2, /^drowse: option '--channels <kind>' argument 'red' is invalid/],
    [
      ["predict", "run", "sizes/a/1.png"],
      1,
      /^PNG: sizes\/a\/1\.png is 3 x 3 pixels, and 8 x 8 are due; give images of one size/,
    ],
    [["predict", "run", "bars", "--rows", "0-3"], 2, /^drowse: --rows is given with PNG images; give the image/],
    [["predict", "run", "bars", "--set", "test"], 1, /^predict: --set test is given, and bars has no images in a folder test/],
    [["evaluate", "run", "bars", "--set", "test"], 1, /^evaluate: bars has no folder test; leave --set out/],
    [["evaluate", "run", "flat"], 1, /^image folder: 1\.png lies in no folder of a class/],
    [
      ["evaluate", "run", "sizes"],
      1,
      /^evaluate: no image in sizes lies in a folder of a class of the model; name .* high, low, middle/,
    ],
    [["predict", "run", "nowhere.png"], 1, /nowhere\.png" does not exist; check its path, or give /],
    [["predict", "run", "photo.jpg"], 1, /^PNG: photo\.jpg is a JPEG image; convert it to PNG/],
    [
      ["train", "photos"],
      1,
      /^train: photos holds neither PNG images nor IDX files, but a\/1\.jpg; convert images to PNG; give /,
    ],
  ])("%j", async (args, code, message) => {
    expect(await failure(args)).toEqual({ code, stdout: "", lines: [expect.stringMatching(message)] });
  });
});
