import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PreparedRows } from "../tables/read-prepared.ts";
import { PredictionCsv, predictionEvents } from "./prediction-lines.ts";
import { rowBlocks } from "./row-blocks.ts";

/** Rows `first` to `first + count - 1`, two inputs each; later batches may have a column more. */
const batch = (first: number, count: number, names: readonly string[] = ["a"]): PreparedRows => ({
  names,
  rows: Array.from({ length: count }, (_, row) => names.map((name) => `${name}${first + row}`)),
  first,
  targets: undefined,
  x: { data: Float32Array.from({ length: 2 * count }, (_, i) => 2 * first + i), shape: [count, 2] },
});

describe("rowBlocks", () => {
  it("gives the same blocks whatever the pieces", async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 7 }), async (pieces, size) => {
        async function* batches() {
          let first = 0;
          for (const count of pieces) {
            yield batch(first, count);
            first += count;
          }
        }
        const count = pieces.reduce((sum, rows) => sum + rows, 0);
        const blocks: PreparedRows[] = [];
        for await (const block of rowBlocks(batches(), size)) blocks.push(block);
        const starts = Array.from({ length: Math.ceil(count / size) }, (_, index) => index * size);
        expect(blocks).toEqual(starts.map((first) => batch(first, Math.min(size, count - first))));
      }),
    );
  });

  it("has the columns of the last of its rows", async () => {
    async function* batches() {
      yield batch(0, 1);
      yield batch(1, 2, ["a", "b"]);
    }
    for await (const { names, rows } of rowBlocks(batches(), 9)) {
      expect({ names, rows }).toEqual({ names: ["a", "b"], rows: [["a0"], ["a1", "b1"], ["a2", "b2"]] });
    }
  });
});

describe("lines of predictions", () => {
  const predicted = { names: ["prediction", "probability"], values: () => ["yes", Math.fround(0.1)] };

  it("keeps to the columns of the header, and tells of those that came too late for it", () => {
    const csv = new PredictionCsv();
    expect(csv.lines(batch(0, 1, ["prediction"]), predicted)).toBe("prediction,prediction_,probability\nprediction0,yes,0.1\n");
    expect(csv.lines(batch(1, 1, ["prediction", "late"]), predicted)).toBe("prediction1,yes,0.1\n");
    expect([...csv.late]).toEqual(["late"]);
  });

  it("tells cells under `columns`, whatever they are called", () => {
    const rows = { ...batch(3, 1, ["row", "__proto__", "v", "w"]), rows: [["r", "p", Float32Array.of(1, 2)]] };
    expect(predictionEvents(rows, predicted)).toBe(
      '{"event":"prediction","row":3,"columns":{"row":"r","__proto__":"p","v":[1,2],"w":null},"prediction":"yes","probability":0.1}\n',
    );
  });
});
