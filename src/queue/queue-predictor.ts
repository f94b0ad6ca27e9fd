import { createHash, randomUUID } from "node:crypto";
import { GENERATOR } from "../random/philox.ts";
import { type PartPredictions, type PartRows, readPredictions, rowsFile } from "../study/part-tensors.ts";
import type { PartRequest } from "../study/predict-part.ts";
import { WorkerError } from "../tensor/errors.ts";
import type { RedisClient } from "./client.ts";
import { type ByteStream, getData } from "./data-store.ts";
import type { DataReference } from "./job-fields.ts";
import { partKey } from "./names.ts";
import type { QueueNote } from "./notes.ts";
import { type PartJob, partKind } from "./part-job.ts";
import { openSession, type QueueSession, type SessionOptions } from "./queue-session.ts";

/** What predicts, and through which queue. */
export interface QueuePredictorOptions extends Omit<SessionOptions, "unit" | "study"> {
  readonly model: DataReference;
  /** The bytes of the model's file, to be put into Redis where `model` does not say that they are elsewhere. */
  readonly stream: ByteStream;
}

/** Predicts on the workers of a queue. */
export interface QueuePredictor {
  /** Parts that may be given out at once: a little more than workers take. */
  readonly capacity: number;
  /** Tells what happens, and what has happened until now. */
  listen(listener: (note: QueueNote) => void): void;
  /**
   * Predicts a part, with the bits of one machine. Rows and predictions are in Redis for as long as that takes, and no longer.
   * @throws {DrowseError} where it cannot be predicted; a `WorkerError` where it was lost again and again.
   */
  run(rows: PartRows, request: PartRequest): Promise<PartPredictions>;
  close(): Promise<void>;
}

/** How often what was predicted may be lost before anybody has it. */
const MOST_LOST = 5;

/**
 * Predicts on whatever workers take work from a queue.
 * @throws {DrowseError} where Redis cannot be reached, or the model is too large for it.
 */
export async function queuePredictor({ model, stream, ...options }: QueuePredictorOptions): Promise<QueuePredictor> {
  const run = randomUUID();
  const session = await openSession({ ...options, unit: "part", study: run });
  try {
    await session.keep({ reference: model, stream });
  } catch (error) {
    await session.close();
    throw error;
  }
  return new Predicting(session, { model, drowse: options.version, run });
}

class Predicting implements QueuePredictor {
  readonly #session: QueueSession;
  readonly #common: { readonly model: DataReference; readonly drowse: string; readonly run: string };
  /** Parts that are under way. */
  readonly #running = new Set<Promise<PartPredictions>>();
  #parts = 0;

  constructor(session: QueueSession, common: { model: DataReference; drowse: string; run: string }) {
    this.#session = session;
    this.#common = common;
  }

  get #client(): RedisClient {
    return this.#session.client;
  }

  get capacity(): number {
    return this.#session.capacity;
  }

  listen(listener: (note: QueueNote) => void): void {
    this.#session.listen(listener);
  }

  run(rows: PartRows, request: PartRequest): Promise<PartPredictions> {
    const running = this.#predict(rows, request);
    this.#running.add(running);
    const over = () => void this.#running.delete(running);
    running.then(over, over);
    return running;
  }

  /** Parts that are given up are taken out of Redis too. */
  async close(): Promise<void> {
    await this.#session.close(() => Promise.allSettled(this.#running));
  }

  async #predict(rows: PartRows, request: PartRequest): Promise<PartPredictions> {
    const { model, drowse, run } = this.#common;
    const bytes = rowsFile(rows);
    const input = { hash: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length };
    const part = `${run}-${(this.#parts++).toString(16)}`;
    const [count] = rows.shape;
    const job: PartJob = { step: "part", drowse, generator: GENERATOR, model, part, rows: count, input, request };
    const stream = async function* () {
      yield bytes;
    };
    const release = await this.#session.keep({ reference: input, stream, key: partKey(part, "input") });
    try {
      const predicted = await this.#fetched(job);
      await this.#session.forget(partKind, job);
      return readPredictions(predicted, count, request.samples !== undefined);
    } finally {
      release();
      await this.#remove(part);
    }
  }

  /** The bytes of what was predicted: where they were lost on the way, as with a Redis that starts again, it is predicted again. */
  async #fetched(job: PartJob): Promise<Uint8Array> {
    for (let lost = 0; lost <= MOST_LOST; lost++) {
      const { output } = await this.#session.submit(partKind, job);
      const bytes = await getData(this.#client, output, partKey(job.part, "output"));
      if (bytes) return bytes;
      await this.#session.forget(partKind, job);
    }
    throw new WorkerError(
      "queue",
      `what was predicted of a part was lost ${MOST_LOST + 1} times`,
      "see that Redis keeps its keys",
    );
  }

  async #remove(part: string): Promise<void> {
    await Promise.all((["input", "output"] as const).map((what) => this.#client.del(partKey(part, what)))).catch(() => {});
  }
}
