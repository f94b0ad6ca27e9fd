import { afterEach, describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { classes } from "../../test/tasks.ts";
import { dense, dropout, type EpochEvent, type FitEvent, type FitOptions, relu, sequential, sgd, WorkerError } from "../index.ts";
import { type PooledWorker, returnWorkers, takeWorkers } from "./pool.ts";

// A test that waits for ever is what these are against, so they wait for seconds only.
const SECONDS = { timeout: 15_000 };

const data = classes({ rows: 200 });
const options: FitOptions = { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.05 }), batchSize: 8, epochs: 1_000_000 };
const build = () => sequential({ input: [8], seed: 2 }, [dense(40), relu(), dropout({ rate: 0.5 }), dense(3)]);

/** The workers that the next run takes, so that they can be harmed while it holds them. */
function nextWorkers(count: number): PooledWorker[] {
  const workers = takeWorkers(count);
  // The last that is given back is the first to be taken.
  returnWorkers(workers.toReversed(), 0);
  return workers;
}

let endless = new AbortController();
afterEach(() => {
  endless.abort();
  endless = new AbortController();
});

/** Fits until harm, done at the end of the third epoch, ends it; returns the error and the weights of each epoch. */
async function fitAndHarm(threads: number, harm: (workers: PooledWorker[]) => void) {
  const workers = nextWorkers(threads);
  const model = build();
  const epochs: { event: EpochEvent; bits: string }[] = [];
  const onEvent = (event: FitEvent) => {
    if (event.event !== "epoch") return;
    epochs.push({ event, bits: bitsOf(model.weights) });
    if (event.epoch === 3) harm(workers);
  };
  const error: unknown = await model.fit(data, { ...options, threads, onEvent, signal: endless.signal }).then(
    () => undefined,
    (reason) => reason,
  );
  return { error, model, epochs };
}

describe("a worker thread that dies in the middle of a run", () => {
  it.each([
    [1, 0],
    [2, 0],
    [2, 1],
    [4, 2],
  ])(
    "ends it with an error (%i threads, number %i dies); the model has the last finished epoch",
    SECONDS,
    async (threads, dying) => {
      const { error, model, epochs } = await fitAndHarm(threads, (workers) => workers[dying].terminate());
      expect(error).toBeInstanceOf(WorkerError);
      expect((error as Error).message).toBe(
        `run: worker thread ${dying} of ${threads} died: it ended with code 1; start again from the last finished epoch or saved state`,
      );
      expect(epochs.length).toBeGreaterThanOrEqual(3);
      expect(bitsOf(model.weights)).toBe(epochs.at(-1)?.bits);
      expect(model.pass).toBe(epochs.length);

      // and a new fit works, from there
      const again = await model.fit(data, { ...options, threads, epochs: 2 });
      const unharmed = build();
      await unharmed.fit(data, { ...options, threads: 1, epochs: epochs.length + 2 });
      expect(again.loss).toHaveLength(2);
      expect(bitsOf(model.weights)).toBe(bitsOf(unharmed.weights));
    },
  );

  it("ends it also where the worker throws", SECONDS, async () => {
    const { error } = await fitAndHarm(2, ([worker]) => {
      worker.post({
        kind: "run",
        id: 1e9,
        program: 99,
        steps: { record: 0, recordBytes: 0, result: 0, resultBytes: 0, count: 1 },
      });
    });
    expect(error).toBeInstanceOf(WorkerError);
    expect((error as Error).message).toMatch(
      /^run: a worker thread failed: .+; start again from the last finished epoch or saved state$/,
    );
  });

  it("is told to whoever calls next, where nobody was waiting", SECONDS, async () => {
    const [worker] = nextWorkers(1);
    const { epochs, batchSize, ...training } = options;
    const trainer = await build().trainer(data, { ...training, threads: 1 });
    await trainer.run(1);
    worker.terminate();
    await expect.poll(() => trainer.run(1).then(String, (error: unknown) => error)).toBeInstanceOf(WorkerError);
    await expect(trainer.state()).rejects.toThrow(WorkerError);
    trainer.close();
  });

  it("is not taken again where it died idle", SECONDS, async () => {
    const [worker] = nextWorkers(1);
    worker.terminate();
    await expect
      .poll(() =>
        build()
          .fit(data, { ...options, threads: 1, epochs: 1 })
          .then(({ loss }) => loss.length, String),
      )
      .toBe(1);
  });
});

describe("threads", () => {
  it("more than cores finish, with the same bits", SECONDS, async () => {
    const run = { ...options, epochs: 2 };
    const [few, many] = [build(), build()];
    await few.fit(data, { ...run, threads: 1 });
    await many.fit(data, { ...run, threads: 24 });
    expect(bitsOf(many.weights)).toBe(bitsOf(few.weights));
  });

  it("of several runs at once are not mixed up", SECONDS, async () => {
    const models = Array.from({ length: 5 }, build);
    await Promise.all(models.map((model, i) => model.fit(data, { ...options, epochs: 2, threads: 1 + (i % 3) })));
    expect(new Set(models.map(({ weights }) => bitsOf(weights))).size).toBe(1);
  });

  it("are given back after a run, an error, an abort and, in a moment, a prediction, and taken again", SECONDS, async () => {
    const before = new Set(nextWorkers(3));
    const model = build();
    await model.fit(data, { ...options, epochs: 1, threads: 3 });
    await expect(model.fit(data, { ...options, threads: 3, signal: AbortSignal.timeout(30) })).rejects.toThrow("timeout");
    const failing = sgd({ learningRate: (step) => (step < 30 ? 0.01 : -1) });
    await expect(model.fit(data, { ...options, optimizer: failing, threads: 3 })).rejects.toThrow(
      "learningRate at step 30 is -1",
    );
    expect(new Set(nextWorkers(3))).toEqual(before);
    // Threads of a small prediction wait a second for another.
    await model.predict(data.x, { threads: 3 });
    await expect.poll(() => new Set(nextWorkers(3)), { interval: 300, timeout: 5000 }).toEqual(before);
  });
});
