import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { streamKey } from "../random/streams.ts";
import { prepareData } from "./prepare.ts";
import { takeRows } from "./source.ts";
import { splitRows } from "./split.ts";

const key = streamKey(5, "validation");
const classSource = (y: readonly number[], outputs = 5) =>
  prepareData("fit", { x: new Float32Array(y.length), y }, { inputShape: [1], outputs, targets: "classes" });
const valueSource = (count: number) =>
  prepareData(
    "fit",
    { x: new Float32Array(count), y: new Float32Array(count) },
    { inputShape: [1], outputs: 1, targets: "values" },
  );

describe("splitRows", () => {
  it("gives every row to one part, in its order, and holds out the share of every class to a row", async () => {
    const rows = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(rows, fc.double({ min: 0.05, max: 0.9, noNaN: true }), async (y, share) => {
        let split: Awaited<ReturnType<typeof splitRows>>;
        try {
          split = await splitRows("fit", classSource(y), share, key);
        } catch (error) {
          expect((error as Error).message).toMatch(/which is none; give a larger share/);
          return;
        }
        const { training, validation } = split;
        expect([...training, ...validation].sort((a, b) => a - b)).toEqual(y.map((_, row) => row));
        expect(training).toEqual(training.slice().sort());
        expect(validation).toEqual(validation.slice().sort());
        expect(validation.length).toBeLessThanOrEqual(Math.round(share * y.length));
        for (let one = 0; one < 5; one++) {
          const size = y.filter((label) => label === one).length;
          const held = [...validation].filter((row) => y[row] === one).length;
          if (size > 0) expect(held).toBeLessThan(size);
          if (size > 1) expect(Math.abs(held - share * size)).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
      { seed: 1 },
    );
  });

  it("holds out just the share of numbers, and of classes that are many enough", async () => {
    expect((await splitRows("fit", valueSource(1000), 0.1, key)).validation).toHaveLength(100);
    expect((await splitRows("fit", valueSource(15), 0.1, key)).validation).toHaveLength(2);
    const y = Array.from({ length: 997 }, (_, row) => row % 3);
    expect((await splitRows("fit", classSource(y, 3), 0.1, key)).validation).toHaveLength(100);
  });

  it("takes a single yes or no for classes", async () => {
    const y = Float32Array.from({ length: 1000 }, (_, row) => (row % 10 === 0 ? 1 : 0));
    const source = prepareData("fit", { x: new Float32Array(1000), y }, { inputShape: [1], outputs: 1, targets: "values" });
    const { validation } = await splitRows("fit", source, 0.1, key);
    expect(validation.filter((row) => y[row] === 1)).toHaveLength(10);
    expect(validation).toHaveLength(100);
  });

  it("is a function of the key, and of the classes of the rows that a source has", async () => {
    const y = Array.from({ length: 3000 }, (_, row) => row % 3);
    const source = classSource(y, 3);
    const first = await splitRows("fit", source, 0.2, key);
    expect(await splitRows("fit", takeRows(source, Uint32Array.from(y.keys())), 0.2, key)).toEqual(first);
    const other = await splitRows("fit", source, 0.2, streamKey(6, "validation"));
    // Of 600 rows a fifth is held out by both, give or take: they are drawn, not taken from one end.
    const both = other.validation.filter((row) => first.validation.includes(row)).length;
    expect(both).toBeGreaterThan(80);
    expect(both).toBeLessThan(160);
    const middle = first.validation.filter((row) => row >= 1000 && row < 2000).length;
    expect(middle).toBeGreaterThan(150);
    expect(middle).toBeLessThan(250);
  });

  it("refuses shares that are none, and shares of which nothing is held out", async () => {
    for (const share of [0, 1, -0.1, 1.5, Number.NaN]) {
      const call = splitRows("fit", valueSource(10), share, key);
      await expect(call).rejects.toThrow(`fit: validation is ${share}; give a share above 0 and below 1`);
    }
    await expect(splitRows("fit", valueSource(4), 0.1, key)).rejects.toThrow("validation is 0.1 of 4 rows, which is none");
    await expect(splitRows("fit", classSource([0, 1, 2]), 0.4, key)).rejects.toThrow("which is none");
  });
});
