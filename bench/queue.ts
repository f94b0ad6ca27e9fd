import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findRedis } from "../scripts/redis.mjs";
import { sha256 } from "../src/formats/sha256.ts";
import { queueExecutor } from "../src/queue/queue-executor.ts";
import { parseRedisAddress } from "../src/queue/redis-address.ts";
import { readRecipe } from "../src/queue/table-recipe.ts";
import { configuration } from "../src/study/configuration.ts";
import type { Executor } from "../src/study/executor.ts";
import { threadExecutor } from "../src/study/thread-executor.ts";
import type { Job } from "./job.ts";
import { type Contestant, serve } from "./peers/serve.mjs";

// Trainings of a table as a sweep gives them out: on threads of this process, or through a Redis to workers of their own.

const ROWS = 1000;
const COLUMNS = 8;

/** A table without much to learn. */
function table(): Uint8Array {
  const names = Array.from({ length: COLUMNS }, (_, column) => `x${column}`);
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const cells = names.map((_, column) => ((row * (7919 + 104 * column)) % 997) / 997);
    return [...cells, cells[0] * cells[1] > cells[2] / 2 ? "yes" : "no"].join(",");
  });
  return new TextEncoder().encode(`${[...names, "y"].join(",")}\n${rows.join("\n")}\n`);
}

const { version } = JSON.parse(readFileSync(createRequire(import.meta.url).resolve("drowse/package.json"), "utf8"));
const program = createRequire(import.meta.url)
  .resolve("drowse/package.json")
  .replace(/package\.json$/, "dist/cli.js");

async function prepare(job: Job): Promise<Contestant> {
  if (job.task !== "trainings") throw new Error(`the task is ${job.task}`);
  const bytes = table();
  const { executor, detail } = job.workers === 0 ? await onThreads(bytes, job.threads) : await throughQueue(bytes, job.workers);
  let trained = 0;
  return {
    version: `drowse ${version}`,
    detail,
    async run(units) {
      const settings = { hidden: job.hidden, dropout: job.hidden.map(() => 0.3), epochs: job.epochs, patience: "none" as const };
      // Each its own: what is asked again has its answer already.
      const all = Array.from({ length: units * job.trainings }, () => {
        const resampling = { folds: 5, repeats: 1, seed: ++trained };
        return executor.run({ configuration: configuration(settings), resampling, repeat: 0, fold: 0 });
      });
      await Promise.all(all);
    },
  };
}

async function onThreads(bytes: Uint8Array, workers: number) {
  const task = await readRecipe(new Blob([bytes as Uint8Array<ArrayBuffer>]), { reading: {} });
  return { executor: threadExecutor({ kind: "table", task }, { workers }) as Executor, detail: `${workers} threads` };
}

/** A Redis and workers that end with this process. */
async function throughQueue(bytes: Uint8Array, workers: number) {
  const found = await findRedis({ install: false });
  if ("missing" in found) throw new Error(found.missing);
  const folder = mkdtempSync(join(tmpdir(), "drowse-bench-"));
  const children: ChildProcess[] = [];
  process.on("exit", () => {
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes", "--save", ""];
  children.push(spawn(found.path, args, { stdio: "ignore" }));
  const address = `redis://127.0.0.1:${port}`;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const opened = await queueExecutor({
    ...{ operation: "bench", version, address: parseRedisAddress("bench", address), name: "bench", study: "bench" },
    data: { hash: await sha256(bytes), bytes: bytes.length },
    stream: async function* () {
      yield bytes;
    },
    recipe: { reading: {} },
  });
  for (let worker = 0; worker < workers; worker++) {
    children.push(spawn(process.execPath, [program, "worker", address, "--threads", "1", "--no-cache"], { stdio: "ignore" }));
  }
  while (opened.workers < workers) await new Promise((resolve) => setTimeout(resolve, 100));
  return { executor: opened as Executor, detail: `Redis, ${workers} processes of one thread` };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

await serve(prepare);
