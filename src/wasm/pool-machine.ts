import { WorkerError } from "../tensor/errors.ts";
import { canShareMemory, coreCount } from "./host.ts";
import type { Machine, MachineSpecification } from "./machine.ts";
import { createMemory } from "./memory.ts";
import type { FromWorker } from "./messages.ts";
import { kernelModules } from "./module.ts";
import { discardWorkers, type PooledWorker, returnWorkers, takeWorkers } from "./pool.ts";
import type { Outcome, Steps } from "./program.ts";

/**
 * Spins at a barrier before sleeping, and none where threads share a core: some tenths of a millisecond. A core that has
 * nothing to do takes about as long to come back from its sleep, and a step has twenty barriers.
 */
const SPINS = 200_000;

/** A question to one worker or to all, until each has answered. */
interface Pending {
  missing: number;
  readonly answers: FromWorker[];
  readonly resolve: (answers: FromWorker[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A machine of worker threads over shared memory; where memory cannot be shared, one worker with memory of its own,
 * which gives the same bits.
 */
export async function createPoolMachine(specification: MachineSpecification, wanted: number): Promise<Machine> {
  const shared = canShareMemory();
  const threads = shared ? wanted : 1;
  const modules = await kernelModules(specification.kernels, shared);
  return new PoolMachine(specification, modules, shared, threads);
}

class PoolMachine implements Machine {
  readonly threads: number;
  readonly #memory: WebAssembly.Memory | undefined;
  readonly #bytes: number;
  readonly #barrier: number;
  readonly #workers: PooledWorker[];
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #failure: Error | undefined;
  #closed = false;

  constructor(specification: MachineSpecification, modules: readonly WebAssembly.Module[], shared: boolean, threads: number) {
    const { bytes, programs, state } = specification;
    this.threads = threads;
    this.#bytes = bytes;
    this.#barrier = state.barrier;
    this.#memory = shared ? createMemory(bytes, true) : undefined;
    this.#workers = takeWorkers(threads);
    const spins = threads <= coreCount() ? SPINS : 0;
    this.#workers.forEach((worker, thread) => {
      worker.listener = { onMessage: (message) => this.#receive(message), onDeath: (reason) => this.#fail(thread, reason) };
      worker.post({ kind: "attach", modules, memory: this.#memory, bytes, programs, state, thread, threads, spins });
    });
  }

  get isLost(): boolean {
    return this.#failure !== undefined;
  }

  write(pointer: number, data: ArrayBufferView): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (this.#memory) {
      new Uint8Array(this.#memory.buffer).set(bytes, pointer);
    } else {
      const copy = bytes.slice();
      this.#workers[0].post({ kind: "write", pointer, data: copy }, [copy.buffer]);
    }
  }

  async read(pointer: number, bytes: number): Promise<ArrayBuffer> {
    if (this.#failure) throw this.#failure;
    if (this.#memory) return new Uint8Array(this.#memory.buffer, pointer, bytes).slice().buffer;
    const [answer] = await this.#ask(1, (id) => this.#workers[0].post({ kind: "read", id, pointer, bytes }));
    return "data" in answer ? answer.data : new ArrayBuffer(0);
  }

  async run(program: number, steps: Steps): Promise<Outcome> {
    const answers = await this.#ask(this.threads, (id) => {
      for (const worker of this.#workers) worker.post({ kind: "run", id, program, steps });
    });
    const outcomes = answers.flatMap((answer) => ("outcome" in answer ? [answer.outcome] : []));
    return { clean: Math.min(...outcomes.map(({ clean }) => clean)), lost: outcomes.some(({ lost }) => lost) };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#failure) return;
    // Workers that still run would be handed to the next machine in the middle of something.
    if (this.#pending.size > 0) this.#abandon("the run was closed before it had finished");
    else returnWorkers(this.#workers, this.#bytes);
  }

  /** Sends a question and resolves with its answers. */
  #ask(workers: number, send: (id: number) => void): Promise<FromWorker[]> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#closed) return Promise.reject(new Error("the machine is closed"));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { missing: workers, answers: [], resolve, reject });
      if (this.#pending.size === 1) this.#await(true);
      send(id);
    });
  }

  #await(needed: boolean): void {
    for (const worker of this.#workers) worker.await(needed);
  }

  #receive(message: FromWorker): void {
    if ("error" in message) {
      this.#abandon(`a worker thread failed: ${message.error}`);
      return;
    }
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    pending.answers.push(message);
    if (--pending.missing > 0) return;
    this.#pending.delete(message.id);
    if (this.#pending.size === 0) this.#await(false);
    pending.resolve(pending.answers);
  }

  #fail(thread: number, reason: string): void {
    this.#abandon(`worker thread ${thread} of ${this.threads} died: ${reason}`);
  }

  /** The run is lost: wakes the threads that wait for others, ends them, and tells whoever waits here. */
  #abandon(reason: string): void {
    if (this.#failure) return;
    this.#failure = new WorkerError("run", reason, "start again from the last finished epoch or saved state");
    if (this.#memory) {
      const barrier = new Int32Array(this.#memory.buffer, this.#barrier, 4);
      Atomics.store(barrier, 2, 1);
      Atomics.notify(barrier, 1);
    }
    discardWorkers(this.#workers);
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(this.#failure);
  }
}
