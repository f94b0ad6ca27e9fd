import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Job } from "bullmq";
import { GENERATOR } from "../random/philox.ts";
import { DrowseError, WorkerError } from "../tensor/errors.ts";
import type { RedisClient } from "./client.ts";
import { type Connection, connect } from "./connection.ts";
import type { DataPlaces } from "./data-cache.ts";
import { type Answer, type Job as AnyJob, readJob } from "./job.ts";
import { keyPrefix, queueName } from "./names.ts";
import { seconds } from "./notes.ts";
import type { RedisAddress } from "./redis-address.ts";
import { BEAT_SECONDS, beatWorker, leave, type PresentWorker } from "./roster.ts";
import { Trainers } from "./trainers.ts";

/** What a worker works for, and how. */
export interface WorkerOptions {
  readonly address: RedisAddress;
  readonly version: string;
  /** Trainings at once. */
  readonly threads: number;
  /** Seconds for which it may be silent before its work is given to another. */
  readonly lease: number;
  readonly places: DataPlaces;
  /** Ends it: what is being trained is finished first. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: WorkerEvent) => void;
}

/** What a worker tells. */
export type WorkerEvent =
  | { readonly event: "ready"; readonly id: string; readonly host: string; readonly threads: number }
  | { readonly event: "data"; readonly hash: string; readonly bytes: number; readonly from: string }
  | { readonly event: "training"; readonly id: string; readonly data: string; readonly seconds: number }
  | { readonly event: "part"; readonly id: string; readonly model: string; readonly rows: number; readonly seconds: number }
  | { readonly event: "note"; readonly note: WorkerNote; readonly message: string };

type WorkerNote = "version" | "malformed" | "mistake" | "silent" | "failed" | "lost" | "back" | "ending";

/** What a worker did. */
export interface WorkerEnd {
  readonly trainings: number;
  /** Parts of predictions. */
  readonly parts: number;
  readonly seconds: number;
}

/** How often work may be left by workers that died or fell silent, before it counts as what kills them. */
const MOST_LEFT = 25;

/**
 * Takes work from a queue until it is told to end: trainings and predictions of drowse, and nothing else. It is never brought down by what stands in
 * the queue: what is malformed fails by name.
 * @throws {DrowseError} where Redis cannot be reached.
 */
export async function runWorker(options: WorkerOptions): Promise<WorkerEnd> {
  const { address, signal, onEvent } = options;
  const note = (kind: WorkerNote, message: string) => onEvent({ event: "note", note: kind, message });
  const connection = await connect("worker", address, {
    onLost: (reason) => note("lost", `the connection to ${address.shown} is gone: ${reason}; waiting for it`),
    onBack: (time) => note("back", `the connection to ${address.shown} is back after ${seconds(time)}`),
  });
  return new Working(options, connection, note).run(signal);
}

class Working {
  readonly #options: WorkerOptions;
  readonly #connection: Connection;
  readonly #note: (kind: WorkerNote, message: string) => void;
  readonly #self: PresentWorker;
  readonly #trainers: Trainers;
  /** Studies of which it was said that they are of another version. */
  readonly #refused = new Set<string>();
  /** What was said of work that failed. */
  readonly #failures = new Set<string>();
  readonly #begun = performance.now();
  #trainings = 0;
  #parts = 0;

  constructor(options: WorkerOptions, connection: Connection, note: (kind: WorkerNote, message: string) => void) {
    const { version, threads, places, onEvent } = options;
    this.#options = options;
    this.#connection = connection;
    this.#note = note;
    this.#self = { id: randomUUID().slice(0, 8), drowse: version, host: hostname(), threads };
    this.#trainers = new Trainers(this.#client, places, threads, ({ hash, bytes }, from) =>
      onEvent({ event: "data", hash, bytes, from }),
    );
  }

  get #client(): RedisClient {
    return this.#connection.client as unknown as RedisClient;
  }

  async run(signal: AbortSignal): Promise<WorkerEnd> {
    const { version, threads, lease, onEvent } = this.#options;
    const { packages, client } = this.#connection;
    const worker = new packages.Worker(queueName(version), (job: Job) => this.#work(job), {
      ...{ connection: client, prefix: keyPrefix, skipVersionCheck: true, concurrency: threads, autorun: false },
      ...{ lockDuration: lease * 1000, stalledInterval: Math.max(500, lease * 500), maxStalledCount: MOST_LEFT },
    });
    worker.on("error", (error) => this.#hear(error));
    worker.on("failed", (job, error) => this.#failed(job, error));
    const ended = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    const timer = setInterval(() => void this.#beat().catch(() => {}), BEAT_SECONDS * 1000);
    try {
      await worker.waitUntilReady();
      void this.#options.places.cache?.tidy();
      await this.#beat();
      const { id, host } = this.#self;
      onEvent({ event: "ready", id, host, threads });
      // Its own loop ends with it; what goes wrong in it comes as an event.
      worker.run().catch((error: Error) => this.#hear(error));
      await ended;
      if (this.#trainers.running > 0)
        this.#note("ending", `ending after what is under way (${this.#trainers.running}); again to end at once`);
      await leave(this.#client, "workers", this.#self).catch(() => 0);
      await worker.close();
    } finally {
      clearInterval(timer);
      await this.#trainers.close();
      this.#connection.close();
    }
    return { trainings: this.#trainings, parts: this.#parts, seconds: (performance.now() - this.#begun) / 1000 };
  }

  async #beat(): Promise<void> {
    void this.#options.places.cache?.touchHeld();
    if (!this.#connection.isUp || this.#options.signal.aborted) return;
    const { version } = this.#options;
    for (const { study, drowse, name, host } of await beatWorker(this.#client, this.#self)) {
      const key = `${study} ${drowse}`;
      if (drowse === version || this.#refused.has(key)) continue;
      this.#refused.add(key);
      const message = `${name}, on ${host}, is of drowse ${drowse}, and this worker of drowse ${version}: it takes no part; install drowse ${drowse} here`;
      this.#note("version", message);
    }
  }

  /** One training, or one part. What it throws fails the work: at once where no other try could mend it. */
  async #work(job: Job): Promise<Answer> {
    const checked = this.#check(job);
    const by = `${this.#self.host}/${this.#self.id}`;
    const begun = performance.now();
    try {
      const result = await this.#trainers.run(checked);
      this.#tell(checked, String(job.id), (performance.now() - begun) / 1000);
      return { result, by };
    } catch (error) {
      // A mistake in the data or the configuration is one on any machine, and its maker is told.
      if (!(error instanceof DrowseError) || error instanceof WorkerError || error.operation === "worker") throw error;
      this.#note("mistake", error.message);
      return { mistake: [error.operation, error.received, error.remedy], by };
    }
  }

  #tell(job: AnyJob, id: string, seconds: number): void {
    if (job.step === "part") {
      this.#parts++;
      this.#options.onEvent({ event: "part", id, model: job.model.hash, rows: job.rows, seconds });
      return;
    }
    this.#trainings++;
    this.#options.onEvent({ event: "training", id, data: job.data.hash, seconds });
  }

  #check(job: Job): AnyJob {
    const { packages } = this.#connection;
    const refuse = (kind: WorkerNote, message: string): never => {
      this.#note(kind, `${message} (job ${String(job.id).slice(0, 60)})`);
      throw new packages.UnrecoverableError(message);
    };
    let checked: AnyJob;
    try {
      checked = readJob(job.data);
    } catch (error) {
      if (!(error instanceof DrowseError)) throw error;
      return refuse("malformed", `malformed: ${error.received}; ${error.remedy}`);
    }
    const { version } = this.#options;
    if (checked.drowse !== version || checked.generator !== GENERATOR) {
      const theirs = `drowse ${checked.drowse} (${checked.generator})`;
      return refuse("version", `refused: the work is of ${theirs}, and this worker is drowse ${version} (${GENERATOR})`);
    }
    return checked;
  }

  #failed(job: Job | undefined, error: Error): void {
    if (error.name === "UnrecoverableError" || error.message.startsWith("malformed") || error.message.startsWith("refused"))
      return;
    if (error.name === "NotThere") return;
    // The same work fails again a second later: it is said once.
    if (this.#failures.has(error.message)) return;
    this.#failures.add(error.message);
    this.#note("failed", `work failed: ${error.message}${job ? ` (job ${String(job.id).slice(0, 60)})` : ""}`);
  }

  /** What BullMQ tells of: connections, of which the connection itself tells, and work that was given to another. */
  #hear(error: Error): void {
    if (/lock|not in the active state|Missing key/i.test(error.message)) {
      const message =
        "this worker was silent for too long and its work was given to another, or Redis has forgotten it: what it did is dropped";
      this.#note("silent", message);
      return;
    }
    if (
      !this.#connection.isUp ||
      /ECONN|EPIPE|closed|ENOTFOUND|ETIMEDOUT|LOADING/i.test(`${(error as { code?: string }).code} ${error.message}`)
    )
      return;
    this.#note("failed", error.message);
  }
}
