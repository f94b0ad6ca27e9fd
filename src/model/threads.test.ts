import { Worker } from "node:worker_threads";
import { dense, dropout, type Model, relu, sequential, sgd } from "drowse";
import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { Draws } from "../../test/draws.ts";
import { returnWorkers, takeWorkers } from "../wasm/pool.ts";
import { chain } from "./chain.ts";
import { resolveThreads } from "./threads.ts";

const THREADS = [1, 2, 3, 4, 8];

interface Size {
  readonly name: string;
  readonly widths: readonly number[];
  readonly rows: number;
  readonly batchSize: number;
  readonly epochs: number;
}

const SIZES: readonly Size[] = [
  { name: "one number to two classes", widths: [1, 1, 2], rows: 3, batchSize: 1, epochs: 3 },
  { name: "small and odd, a last batch that is not full", widths: [3, 5, 2], rows: 23, batchSize: 7, epochs: 4 },
  { name: "small and odd, all batches full", widths: [3, 29, 7, 2], rows: 24, batchSize: 8, epochs: 4 },
  {
    name: "wider than a panel and a block, a last batch of one row",
    widths: [193, 57, 85, 5],
    rows: 129,
    batchSize: 32,
    epochs: 2,
  },
  { name: "medium, all batches full", widths: [400, 256, 128, 10], rows: 256, batchSize: 128, epochs: 2 },
  { name: "a batch longer than a block", widths: [30, 61, 3], rows: 451, batchSize: 200, epochs: 2 },
];

function build({ widths }: Size): Model {
  const hidden = widths.slice(1, -1).flatMap((units) => [dense(units), relu(), dropout({ rate: 0.4 })]);
  return sequential({ input: [widths[0]], seed: 77 }, [dropout({ rate: 0.2 }), ...hidden, dense(widths.at(-1) as number)]);
}

async function trained(size: Size, threads: number, values: boolean): Promise<{ model: Model; bits: string; said: unknown }> {
  const { widths, rows, batchSize, epochs } = size;
  const draws = new Draws(5);
  const model = build(size);
  const outputs = widths.at(-1) as number;
  const x = draws.floats(rows * widths[0], 0.7);
  const y = values ? draws.floats(rows * outputs) : Int32Array.from({ length: rows }, () => draws.integer(0, outputs - 1));
  const optimizer = sgd({ learningRate: 0.05, momentum: 0.9, l2: 0.001, maxNorm: 2 });
  const loss = values ? ("meanSquaredError" as const) : ("crossEntropy" as const);
  const {
    loss: losses,
    accuracy,
    validationLoss,
  } = await model.fit({ x, y }, { loss, optimizer, batchSize, epochs, threads, validation: { x, y } });
  const predictions = await model.predict(x, { threads });
  const evaluation = await model.evaluate({ x, y }, { threads });
  const bits = bitsOf(model.weights) + bitsOf({ predictions: predictions.data, losses: Float64Array.from(losses) });
  return { model, bits, said: { losses, accuracy, validationLoss, evaluation } };
}

describe("one seed", () => {
  it.each(SIZES)("has one set of bits on 1, 2, 3, 4 and 8 threads: $name", async (size) => {
    for (const values of [false, true]) {
      const alone = await trained(size, 1, values);
      for (const threads of THREADS.slice(1)) {
        const { bits, said } = await trained(size, threads, values);
        expect(said, `${threads} threads`).toEqual(alone.said);
        expect(bits, `${threads} threads`).toBe(alone.bits);
      }
      expect(bitsOf(alone.model.weights)).not.toBe(bitsOf(build(size).weights));
    }
  });

  it("has them also on as many threads as help", async () => {
    const size = SIZES[4];
    const { widths, rows } = size;
    const model = build(size);
    const draws = new Draws(5);
    const x = draws.floats(rows * widths[0], 0.7);
    const y = Int32Array.from({ length: rows }, () => draws.integer(0, 9));
    const optimizer = sgd({ learningRate: 0.05, momentum: 0.9, l2: 0.001, maxNorm: 2 });
    await model.fit({ x, y }, { loss: "crossEntropy", optimizer, batchSize: size.batchSize, epochs: size.epochs });
    expect(bitsOf(model.weights)).toBe(bitsOf((await trained(size, 1, false)).model.weights));
  });
});

describe("the threads that help", () => {
  it("are one for a small network, and never more than the cores", () => {
    expect(resolveThreads("fit", undefined, chain("test", [2], [dense(8), relu(), dense(1)]), 32)).toBe(1);
    const wide = resolveThreads("fit", undefined, chain("test", [4096], [dense(4096)]), 128);
    expect(wide).toBeGreaterThanOrEqual(1);
    expect(wide).toBeLessThanOrEqual(64);
  });

  it("are as many as are asked for", () => {
    expect(resolveThreads("fit", 5, chain("test", [2], [dense(1)]), 1)).toBe(5);
  });
});

describe("small predictions by a number of threads", () => {
  const build = () => sequential({ input: [8], seed: 4 }, [dense(30), relu(), dense(3)]);
  const x = new Draws(1).floats(8 * 20);

  it("prepare once for several calls, and again for other weights", async () => {
    const model = build();
    const alone = build();
    for (const changed of [1, 0.5]) {
      const bias = new Float32Array(3).fill(changed);
      for (const each of [model, alone]) each.setWeights({ "dense2.bias": bias });
      const expected = await alone.predict(x);
      for (let call = 0; call < 3; call++) expect(await model.predict(x, { threads: 2 })).toEqual(expected);
      // calls at once have a machine each
      const both = await Promise.all([model.predict(x, { threads: 2 }), model.predict(x, { threads: 2 })]);
      expect(both).toEqual([expected, expected]);
    }
  });

  it("do not hold threads for each of many models", async () => {
    const before = await threadsSoFar();
    const expected = await build().predict(x);
    for (let model = 0; model < 150; model++) expect(await build().predict(x, { threads: 2 })).toEqual(expected);
    // eight pools of two that wait, and the one that predicts
    expect((await threadsSoFar()) - before).toBeLessThanOrEqual(1 + 2 * 9);
  });

  it("do not stumble over a thread that has died in between", async () => {
    const model = build();
    const workers = takeWorkers(2);
    returnWorkers(workers, 0);
    const expected = await model.predict(x, { threads: 2 });
    for (const worker of workers) worker.terminate();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await model.predict(x, { threads: 2 })).toEqual(expected);
  });
});

/** How many threads this process has started. */
async function threadsSoFar(): Promise<number> {
  const worker = new Worker("", { eval: true });
  const { threadId } = worker;
  await worker.terminate();
  return threadId;
}
