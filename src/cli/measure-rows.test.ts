import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dense } from "../layers/dense.ts";
import { mae, r2, rmse } from "../metrics/regression.ts";
import { sequential } from "../model/sequential.ts";
import { sgd } from "../optimizers/sgd.ts";
import { type LabelledBlock, measureRows } from "./measure-rows.ts";

const ROWS = 120;
const x = Float32Array.from({ length: 4 * ROWS }, (_, i) => ((i * 7919) % 101) / 50 - 1);
const cuts = fc.uniqueArray(fc.integer({ min: 1, max: ROWS - 1 }), { maxLength: 9 });

/** All rows in pieces that end at these places. */
async function* pieces(y: LabelledBlock["y"], places: readonly number[]): AsyncGenerator<LabelledBlock> {
  const ends = [...places, ROWS].sort((a, b) => a - b);
  for (const [index, end] of ends.entries()) {
    const first = ends[index - 1] ?? 0;
    yield { x: { data: x.slice(4 * first, 4 * end), shape: [end - first, 4] }, y: y.slice(first, end) };
  }
}

describe("measureRows", () => {
  it("tells of classes what evaluate tells of all rows at once, however they come", async () => {
    const model = sequential({ input: [4], seed: 3 }, [dense(3)]);
    const y = Int32Array.from({ length: ROWS }, (_, row) => ((row * 7) % 5) % 3);
    await model.fit(
      { x: { data: x, shape: [ROWS, 4] }, y },
      { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }), epochs: 1 },
    );
    const metrics = ["auroc", "macroF1", "top2Accuracy"] as const;
    const { loss, accuracy = 0, ...named } = await model.evaluate({ x: { data: x, shape: [ROWS, 4] }, y }, { metrics });
    const target = { name: "kind", task: "classification", classes: ["a", "b", "c"] } as const;
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const measured = await measureRows(model, target, pieces(y, places), { metrics });
        expect(measured).toEqual({ ...named, loss: expect.closeTo(loss, 12), error: expect.closeTo(1 - accuracy, 12) });
      }),
      { numRuns: 15 },
    );
  });

  it("tells of numbers the errors in their own units, however they come", async () => {
    const model = sequential({ input: [4], seed: 3 }, [dense(1)]);
    const y = Float32Array.from({ length: ROWS }, (_, row) => ((row * 31) % 17) / 8 - 1);
    const { data } = await model.predict({ data: x, shape: [ROWS, 4] });
    const own = (numbers: Float32Array) => Float64Array.from(numbers, (value) => 50 * value + 1000);
    const [truth, guess] = [own(y), own(data)];
    const due = { rows: ROWS, rmse: rmse(truth, guess), mae: mae(truth, guess), r2: r2(truth, guess) };
    const target = { name: "price", task: "regression", mean: 1000, deviation: 50 } as const;
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        expect(await measureRows(model, target, pieces(y, places), { metrics: [] })).toEqual(due);
      }),
      { numRuns: 15 },
    );
  });
});
