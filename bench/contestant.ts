import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import type { Runner } from "./interleave.ts";
import type { Job } from "./job.ts";

/** How to start a contestant: a program and its first arguments; the job comes last. */
export interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
}

const PREFIX = "bench:";

/** Milliseconds between two looks at a process: two of the ticks in which Linux counts. */
const LOOK = 20;

/** What a process has had of the processor, in ticks; undefined where that is not told. */
async function processorTime(pid: number | undefined): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // Behind the name in brackets, which may hold anything: utime and stime are numbers 14 and 15.
  const [user, system] =
    text
      ?.slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13) ?? [];
  return user === undefined ? undefined : Number(user) + Number(system);
}

/** The environment of contestants: the number of threads by all the names it goes by, and no library's kernels forced on it. */
export function contestantEnvironment(threads: number): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE, OPENBLAS_L2_SIZE, ...environment } = process.env;
  const names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"];
  return { ...environment, ...Object.fromEntries(names.map((name) => [name, String(threads)])) };
}

/** A contestant in a process of its own, which waits until it is asked to run; see peers/serve.mjs for what is said. */
export class ContestantProcess implements Runner {
  /** Name and version, and what it computes with. */
  readonly version: string;
  readonly detail: string;
  readonly #child: ChildProcess;
  readonly #next: () => Promise<Record<string, unknown>>;

  private constructor(child: ChildProcess, next: () => Promise<Record<string, unknown>>, ready: Record<string, unknown>) {
    this.#child = child;
    this.#next = next;
    this.version = String(ready.version);
    this.detail = String(ready.detail ?? "");
  }

  /**
   * Starts a contestant and waits until it is ready.
   * @throws {Error} with what it said last, when it ends before that
   */
  static async start({ program, arguments: first }: Command, job: Job): Promise<ContestantProcess> {
    const env = contestantEnvironment(job.threads);
    const child = spawn(program, [...first, JSON.stringify(job)], { env, stdio: ["pipe", "pipe", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = `${said}${text}`.slice(-2000);
    });
    const failed = new Promise<never>((_, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => reject(new Error(`ended with ${signal ?? code}: ${said.trim() || "no message"}`)));
    });
    failed.catch(() => {});
    // A contestant that has ended is told of by `failed`.
    child.stdin.on("error", () => {});
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const answer = async (): Promise<Record<string, unknown>> => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) return failed;
        if (value.startsWith(PREFIX)) return JSON.parse(value.slice(PREFIX.length));
      }
    };
    const next = () => Promise.race([answer(), failed]);
    return new ContestantProcess(child, next, await next());
  }

  async run(units: number): Promise<number> {
    this.#child.stdin?.write(`${units}\n`);
    const { seconds } = await this.#next();
    if (typeof seconds !== "number" || !(seconds > 0)) throw new Error(`${this.version} answered ${seconds} seconds`);
    return seconds;
  }

  /**
   * Waits until its threads have gone to sleep: those of OpenBLAS spin for a tenth of a second after a product, and would take
   * a core from whoever is next.
   */
  async rest(): Promise<void> {
    for (let before = -1, waited = 0; waited < 1000; waited += LOOK) {
      await wait(LOOK);
      const now = await processorTime(this.#child.pid);
      if (now === undefined) return void (await wait(150));
      if (now === before) return;
      before = now;
    }
  }

  /** Lets the process end. */
  close(): void {
    this.#child.stdin?.end();
  }
}
