import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { GENERATOR } from "../random/philox.ts";
import type { Executor } from "../study/executor.ts";
import type { MemberResult } from "../study/member.ts";
import type { FoldRequest, FoldResult } from "../study/trial.ts";
import { DrowseError } from "../tensor/errors.ts";
import type { RedisClient } from "./client.ts";
import { type Connection, connect } from "./connection.ts";
import { type ByteStream, keepData, putData } from "./data-store.ts";
import { type DataReference, type FoldJob, jobId, readAnswer } from "./job.ts";
import { NoteBox, type QueueNote, seconds } from "./notes.ts";
import type { RedisAddress } from "./redis-address.ts";
import { BEAT_SECONDS, beatStudy, leave, type PresentStudy, type PresentWorker } from "./roster.ts";
import type { TableRecipe } from "./table-recipe.ts";
import { WorkQueue } from "./work-queue.ts";

/** What is given out, and through which queue. */
export interface QueueExecutorOptions {
  /** What asks, for messages: `sweep`, say. */
  readonly operation: string;
  readonly address: RedisAddress;
  /** Of drowse: only workers of the same one take part. */
  readonly version: string;
  readonly data: DataReference;
  /** The bytes of the data, to be put into Redis where `data` does not say that they are elsewhere. */
  readonly stream: ByteStream;
  readonly recipe: TableRecipe;
  /** What is asked, in a word for people, and the hash of all that decides it. */
  readonly name: string;
  readonly study: string;
}

/** An executor whose threads are on other machines. */
export interface QueueExecutor extends Executor {
  /** Workers that are there now, and how many trainings they carry out at once. */
  readonly workers: number;
  readonly threads: number;
  /** Of the queue, without what is secret. */
  readonly shown: string;
  /** Tells what happens, and what has happened until now. */
  listen(listener: (note: QueueNote) => void): void;
}

/**
 * Trains on whatever workers take work from a queue. Results are those of one machine, whoever comes, goes or dies meanwhile.
 * @throws {DrowseError} where Redis cannot be reached.
 */
export async function queueExecutor(options: QueueExecutorOptions): Promise<QueueExecutor> {
  const { operation, address } = options;
  const notes = new NoteBox();
  let executor: Queued | undefined;
  const connection = await connect(operation, address, {
    onLost: (reason) => notes.tell("lost", `the connection to ${address.shown} is gone: ${reason}; waiting for it`),
    onBack(time) {
      notes.tell("back", `the connection to ${address.shown} is back after ${seconds(time)}`);
      executor?.wasBack();
    },
  });
  try {
    const queue = await WorkQueue.open(connection, options.version, {
      onSilent: () => notes.tell("silent", "a worker fell silent: what it was training is given to another"),
      onAgain: (_, reason) => notes.tell("again", `a training is given out again: ${reason}`),
    });
    executor = new Queued(options, { connection, queue, notes });
    await executor.begin();
    return executor;
  } catch (error) {
    connection.close();
    throw error;
  }
}

class Queued implements QueueExecutor {
  readonly #options: QueueExecutorOptions;
  readonly #connection: Connection;
  readonly #queue: WorkQueue;
  readonly #notes: NoteBox;
  readonly #self: PresentStudy;
  #timer: NodeJS.Timeout | undefined;
  #beats = 0;
  #isBeating = false;
  #hasLookedAtAll = true;
  #isClosed = false;
  #threads = 0;
  #workers = 0;
  /** What was last said of the workers, and of which other programs it was said that they have the same study. */
  #said = "";
  readonly #met = new Set<string>();

  constructor(options: QueueExecutorOptions, means: { connection: Connection; queue: WorkQueue; notes: NoteBox }) {
    this.#options = options;
    this.#connection = means.connection;
    this.#queue = means.queue;
    this.#notes = means.notes;
    const { study, version, name } = options;
    this.#self = { id: randomUUID(), study, drowse: version, host: hostname(), name };
  }

  get #client(): RedisClient {
    return this.#connection.client as unknown as RedisClient;
  }

  get workers(): number {
    return this.#workers;
  }

  get threads(): number {
    return this.#threads;
  }

  get shown(): string {
    return this.#options.address.shown;
  }

  listen(listener: (note: QueueNote) => void): void {
    this.#notes.listen(listener);
  }

  /** A little more than is carried out, so that there is always something to take. */
  get capacity(): number {
    return this.#threads + Math.ceil(this.#threads / 4) || 1;
  }

  /** Puts the data where workers find them, and sees who is there. */
  async begin(): Promise<void> {
    const { data, stream } = this.#options;
    await this.#warnOfEviction();
    if (data.at === undefined) await putData(this.#client, data, stream);
    await this.#beat();
    this.#timer = setInterval(() => void this.#beat().catch(() => {}), BEAT_SECONDS * 1000);
  }

  async run(request: FoldRequest): Promise<FoldResult> {
    if (this.#isClosed) throw new DrowseError("queue", "it is closed", "make another");
    const { version, data, recipe } = this.#options;
    const job: FoldJob = { step: "fold", drowse: version, generator: GENERATOR, data, recipe, request };
    return this.#queue.submit(await jobId(job), job.step, job, (value) => {
      const answer = readAnswer(value, job);
      if ("mistake" in answer) throw new DrowseError(...answer.mistake);
      return answer.result;
    });
  }

  runMember(): Promise<MemberResult> {
    return Promise.reject(new DrowseError("queue", "a member of an ensemble is asked for", "train it on this machine"));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#queue.close();
    const left = leave(this.#client, "studies", this.#self).catch(() => {});
    if (this.#connection.isUp) await Promise.race([left, new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
    this.#connection.close();
  }

  /** The connection came back: what was told meanwhile was not heard. */
  wasBack(): void {
    this.#hasLookedAtAll = false;
    void this.#beat().catch(() => {});
  }

  async #beat(): Promise<void> {
    if (this.#isBeating || this.#isClosed || !this.#connection.isUp) return;
    this.#isBeating = true;
    try {
      const { workers, studies } = await beatStudy(this.#client, this.#self);
      this.#tellWorkers(workers);
      this.#tellOthers(studies);
      const wasBack = !this.#hasLookedAtAll;
      this.#hasLookedAtAll = true;
      // About once a minute, and after a connection was lost, as Redis may have forgotten them.
      if (wasBack || this.#beats++ % 20 === 19) await this.#keepData();
      await this.#queue.look(wasBack);
    } finally {
      this.#isBeating = false;
    }
  }

  async #keepData(): Promise<void> {
    const { data, stream } = this.#options;
    if (data.at !== undefined || (await keepData(this.#client, data.hash))) return;
    this.#notes.tell("again", "Redis no longer has the data: they are put there again");
    await putData(this.#client, data, stream);
  }

  #tellWorkers(present: readonly PresentWorker[]): void {
    const { version, address } = this.#options;
    const ours = present.filter(({ drowse }) => drowse === version);
    const versions = [...new Set(present.map(({ drowse }) => drowse))].filter((drowse) => drowse !== version).sort();
    this.#workers = ours.length;
    this.#threads = ours.reduce((sum, { threads }) => sum + threads, 0);
    const others =
      versions.length === 0 ? "" : `${present.length - ours.length} of drowse ${versions.join(", ")}, which take no part`;
    const count = `${this.#workers} ${this.#workers === 1 ? "worker" : "workers"} of drowse ${version}, ${this.#threads} trainings at once`;
    const start = `start some of drowse ${version}: drowse worker ${address.shown}`;
    const message =
      ours.length > 0
        ? `${count}${others === "" ? "" : `; besides ${others}`}`
        : others === ""
          ? `no worker is there; ${start}`
          : `no worker of drowse ${version} is there, but ${others}; ${start}`;
    if (message === this.#said) return;
    this.#said = message;
    const note = ours.length > 0 ? "workers" : others === "" ? "none" : "version";
    this.#notes.tell(note, message);
  }

  #tellOthers(studies: readonly PresentStudy[]): void {
    for (const { id, study, host } of studies) {
      if (id === this.#self.id || study !== this.#self.study || this.#met.has(id)) continue;
      this.#met.add(id);
      const message = `another program, on ${host}, has the same study: each training is done once, for both, and both end the same`;
      this.#notes.tell("shared", message);
    }
  }

  /** A Redis that throws keys away when its memory is full may throw work away. */
  async #warnOfEviction(): Promise<void> {
    const memory = await this.#client.info("memory").catch(() => "");
    const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? "noeviction";
    const limit = Number(/^maxmemory:(\d+)/m.exec(memory)?.[1] ?? 0);
    if (policy === "noeviction" || limit === 0) return;
    const message = `Redis throws keys away when its memory is full (maxmemory-policy ${policy}), work among them; set noeviction`;
    this.#notes.tell("memory", message);
  }
}
