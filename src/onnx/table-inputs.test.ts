import { dense, sequential } from "drowse";
import { toOnnx } from "drowse/onnx";
import { inputSize, type Preparation } from "drowse/tables";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeOnnx, onnxFaults } from "../../test/onnx-decode.ts";
import { runOnnx } from "../../test/onnx-runtime.ts";
import { feedsOf, predictedOf, rowsOf, trainedTable } from "../../test/trained-table.ts";
import { predictedColumns } from "../cli/table-predictions.ts";
import { prepareInputs } from "../tables/apply-preparation.ts";

describe("a model of a table as an ONNX file", () => {
  it.each([true, false])("takes columns by their names and tells classes by theirs; gaps in training: %s", async (gaps) => {
    const trained = await trainedTable("kind", gaps);
    const file = toOnnx(trained.model, { preparation: trained.preparation });
    const { graph, metadata } = decodeOnnx(file);
    expect(onnxFaults(decodeOnnx(file))).toEqual([]);
    expect(graph.inputs.map(({ name }) => name)).toEqual([
      "size",
      "training_mode",
      "größe/Add",
      "colour",
      "prediction",
      "embedding",
    ]);
    expect(graph.inputs.map(({ type }) => type.tensor.element)).toEqual([11, 11, 11, 8, 8, 1]);
    expect(graph.inputs[3].doc).toContain('one of "blue", "green", "red"; where it is missing one of ""');
    // The column has the name already.
    expect(graph.outputs.map(({ name }) => name)).toEqual(["prediction_2", "probabilities"]);
    expect(metadata.find(({ key }) => key === "classes")?.value).toBe('["big","small"]');
    const rows = rowsOf(200, 2, { gaps: true, unseen: true });
    const results = await runOnnx(file, feedsOf(trained.preparation, rows));
    const own = await predictedOf(trained, rows);
    const columns = predictedColumns(own, trained.preparation.target, "class");
    expect(Array.from(results.prediction_2.data)).toEqual(rows.map((_, row) => columns.values(row)[0]));
    expect(results.probabilities.shape).toEqual([200, 2]);
    own.forEach((value, i) => {
      expect(Math.abs(Number(results.probabilities.data[i]) - value)).toBeLessThan(1e-5);
    });
    expect(new Set(results.prediction_2.data as string[]).size).toBe(2);
  });

  it("tells a number in the target's own units", async () => {
    const trained = await trainedTable("price", true);
    const file = toOnnx(trained.model, { preparation: trained.preparation });
    const rows = rowsOf(100, 3, { unseen: true });
    const { prediction_2: prediction } = await runOnnx(file, feedsOf(trained.preparation, rows));
    const own = predictedColumns(await predictedOf(trained, rows), trained.preparation.target, "class");
    expect(prediction.shape).toEqual([100, 1]);
    rows.forEach((_, row) => {
      const value = Number(own.values(row)[0]);
      expect(Math.abs(Number(prediction.data[row]) - value)).toBeLessThan(1e-5 * Math.abs(value));
    });
  });

  it("has an input that says whether what drops does so, under a name that no column has", async () => {
    const trained = await trainedTable("kind", true);
    const file = toOnnx(trained.model, { preparation: trained.preparation, liveDropout: true });
    const rows = rowsOf(20, 4);
    const feeds = feedsOf(trained.preparation, rows);
    const still = await runOnnx(file, { ...feeds, training_mode_2: false });
    const live = await runOnnx(file, { ...feeds, training_mode_2: true });
    const own = await predictedOf(trained, rows);
    own.forEach((value, i) => {
      expect(Math.abs(Number(still.probabilities.data[i]) - value)).toBeLessThan(1e-5);
    });
    expect(live.probabilities.data).not.toEqual(still.probabilities.data);
  });

  it("makes the very numbers that drowse makes of any columns", async () => {
    const number = fc.oneof(fc.double({ noDefaultInfinity: true, min: -1e12, max: 1e12 }), fc.constant(Number.NaN));
    const deviation = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
    const mean = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.array(number, { minLength: 1, maxLength: 9 }),
        deviation,
        mean,
        fc.boolean(),
        async (values, own, middle, indicator) => {
          const preparation: Preparation = {
            inputs: [{ name: "x", type: "number", mean: middle, deviation: own, fill: middle / 3, indicator }],
            target: { name: "y", task: "regression", mean: 0, deviation: 1 },
            ignored: [],
            reading: { header: true, decimal: ".", missing: [] },
          };
          // A network that gives out its first input.
          const model = sequential({ input: [inputSize(preparation)], seed: 1 }, [
            dense(1, { bias: false, initializer: [indicator ? [1, 0] : [1]] }),
          ]);
          const column = { type: "number" as const, values: Float64Array.from(values) };
          const rows = Uint32Array.from(values.keys());
          const x = prepareInputs(preparation, new Map([["x", column]]), rows);
          const { prediction } = await runOnnx(toOnnx(model, { preparation }), {
            x: { data: column.values, shape: [values.length, 1] },
          });
          expect(Array.from(prediction.data, Number)).toEqual(Array.from(rows, (row) => x[row * (indicator ? 2 : 1)] + 0));
        },
      ),
      { numRuns: 20, seed: 4 },
    );
  });

  it("refuses the preparation of another model", async () => {
    const { preparation } = await trainedTable("kind", false);
    const other = sequential({ input: [3], seed: 1 }, [dense(2)]);
    expect(() => toOnnx(other, { preparation })).toThrow(
      "toOnnx: the model makes [2] of [3]; the preparation is for a model that makes [2] of",
    );
    const nameless = { ...preparation, inputs: [{ ...preparation.inputs[0], name: "" }] };
    const small = sequential({ input: [1], seed: 1 }, [dense(2)]);
    expect(() => toOnnx(small, { preparation: nameless as Preparation })).toThrow("toOnnx: a column has no name");
  });
});
