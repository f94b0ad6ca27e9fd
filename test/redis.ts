import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import { findRedis } from "../scripts/redis.mjs";

const running = process.env.DROWSE_TEST_REDIS;
const found = process.env.DROWSE_NO_REDIS ? { missing: process.env.DROWSE_NO_REDIS } : await findRedis({ install: false });

/** A group of tests that start a Redis of their own. Where there is none they are skipped, and their name says why. */
export function describeWithRedis(name: string, options: { timeout: number }, tests: () => void): void {
  if ("missing" in found) describe.skip(`${name} (could not run: ${found.missing})`, tests);
  else describe(name, options, tests);
}

/** A group of tests for which a Redis that is running already, at DROWSE_TEST_REDIS, is enough. */
export function describeWithAnyRedis(name: string, options: { timeout: number }, tests: () => void): void {
  if (running && "missing" in found) describe(name, options, tests);
  else describeWithRedis(name, options, tests);
}

/** A Redis of a test's own, or that which is running. */
export interface TestRedis {
  readonly address: string;
  readonly port: number;
  /** Ends it at once, as a loss of power would, but for what the system has to write. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with what it had written to its append-only file. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** What a Redis is started with. */
interface RedisSettings {
  readonly password?: string;
  /** More arguments, for which {@link TestRedis.address} does not count. */
  readonly more?: (port: number) => readonly string[];
}

export async function startRedis({ password, more = () => [] }: RedisSettings = {}): Promise<TestRedis> {
  if ("missing" in found) {
    const nothing = async () => {};
    const url = new URL(running as string);
    return { address: running as string, port: Number(url.port || 6379), kill: nothing, start: nothing, close: nothing };
  }
  const folder = mkdtempSync(join(tmpdir(), "drowse-redis-"));
  const port = await freePort();
  const secret = password === undefined ? [] : ["--requirepass", password];
  const args = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--dir",
    folder,
    "--appendonly",
    "yes",
    "--save",
    "",
    ...secret,
    ...more(port),
  ];
  let child: ChildProcess | undefined;
  const kill = async () => {
    const one = child;
    if (!one) return;
    child = undefined;
    const ended = new Promise((resolve) => one.once("close", resolve));
    one.kill("SIGKILL");
    await ended;
  };
  const start = async () => {
    const one = spawn(found.path, args, { stdio: "ignore" });
    child = one;
    for (let attempt = 0; !(await answers(port)); attempt++) {
      if (attempt > 200 || one.exitCode !== null) throw new Error(`${found.path} does not start (code ${one.exitCode})`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  await start();
  return {
    address: `redis://${password === undefined ? "" : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`,
    port,
    kill,
    start,
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether a Redis answers there: with PONG, or that it wants a password; not while it reads its file. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" }, () => socket.write("PING\r\n"));
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("error", () => end(false));
    socket.on("data", (bytes) => end(/PONG|NOAUTH/.test(String(bytes))));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

/** A way to a Redis that can be cut. */
export interface CuttableWay {
  readonly port: number;
  /** Cuts all connections, and takes no new ones; `silently`: they stay, but nothing comes through. */
  cut(silently?: boolean): void;
  mend(): void;
  close(): Promise<void>;
}

export async function startWay(to: number): Promise<CuttableWay> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return near.destroy();
    const far = createConnection({ port: to, host: "127.0.0.1" });
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [one, other] of [pair, [far, near] as const]) {
      one.on("error", () => {});
      one.on("close", () => {
        pairs.delete(pair);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  return {
    port: await portOf(server),
    cut(silently = false) {
      isCut = true;
      for (const pair of pairs) {
        for (const socket of pair) {
          if (silently) socket.pause().unpipe();
          else socket.destroy();
        }
      }
    },
    mend() {
      isCut = false;
      for (const [near, far] of pairs) {
        near.pipe(far);
        far.pipe(near);
      }
    },
    async close() {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
