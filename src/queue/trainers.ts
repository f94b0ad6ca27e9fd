import type { Executor } from "../study/executor.ts";
import { threadExecutor } from "../study/thread-executor.ts";
import type { FoldResult } from "../study/trial.ts";
import type { RedisClient } from "./client.ts";
import { type DataPlaces, findData } from "./data-cache.ts";
import type { DataReference, FoldJob } from "./job.ts";
import { readRecipe } from "./table-recipe.ts";

/** Threads that train on some data. */
interface Trainer {
  readonly executor: Promise<Executor>;
  running: number;
  last: number;
}

/** How many data sets are kept in memory while nobody trains on them. */
const IDLE_KEPT = 2;

/** Trains on whatever data the work is of: each is fetched once, and has threads of its own. */
export class Trainers {
  readonly #client: RedisClient;
  readonly #places: DataPlaces;
  readonly #threads: number;
  readonly #onData: (reference: DataReference, from: string) => void;
  readonly #trainers = new Map<string, Trainer>();
  #uses = 0;

  constructor(
    client: RedisClient,
    places: DataPlaces,
    threads: number,
    onData: (reference: DataReference, from: string) => void,
  ) {
    this.#client = client;
    this.#places = places;
    this.#threads = threads;
    this.#onData = onData;
  }

  /** How many trainings are under way. */
  get running(): number {
    return [...this.#trainers.values()].reduce((sum, { running }) => sum + running, 0);
  }

  async run(job: FoldJob): Promise<FoldResult> {
    const key = JSON.stringify([job.data.hash, job.recipe]);
    const trainer = this.#trainers.get(key) ?? this.#begin(key, job);
    trainer.running++;
    trainer.last = ++this.#uses;
    try {
      return await (await trainer.executor).run(job.request);
    } finally {
      trainer.running--;
      await this.#tidy();
    }
  }

  async close(): Promise<void> {
    const all = [...this.#trainers.values()];
    this.#trainers.clear();
    await Promise.all(all.map(end));
  }

  #begin(key: string, { data, recipe }: FoldJob): Trainer {
    const make = async () => {
      const { bytes, from } = await findData(this.#client, data, this.#places);
      this.#onData(data, from);
      const task = await readRecipe(new Blob([bytes as Uint8Array<ArrayBuffer>]), recipe);
      return threadExecutor({ kind: "table", task, reading: recipe.reading }, { workers: this.#threads });
    };
    const trainer = { executor: make(), running: 0, last: 0 };
    this.#trainers.set(key, trainer);
    // Data that could not be had or read are tried again with the next work.
    trainer.executor.catch(() => {
      if (this.#trainers.get(key) === trainer) this.#trainers.delete(key);
    });
    return trainer;
  }

  /** Ends threads whose data have not been asked for the longest. */
  async #tidy(): Promise<void> {
    const idle = [...this.#trainers].filter(([, { running }]) => running === 0).sort(([, a], [, b]) => b.last - a.last);
    for (const [key, trainer] of idle.slice(IDLE_KEPT)) {
      this.#trainers.delete(key);
      await end(trainer);
    }
  }
}

const end = async ({ executor }: Trainer) => {
  await executor.then(
    (one) => one.close(),
    () => {},
  );
};
