import type { RedisClient } from "./client.ts";
import type { Craft, Crew } from "./craft.ts";
import { type DataPlaces, findData } from "./data-cache.ts";
import { foldCraft } from "./fold-craft.ts";
import type { Job } from "./job.ts";
import type { DataReference } from "./job-fields.ts";
import { memberCraft } from "./member-craft.ts";
import { partCraft } from "./part-craft.ts";

const crafts: { readonly [Step in Job["step"]]: Craft<Extract<Job, { readonly step: Step }>> } = {
  fold: foldCraft,
  member: memberCraft,
  part: partCraft,
};

/** A crew, and what it is busy with. */
interface Place {
  readonly crew: Promise<Crew<Job>>;
  /** Data that it has: they stay in the cache as long. */
  readonly holds: (() => void)[];
  running: number;
  last: number;
}

/** How many data sets are kept in memory while nobody works on them. */
const IDLE_KEPT = 2;

/** Works on whatever data the work is of: each is fetched once, and has threads of its own. */
export class Trainers {
  readonly #client: RedisClient;
  readonly #places: DataPlaces;
  readonly #threads: number;
  readonly #onData: (reference: DataReference, from: string) => void;
  readonly #crews = new Map<string, Place>();
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

  /** How much work is under way. */
  get running(): number {
    return [...this.#crews.values()].reduce((sum, { running }) => sum + running, 0);
  }

  /** Does work of any kind, and tells what came of it. */
  async run(job: Job): Promise<unknown> {
    const craft = crafts[job.step] as Craft<Job>;
    const key = JSON.stringify([job.step, ...craft.key(job)]);
    const place = this.#crews.get(key) ?? this.#begin(key, craft, job);
    place.running++;
    place.last = ++this.#uses;
    try {
      return await (await place.crew).run(job);
    } finally {
      place.running--;
      await this.#tidy();
    }
  }

  async close(): Promise<void> {
    const all = [...this.#crews.values()];
    this.#crews.clear();
    await Promise.all(all.map(end));
  }

  #begin(key: string, craft: Craft<Job>, job: Job): Place {
    const holds: (() => void)[] = [];
    const find = async (reference: DataReference) => {
      const release = this.#places.cache?.hold(reference.hash);
      if (release) holds.push(release);
      const { bytes, from } = await findData(this.#client, reference, this.#places);
      this.#onData(reference, from);
      return bytes;
    };
    const crew = craft.begin(job, { client: this.#client, threads: this.#threads, find });
    const place = { crew, holds, running: 0, last: 0 };
    this.#crews.set(key, place);
    // Data that could not be had or read are tried again with the next work.
    crew.catch(() => {
      for (const release of holds) release();
      if (this.#crews.get(key) === place) this.#crews.delete(key);
    });
    return place;
  }

  /** Ends threads whose data have not been asked for the longest. */
  async #tidy(): Promise<void> {
    const idle = [...this.#crews].filter(([, { running }]) => running === 0).sort(([, a], [, b]) => b.last - a.last);
    for (const [key, place] of idle.slice(IDLE_KEPT)) {
      this.#crews.delete(key);
      await end(place);
    }
  }
}

const end = async ({ crew, holds }: Place) => {
  for (const release of holds) release();
  await crew.then(
    (one) => one.close(),
    () => {},
  );
};
