import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { DrowseError } from "../tensor/errors.ts";
import type { RedisClient } from "./client.ts";
import { type Connection, connect } from "./connection.ts";
import { type ByteStream, keepData, putData } from "./data-store.ts";
import { type JobKind, jobId, readAnswer } from "./job.ts";
import type { DataReference, JobHeader } from "./job-fields.ts";
import { dataKey } from "./names.ts";
import { NoteBox, type QueueNote, seconds } from "./notes.ts";
import type { RedisAddress } from "./redis-address.ts";
import { BEAT_SECONDS, beatStudy, leave, type PresentStudy, type PresentWorker } from "./roster.ts";
import { WorkQueue } from "./work-queue.ts";

/** Through which queue work is given out, and by whom. */
export interface SessionOptions {
  /** What asks, for messages: `sweep`, say. */
  readonly operation: string;
  readonly address: RedisAddress;
  /** Of drowse: only workers of the same one take part. */
  readonly version: string;
  /** What the workers are to do, for messages: `training`, say. */
  readonly unit: string;
  /** What is asked, in a word for people, and the hash of all that decides it. */
  readonly name: string;
  readonly study: string;
}

/** Bytes that must be in Redis while work needs them. */
export interface KeptBytes {
  readonly reference: DataReference;
  readonly stream: ByteStream;
  /** Where; default under their hash. */
  readonly key?: string;
}

/** The way to the workers of a queue, for whoever gives work out. */
export interface QueueSession {
  /** Workers that are there now, and how much they do at once. */
  readonly workers: number;
  readonly threads: number;
  /** A little more than is done at once, so that there is always something to take. */
  readonly capacity: number;
  /** The address of the queue, without what is secret. */
  readonly shown: string;
  readonly client: RedisClient;
  /** Tells what happens, and what has happened until now. */
  listen(listener: (note: QueueNote) => void): void;
  /** Puts bytes into Redis, and again where it has lost them, until what this returns is called. */
  keep(kept: KeptBytes): Promise<() => void>;
  /**
   * Gives work out.
   * @throws {DrowseError} where what was asked cannot be done; a `WorkerError` where the work was lost again and again.
   */
  submit<Job extends JobHeader & { readonly step: string }, Result>(kind: JobKind<Job, Result>, job: Job): Promise<Result>;
  /** Takes finished work, and its result, out of Redis. */
  forget<Job extends JobHeader>(kind: JobKind<Job, never>, job: Job): Promise<void>;
  /** @param last - what is to be done once no work is given out any more, if Redis can be reached. */
  close(last?: () => Promise<unknown>): Promise<void>;
}

/**
 * Opens the way to whatever workers take work from a queue.
 * @throws {DrowseError} where Redis cannot be reached.
 */
export async function openSession(options: SessionOptions): Promise<QueueSession> {
  const { operation, address, unit } = options;
  const notes = new NoteBox();
  let session: Session | undefined;
  const connection = await connect(operation, address, {
    onLost: (reason) => notes.tell("lost", `the connection to ${address.shown} is gone: ${reason}; waiting for it`),
    onBack(time) {
      notes.tell("back", `the connection to ${address.shown} is back after ${seconds(time)}`);
      session?.wasBack();
    },
  });
  try {
    const queue = await WorkQueue.open(connection, options.version, {
      onSilent: () => notes.tell("silent", "a worker fell silent: what it had is given to another"),
      onAgain(_, reason) {
        notes.tell("again", `a ${unit} is given out again: ${reason}`);
        session?.mayLack();
      },
    });
    session = new Session(options, { connection, queue, notes });
    await session.begin();
    return session;
  } catch (error) {
    connection.close();
    throw error;
  }
}

class Session implements QueueSession {
  readonly #options: SessionOptions;
  readonly #connection: Connection;
  readonly #queue: WorkQueue;
  readonly #notes: NoteBox;
  readonly #self: PresentStudy;
  readonly #kept = new Set<KeptBytes>();
  #timer: NodeJS.Timeout | undefined;
  #beats = 0;
  #isBeating = false;
  #hasLookedAtAll = true;
  /** Whether Redis may no longer have what is kept there. */
  #mayLack = false;
  #isClosed = false;
  #threads = 0;
  #workers = 0;
  /** What was last said of the workers, and of which other programs it was said that they have the same study. */
  #said = "";
  readonly #met = new Set<string>();

  constructor(options: SessionOptions, means: { connection: Connection; queue: WorkQueue; notes: NoteBox }) {
    this.#options = options;
    this.#connection = means.connection;
    this.#queue = means.queue;
    this.#notes = means.notes;
    const { study, version, name } = options;
    this.#self = { id: randomUUID(), study, drowse: version, host: hostname(), name };
  }

  get client(): RedisClient {
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

  get capacity(): number {
    return this.#threads + Math.ceil(this.#threads / 4) || 1;
  }

  listen(listener: (note: QueueNote) => void): void {
    this.#notes.listen(listener);
  }

  /** Sees who is there. */
  async begin(): Promise<void> {
    await this.#warnOfEviction();
    await this.#beat();
    this.#timer = setInterval(() => void this.#beat().catch(() => {}), BEAT_SECONDS * 1000);
  }

  async keep(kept: KeptBytes): Promise<() => void> {
    const { reference, stream, key } = kept;
    if (reference.at !== undefined) return () => {};
    await putData(this.client, reference, stream, key);
    this.#kept.add(kept);
    return () => void this.#kept.delete(kept);
  }

  async submit<Job extends JobHeader & { readonly step: string }, Result>(kind: JobKind<Job, Result>, job: Job): Promise<Result> {
    if (this.#isClosed) throw new DrowseError("queue", "it is closed", "make another");
    return this.#queue.submit(await jobId(kind, job), job.step, job, (value) => {
      const answer = readAnswer(kind, value, job);
      if ("mistake" in answer) throw new DrowseError(...answer.mistake);
      return answer.result;
    });
  }

  async forget<Job extends JobHeader>(kind: JobKind<Job, never>, job: Job): Promise<void> {
    await this.#queue.forget(await jobId(kind, job));
  }

  async close(last?: () => Promise<unknown>): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#queue.close();
    const left = Promise.all([leave(this.client, "studies", this.#self), last?.()]).catch(() => {});
    if (this.#connection.isUp) await Promise.race([left, new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
    this.#connection.close();
  }

  /** The connection came back: what was told meanwhile was not heard, and Redis may have forgotten. */
  wasBack(): void {
    this.#hasLookedAtAll = false;
    this.#mayLack = true;
    void this.#beat().catch(() => {});
  }

  /** Work failed: perhaps for what Redis no longer has. */
  mayLack(): void {
    this.#mayLack = true;
  }

  async #beat(): Promise<void> {
    if (this.#isBeating || this.#isClosed || !this.#connection.isUp) return;
    this.#isBeating = true;
    try {
      const { workers, studies } = await beatStudy(this.client, this.#self);
      this.#tellWorkers(workers);
      this.#tellOthers(studies);
      const wasBack = !this.#hasLookedAtAll;
      this.#hasLookedAtAll = true;
      // About once a minute, and where there is reason to doubt.
      if (this.#mayLack || this.#beats++ % 20 === 19) await this.#keepAll();
      await this.#queue.look(wasBack);
    } finally {
      this.#isBeating = false;
    }
  }

  async #keepAll(): Promise<void> {
    this.#mayLack = false;
    for (const kept of [...this.#kept]) {
      const { reference, stream, key = dataKey(reference.hash) } = kept;
      if ((await keepData(this.client, key)) || !this.#kept.has(kept)) continue;
      this.#notes.tell("again", "Redis no longer has what was put there: it is put there again");
      await putData(this.client, reference, stream, key);
    }
  }

  #tellWorkers(present: readonly PresentWorker[]): void {
    const { version, address, unit } = this.#options;
    const ours = present.filter(({ drowse }) => drowse === version);
    const versions = [...new Set(present.map(({ drowse }) => drowse))].filter((drowse) => drowse !== version).sort();
    this.#workers = ours.length;
    this.#threads = ours.reduce((sum, { threads }) => sum + threads, 0);
    const others =
      versions.length === 0 ? "" : `${present.length - ours.length} of drowse ${versions.join(", ")}, which take no part`;
    const count = `${this.#workers} ${this.#workers === 1 ? "worker" : "workers"} of drowse ${version}, ${this.#threads} ${unit}s at once`;
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
    const memory = await this.client.info("memory").catch(() => "");
    const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? "noeviction";
    const limit = Number(/^maxmemory:(\d+)/m.exec(memory)?.[1] ?? 0);
    if (policy === "noeviction" || limit === 0) return;
    const message = `Redis throws keys away when its memory is full (maxmemory-policy ${policy}), work among them; set noeviction`;
    this.#notes.tell("memory", message);
  }
}
