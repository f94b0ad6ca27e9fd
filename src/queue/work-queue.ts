import type { Queue, QueueEvents } from "bullmq";
import { DrowseError, WorkerError } from "../tensor/errors.ts";
import type { Connection } from "./connection.ts";
import { keyPrefix, queueName } from "./names.ts";

/** A piece of work that was given out. */
interface Waiting {
  readonly name: string;
  readonly data: object;
  readonly settle: ((value: unknown) => void)[];
  readonly reject: ((error: Error) => void)[];
  /** What an answer must be; throws where it is not. */
  readonly accept: (value: unknown) => unknown;
  /** When it was last given out, or looked at. */
  since: number;
  /** How often it was given out anew because it had failed. */
  again: number;
}

/** What happens to work that was given out. */
export interface WorkEvents {
  /** The worker that had it fell silent: another gets it. */
  onSilent(id: string): void;
  /** It was given out again, for a reason. */
  onAgain(id: string, reason: string): void;
}

/** Milliseconds after which work of which nothing was heard is looked at; how much of it at a time. */
const UNHEARD = 8000;
const LOOKS = 50;
/** How often work that failed is given out again. */
const MOST_AGAIN = 3;
/** Seconds for which results stay in Redis, for whoever asks for the same; and most of them. */
const RESULTS_KEPT = { age: 3600, count: 20_000 };
/** How often a worker may throw, as when data are not there yet, and milliseconds in between. */
const ATTEMPTS = { attempts: 20, backoff: { type: "fixed", delay: 1000 } };

/**
 * Gives work out, and waits for what comes of it. Work has a name that says all of it: the same work is there once, whoever gives it
 * out and how often. An event brings its result; as events can be lost with a connection, work of which nothing is heard is
 * looked at, and given out again where it is gone.
 */
export class WorkQueue {
  readonly #connection: Connection;
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #heard: WorkEvents;
  readonly #waiting = new Map<string, Waiting>();

  private constructor(connection: Connection, queue: Queue, events: QueueEvents, heard: WorkEvents) {
    this.#connection = connection;
    this.#queue = queue;
    this.#events = events;
    this.#heard = heard;
    // The connection tells of its errors itself.
    queue.on("error", () => {});
    events.on("error", () => {});
    events.on("completed", ({ jobId, returnvalue }) => this.#completed(jobId, returnvalue));
    events.on("failed", ({ jobId, failedReason }) => this.#failed(jobId, failedReason));
    events.on("duplicated", ({ jobId }) => void this.#look(jobId).catch(() => {}));
    events.on("stalled", ({ jobId }) => {
      if (this.#waiting.has(jobId)) heard.onSilent(jobId);
    });
  }

  static async open(connection: Connection, version: string, heard: WorkEvents): Promise<WorkQueue> {
    const { packages, client } = connection;
    const options = { connection: client, prefix: keyPrefix, skipVersionCheck: true };
    const queue = new packages.Queue(queueName(version), options);
    // From where the events are now, not from where they will be when they are first waited for.
    const [last] = await client.xrevrange(`${keyPrefix}:${queueName(version)}:events`, "+", "-", "COUNT", 1);
    const events = new packages.QueueEvents(queueName(version), { ...options, lastEventId: last?.[0] ?? "0-0" });
    await events.waitUntilReady();
    return new WorkQueue(connection, queue, events, heard);
  }

  /** How much is given out. */
  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Gives work out.
   * @param accept - checks an answer and makes of it what this resolves to; what it refuses is given out again.
   * @throws {WorkerError} where the work was lost or refused again and again.
   */
  submit<Output>(id: string, name: string, data: object, accept: (value: unknown) => Output): Promise<Output> {
    return new Promise((resolve, reject) => {
      const known = this.#waiting.get(id);
      if (known) {
        known.settle.push(resolve as (value: unknown) => void);
        known.reject.push(reject);
        return;
      }
      const settle = [resolve as (value: unknown) => void];
      this.#waiting.set(id, { name, data, settle, reject: [reject], accept, since: performance.now(), again: 0 });
      this.#add(id).catch((error) => this.#reject(id, error));
    });
  }

  /** Looks at work of which nothing was heard for a while; `all`: at all there is. */
  async look(all: boolean): Promise<void> {
    const limit = performance.now() - (all ? 0 : UNHEARD);
    const unheard = [...this.#waiting].filter(([, { since }]) => since <= limit).sort(([, a], [, b]) => a.since - b.since);
    const looked = all ? unheard : unheard.slice(0, LOOKS);
    for (let from = 0; from < looked.length; from += LOOKS) {
      await Promise.all(looked.slice(from, from + LOOKS).map(([id]) => this.#look(id)));
    }
  }

  /** Takes work that is finished out of Redis, and its result with it. */
  async forget(id: string): Promise<void> {
    await this.#queue.remove(id);
  }

  /** Takes back what nobody has begun, and gives up the rest. */
  async close(): Promise<void> {
    const ids = [...this.#waiting.keys()];
    for (const id of ids) this.#reject(id, new WorkerError("queue", "the work was given up", "run it again: it goes on"));
    const tidy = async () => {
      if (!this.#connection.isUp) return;
      // What a worker has begun is locked, and stays.
      await Promise.all(ids.map((id) => this.#queue.remove(id).catch(() => 0)));
      await Promise.all([this.#queue.close(), this.#events.close()]);
    };
    await Promise.race([tidy().catch(() => {}), new Promise((resolve) => setTimeout(resolve, 3000).unref())]);
    await this.#events.disconnect().catch(() => {});
  }

  async #add(id: string): Promise<void> {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    waiting.since = performance.now();
    const kept = { removeOnComplete: RESULTS_KEPT, removeOnFail: RESULTS_KEPT };
    await this.#queue.add(waiting.name, waiting.data, { jobId: id, ...ATTEMPTS, ...kept });
  }

  async #look(id: string): Promise<void> {
    const waiting = this.#waiting.get(id);
    if (!waiting || !this.#connection.isUp) return;
    waiting.since = performance.now();
    const job = await this.#queue.getJob(id);
    if (!this.#waiting.has(id)) return;
    if (!job) {
      this.#heard.onAgain(id, "it is no longer in Redis");
      await this.#add(id);
    } else if (job.finishedOn !== undefined) {
      if (job.failedReason) this.#failed(id, job.failedReason);
      else this.#completed(id, job.returnvalue);
    }
  }

  #completed(id: string, value: unknown): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    let output: unknown;
    try {
      output = waiting.accept(value);
    } catch (error) {
      if (error instanceof DrowseError && error.operation === "queue") this.#failed(id, error.message);
      else this.#reject(id, error as Error);
      return;
    }
    this.#waiting.delete(id);
    for (const settle of waiting.settle) settle(output);
  }

  /** What has failed is taken away and given out again, a few times. */
  #failed(id: string, reason: string): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    if (waiting.again >= MOST_AGAIN) {
      const remedy = "see what the workers say; then run it again: it goes on";
      this.#reject(id, new WorkerError("queue", `work failed ${waiting.again + 1} times: ${reason}`, remedy));
      return;
    }
    waiting.again++;
    this.#heard.onAgain(id, reason);
    this.#queue
      .remove(id)
      .then(() => this.#add(id))
      .catch((error) => this.#reject(id, error));
  }

  #reject(id: string, error: Error): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    for (const reject of waiting?.reject ?? []) reject(error);
  }
}
