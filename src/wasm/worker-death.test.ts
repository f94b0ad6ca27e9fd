import { type BatchSource, dense, dropout, relu, sequential, sgd, WorkerError } from "drowse";
import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { classes } from "../../test/tasks.ts";
import { type PooledWorker, returnWorkers, takeWorkers } from "./pool.ts";

// Workers that die while a source is being read, which is where a run waits for something else than its workers.

const SECONDS = { timeout: 15_000 };
const ROWS = 700;
const data = classes({ rows: ROWS });
const build = () => sequential({ input: [8], seed: 2 }, [dense(40), relu(), dropout({ rate: 0.5 }), dense(3)]);

/** The workers that the next run takes. */
function nextWorkers(count: number): PooledWorker[] {
  const workers = takeWorkers(count);
  returnWorkers(workers.toReversed(), 0);
  return workers;
}

/** The data as a source that takes its time, and ends a worker before its third batch and as long as it is asked. */
function deadly(worker: PooledWorker): BatchSource {
  let batches = 0;
  return {
    ...{ count: ROWS, inputShape: [8], inputType: "f32", inputScale: 1, targetType: "classes", targetSize: 1 },
    async gather(rows, { x, y }) {
      if (++batches >= 3) worker.terminate();
      await new Promise((resolve) => setTimeout(resolve, 5));
      for (const [i, row] of rows.entries()) {
        x.set(data.x.subarray(row * 8, row * 8 + 8), i * 8);
        if (y) y[i] = data.y[row];
      }
    },
  };
}

describe("a worker that dies while a source is read", () => {
  const fitting = { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.05 }), batchSize: 128 } as const;
  const calls = {
    fit: (source: BatchSource) => build().fit(source, { ...fitting, threads: 2 }),
    evaluate: (source: BatchSource) => build().evaluate(source, { loss: "crossEntropy", threads: 2 }),
    predict: (source: BatchSource) => build().predict(source, { threads: 2 }),
  };

  it.each(["fit", "evaluate", "predict"] as const)(
    "ends %s with a WorkerError, and the next call works",
    SECONDS,
    async (name) => {
      for (const dying of [0, 1]) {
        const worker = nextWorkers(2)[dying];
        await expect(calls[name](deadly(worker))).rejects.toThrow(WorkerError);
      }
      const [model, alone] = [build(), build()];
      await model.fit(data, { ...fitting, threads: 2 });
      await alone.fit(data, { ...fitting, threads: 1 });
      expect(bitsOf(model.weights)).toBe(bitsOf(alone.weights));
      expect((await model.predict(data.x, { threads: 2 })).data).toEqual((await alone.predict(data.x)).data);
    },
  );
});
