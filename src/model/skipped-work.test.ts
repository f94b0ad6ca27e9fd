import { describe, expect, it } from "vitest";
import { computedColumns } from "../../test/products.ts";
import { classes } from "../../test/tasks.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { relu } from "../layers/relu.ts";
import { sgd } from "../optimizers/sgd.ts";
import { listsGradient, transpose } from "../reference/compression.ts";
import { PANEL } from "../wasm/layout.ts";
import type { TrainingOptions } from "./create-trainer.ts";
import type { Model } from "./model.ts";
import { sequential } from "./sequential.ts";

const data = classes({ rows: 45 });
const options: TrainingOptions = { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.2 }), threads: 1 };

/** Entries of A [rows, inner] that a product walks: those not zero, but all of four rows that are nearly full. */
function walked(a: ArrayLike<number>, rows: number, inner: number): number {
  let count = 0;
  for (let first = 0; first < rows; first += 4) {
    const group = Array.from(a).slice(first * inner, (first + 4) * inner);
    const nonZero = group.filter((value) => value !== 0).length;
    count += group.length === 4 * inner && nonZero > 3.4 * inner ? group.length : nonZero;
  }
  return count;
}

/** Multiply-adds that a step's products do, and that they would do without zeros, from every value that the step computes. */
async function countedByHand(model: Model, rows: number): Promise<{ done: number; all: number }> {
  const taken = { loss: "crossEntropy", rows: Array.from({ length: rows }, (_, row) => row) } as const;
  const { input, layers } = await model.trace(data, taken);
  let [done, all] = [0, 0];
  let below = input.data;
  for (const { name, layer, inputShape, outputShape } of model.graph.nodes) {
    const { output, gradient } = layers.get(name) as { output: { data: Float32Array }; gradient?: { data: Float32Array } };
    if (layer.kind === "dense") {
      const [K, N] = [inputShape[0], outputShape[0]];
      // forward and weight gradient walk the layer's input, the input gradient the gradient of its output; backward they leave out
      // columns of units that sleep for all rows; the weight gradient may walk the output's gradient instead
      const isFirst = name === "dense1";
      const d = gradient?.data as Float32Array;
      done += walked(below, rows, K) * N;
      done += listsGradient(below, d, { B: rows, K, N, width: PANEL })
        ? walked(transpose(d, rows, N), N, rows) * K
        : walked(transpose(below, rows, K), K, rows) * computedColumns(d, rows, N);
      done += isFirst ? 0 : walked(d, rows, N) * computedColumns(below, rows, K);
      all += (isFirst ? 2 : 3) * rows * K * N;
    }
    below = output.data;
  }
  return { done, all };
}

describe("the share of skipped multiply-adds", () => {
  it.each([0, 0.2, 0.5, 0.9, 1])("is that of the terms with a factor zero: rate %s", async (rate) => {
    const model = sequential({ input: [8], seed: 3 }, [
      dropout({ rate: 0.5 }),
      ...[dense(40), relu(), dropout({ rate })],
      ...[dense(30), relu(), dropout({ rate }), dense(3)],
    ]);
    const rows = 40;
    const trainer = await model.trainer(
      { x: data.x.slice(0, rows * 8), y: data.y.slice(0, rows) },
      { ...options, batchSize: rows, shuffle: false },
    );
    const [{ skipped }] = await trainer.run(1);
    const { done, all } = await countedByHand(model, rows);
    expect(skipped).toBeCloseTo(1 - done / all, 12);
    expect(trainer.progress.skipped).toBe(skipped);
    trainer.close();
  });
});
