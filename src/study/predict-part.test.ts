import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { make, recipes } from "../../test/networks.ts";
import { sizeOf } from "../tensor/shape.ts";
import { type PartPredictions, readPredictions, readRows, rowsFile } from "./part-tensors.ts";
import { predictPartFile } from "./predict-part.ts";

const RUNS = { numRuns: process.env.DROWSE_DEEP === "1" ? 500 : 40, seed: 5 };

describe("a part of a prediction", () => {
  it("is to the bit what its rows are in the whole, by any division, with and without samples", async () => {
    let sampled = 0;
    await fc.assert(
      fc.asyncProperty(recipes, fc.nat(), fc.integer({ min: 1, max: 9 }), async (recipe, place, samples) => {
        const { model, data } = make(recipe);
        const [inputs, outputs] = [sizeOf(model.inputShape), sizeOf(model.outputShape)];
        const x = data.x as Float32Array | Uint8Array;
        const first = place % recipe.count;
        const rows = recipe.count - first;
        const input = rowsFile({ data: x.slice(first * inputs), shape: [rows, ...model.inputShape] });
        const part = async (request: { samples?: number }) =>
          readPredictions(
            await predictPartFile(model, { input, rows, request: { output: "link", first, ...request } }),
            rows,
            request.samples !== undefined,
          );
        const all = { data: x, shape: [recipe.count, ...model.inputShape] };
        const { data: whole } = await model.predict(all, { threads: 0 });
        const plain = (await part({})) as Extract<PartPredictions, { data: Float32Array }>;
        expect(plain.data).toEqual(whole.subarray(first * outputs));
        if (!model.graph.nodes.some(({ layer }) => layer.isRandom)) return;
        sampled++;
        const uncertain = await model.predictUncertain(all, { samples, threads: 0 });
        const told = (await part({ samples })) as Exclude<PartPredictions, { data: Float32Array }>;
        const columns = uncertain.mean.data.length / recipe.count;
        expect(told.mean.data).toEqual(uncertain.mean.data.subarray(first * columns));
        expect(told.std.data).toEqual(uncertain.std.data.subarray(first * columns));
        if (model.link !== "softmax") return;
        for (const name of ["entropy", "mutualInformation", "variationRatio"] as const)
          expect(told[name]).toEqual(uncertain[name].subarray(first));
      }),
      RUNS,
    );
    expect(sampled).toBeGreaterThan(10);
  });

  it("goes as bytes that are refused where they are others than was said", () => {
    const rows = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] };
    const file = rowsFile(rows);
    expect(readRows(file, 2, [3])).toEqual(rows);
    const bytes = { data: Uint8Array.of(1, 2, 255, 4), shape: [1, 2, 2] };
    expect(readRows(rowsFile(bytes), 1, [2, 2])).toEqual(bytes);
    expect(() => readRows(file, 3, [3])).toThrow(/the rows are F32 \[2, 3\]; give U8 or F32 \[3, 3\]/);
    expect(() => readRows(file.slice(0, 30), 2, [3])).toThrow(/readSafetensors/);
    expect(() => readPredictions(file, 2, false)).toThrow(/a part has no predictions; give those of 2 rows/);
    expect(() => readPredictions(file, 2, true)).toThrow(/a part has no mean/);
  });
});
