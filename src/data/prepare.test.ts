import { describe, expect, it } from "vitest";
import { asFloats, prepareData } from "./prepare.ts";
import { type BatchSource, isBatchSource, takeRows } from "./source.ts";

const request = { inputShape: [2], outputs: 3, targets: "classes" } as const;

/** Bytes 10 row + column, labels row mod 3. */
function bytes(changes: Partial<BatchSource> = {}): BatchSource {
  return {
    ...{ count: 9, inputShape: [2], inputType: "u8", inputScale: 1 / 255, targetType: "classes", targetSize: 1 },
    gather(rows, { x, y }) {
      for (const [i, row] of rows.entries()) {
        x.set([10 * row, 10 * row + 1], 2 * i);
        if (y) y[i] = row % 3;
      }
    },
    ...changes,
  };
}

async function gather(source: BatchSource, rows: number[]): Promise<{ x: number[]; y: number[] }> {
  const x = source.inputType === "u8" ? new Uint8Array(rows.length * 2) : new Float32Array(rows.length * 2);
  const y = new Int32Array(rows.length);
  await source.gather(Uint32Array.from(rows), { x, y });
  return { x: [...x], y: [...y] };
}

describe("prepared data", () => {
  it("is prepared once: what came out goes through again as it is", () => {
    const arrays = prepareData("test", { x: Float32Array.of(1, 2), y: [0] }, request);
    expect(prepareData("test", arrays, request)).toBe(arrays);
    const source = prepareData("test", bytes(), request);
    expect(prepareData("test", source, request)).toBe(source);
  });

  it("checks a user's own source every time, whatever it was used for before", async () => {
    const source = bytes();
    const inputsOnly = prepareData("predict", source, { ...request, targets: undefined });
    expect(inputsOnly).not.toBe(source);
    expect(() => prepareData("fit", source, { ...request, targets: "values" })).toThrow("fit: the source's targets are classes");
    expect(() => prepareData("fit", source, { ...request, inputShape: [3] })).toThrow("fit: the source's rows have shape [2]");
    await expect(gather(prepareData("fit", source, { ...request, outputs: 2 }), [0, 1, 2])).rejects.toThrow(
      "fit: the source gave the target 2 in row 2; give classes from 0 to 1",
    );
  });

  it("of a user's source are its rows, also where it answers later", async () => {
    const late = bytes({
      async gather(rows, into) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        await bytes().gather(rows, into);
      },
    });
    for (const source of [bytes(), late]) {
      expect(await gather(prepareData("test", source, request), [4, 0])).toEqual({ x: [40, 41, 0, 1], y: [1, 0] });
    }
  });

  it("may have rows of another shape of the same size", () => {
    expect(prepareData("test", bytes({ inputShape: [1, 2] }), request).count).toBe(9);
  });
});

describe("a source of floats from bytes", () => {
  it("has byte x scale, rounded once", async () => {
    const floats = asFloats(bytes());
    expect(floats).toMatchObject({ inputType: "f32", inputScale: 1, count: 9, targetType: "classes", targetSize: 1 });
    const scale = Math.fround(1 / 255);
    expect(await gather(floats, [7, 1])).toEqual({ x: [70, 71, 10, 11].map((byte) => Math.fround(byte * scale)), y: [1, 1] });
  });

  it("is the source itself where it has floats already", () => {
    const floats = bytes({ inputType: "f32" });
    expect(asFloats(floats)).toBe(floats);
  });
});

describe("some rows of a source", () => {
  it("are a source of their own, in their order, and of some of them again", async () => {
    const some = takeRows(bytes(), Uint32Array.of(8, 3, 3));
    expect(some).toMatchObject({ count: 3, inputType: "u8", inputShape: [2] });
    expect(await gather(some, [2, 0])).toEqual({ x: [30, 31, 80, 81], y: [0, 2] });
    expect(await gather(takeRows(some, Uint32Array.of(0)), [0, 0])).toEqual({ x: [80, 81, 80, 81], y: [2, 2] });
  });
});

describe("a source", () => {
  it("is told from arrays by its gather", () => {
    expect([bytes(), { x: [1], y: [1] }, null, undefined, 5, [], { gather: 1 }].map(isBatchSource)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
