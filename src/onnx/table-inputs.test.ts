import { adamW, dense, dropout, type Model, relu, sequential } from "drowse";
import { toOnnx } from "drowse/onnx";
import {
  fitPreparation,
  inputSize,
  outputSize,
  type Preparation,
  prepareRows,
  readPrepared,
  readTable,
  tableTask,
} from "drowse/tables";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Draws } from "../../test/draws.ts";
import { decodeOnnx, onnxFaults } from "../../test/onnx-decode.ts";
import { type Feeds, runOnnx } from "../../test/onnx-runtime.ts";
import { predictedColumns } from "../cli/table-predictions.ts";
import { prepareInputs } from "../tables/apply-preparation.ts";

type Row = Readonly<Record<string, number | string | null | readonly number[]>>;

const lines = (rows: readonly Row[]) => new Blob([rows.map((row) => JSON.stringify(row)).join("\n")]);

/** Rows of numbers, categories and vectors with gaps, some columns named as what the file has beside them. */
function rowsOf(count: number, seed: number, { gaps = true, unseen = false } = {}): Row[] {
  const draws = new Draws(seed);
  const chance = (share: number) => gaps && draws.unit() < share;
  return Array.from({ length: count }, () => {
    const size = 1e6 + 300 * draws.unit();
    const colour = unseen && draws.unit() < 0.2 ? "black" : ["red", "blue", "green"][draws.integer(0, 2)];
    const vector = [draws.unit(), 5 * draws.unit() - 2, 1e-3 * draws.unit()];
    const isBig = size > 1e6 + 150 || colour === "red";
    return {
      size: chance(0.1) ? null : size,
      training_mode: draws.unit() - 7,
      "größe/Add": 1e-9 * draws.unit(),
      colour: chance(0.1) ? null : colour,
      prediction: ["yes", "no"][draws.integer(0, 1)],
      embedding: chance(0.1) ? null : vector,
      kind: isBig ? "big" : "small",
      price: (isBig ? 2e5 : 1e5) * (1 + vector[0]),
    };
  });
}

interface Trained {
  readonly model: Model;
  readonly preparation: Preparation;
}

async function train(target: "kind" | "price", gaps: boolean): Promise<Trained> {
  const table = await readTable(lines(rowsOf(120, 1, { gaps })), {
    format: "jsonl",
    dropColumns: [target === "kind" ? "price" : "kind"],
  });
  const task = tableTask(table, { target });
  const preparation = fitPreparation(task, task.rows);
  const layers = [dense(16), relu(), dropout({ rate: 0.2, scaling: "standard" }), dense(outputSize(preparation))];
  const model = sequential({ input: [inputSize(preparation)], seed: 1 }, layers);
  const loss = target === "kind" ? "crossEntropy" : "meanSquaredError";
  await model.fit(prepareRows(preparation, task, task.rows), {
    loss,
    optimizer: adamW({ learningRate: 0.01 }),
    epochs: 5,
    batchSize: 32,
  });
  return { model, preparation };
}

/** What the inputs of a file get of rows: by the columns' names, missing as the file says. */
function feedsOf({ inputs, reading }: Preparation, rows: readonly Row[]): Feeds {
  const feed = (input: Preparation["inputs"][number]): Feeds[string] => {
    const cells = rows.map((row) => row[input.name] ?? null);
    if (input.type === "number")
      return { data: Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell))), shape: [rows.length, 1] };
    if (input.type === "category")
      return { data: cells.map((cell) => (cell === null ? (reading.missing[0] ?? "") : String(cell))), shape: [rows.length, 1] };
    const size = input.mean.length;
    const numbers = cells.flatMap((cell) =>
      Array.isArray(cell) ? (cell as number[]) : new Array<number>(size).fill(Number.NaN),
    );
    return { data: Float32Array.from(numbers), shape: [rows.length, size] };
  };
  return Object.fromEntries(inputs.map((input) => [input.name, feed(input)]));
}

async function predicted({ model, preparation }: Trained, rows: readonly Row[]) {
  const parts: Float32Array[] = [];
  for await (const { x } of readPrepared(lines(rows), preparation, { format: "jsonl" }))
    parts.push((await model.predict(x)).data);
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

describe("a model of a table as an ONNX file", () => {
  it.each([true, false])("takes columns by their names and tells classes by theirs; gaps in training: %s", async (gaps) => {
    const trained = await train("kind", gaps);
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
    const own = await predicted(trained, rows);
    const columns = predictedColumns(own, trained.preparation, "class");
    expect(Array.from(results.prediction_2.data)).toEqual(rows.map((_, row) => columns.values(row)[0]));
    expect(results.probabilities.shape).toEqual([200, 2]);
    own.forEach((value, i) => {
      expect(Math.abs(Number(results.probabilities.data[i]) - value)).toBeLessThan(1e-5);
    });
    expect(new Set(results.prediction_2.data as string[]).size).toBe(2);
  });

  it("tells a number in the target's own units", async () => {
    const trained = await train("price", true);
    const file = toOnnx(trained.model, { preparation: trained.preparation });
    const rows = rowsOf(100, 3, { unseen: true });
    const { prediction_2: prediction } = await runOnnx(file, feedsOf(trained.preparation, rows));
    const own = predictedColumns(await predicted(trained, rows), trained.preparation, "class");
    expect(prediction.shape).toEqual([100, 1]);
    rows.forEach((_, row) => {
      const value = Number(own.values(row)[0]);
      expect(Math.abs(Number(prediction.data[row]) - value)).toBeLessThan(1e-5 * Math.abs(value));
    });
  });

  it("has an input that says whether what drops does so, under a name that no column has", async () => {
    const trained = await train("kind", true);
    const file = toOnnx(trained.model, { preparation: trained.preparation, liveDropout: true });
    const rows = rowsOf(20, 4);
    const feeds = feedsOf(trained.preparation, rows);
    const still = await runOnnx(file, { ...feeds, training_mode_2: false });
    const live = await runOnnx(file, { ...feeds, training_mode_2: true });
    const own = await predicted(trained, rows);
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
    const { preparation } = await train("kind", false);
    const other = sequential({ input: [3], seed: 1 }, [dense(2)]);
    expect(() => toOnnx(other, { preparation })).toThrow(
      "toOnnx: the model makes [2] of [3]; the preparation is for a model that makes [2] of",
    );
    const nameless = { ...preparation, inputs: [{ ...preparation.inputs[0], name: "" }] };
    const small = sequential({ input: [1], seed: 1 }, [dense(2)]);
    expect(() => toOnnx(small, { preparation: nameless as Preparation })).toThrow("toOnnx: a column has no name");
  });
});
