import { adamW, dense, dropout, type Model, relu, sequential } from "drowse";
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
import { Draws } from "./draws.ts";

// A small table with columns of every type, a model of it, and what the inputs of its ONNX file get.

export type Row = Readonly<Record<string, number | string | null | readonly number[]>>;

const lines = (rows: readonly Row[]) => new Blob([rows.map((row) => JSON.stringify(row)).join("\n")]);

/** Rows of numbers, categories and vectors with gaps, some columns named as what the file has beside them. */
export function rowsOf(count: number, seed: number, { gaps = true, unseen = false } = {}): Row[] {
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

export interface Trained {
  readonly model: Model;
  readonly preparation: Preparation;
}

export async function trainedTable(target: "kind" | "price", gaps: boolean): Promise<Trained> {
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

/** What an input gets. */
interface Columns {
  readonly data: Float32Array | Float64Array | readonly string[];
  readonly shape: readonly number[];
}

/** What the inputs of a file get of rows: by the columns' names, missing as the file says. */
export function feedsOf({ inputs, reading }: Preparation, rows: readonly Row[]): Readonly<Record<string, Columns>> {
  const feed = (input: Preparation["inputs"][number]): Columns => {
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

export async function predictedOf({ model, preparation }: Trained, rows: readonly Row[]) {
  const parts: Float32Array[] = [];
  for await (const { x } of readPrepared(lines(rows), preparation, { format: "jsonl" }))
    parts.push((await model.predict(x)).data);
  return Float32Array.from(parts.flatMap((part) => [...part]));
}
