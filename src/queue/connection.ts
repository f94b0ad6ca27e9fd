import type { Redis } from "ioredis";
import { DrowseError } from "../tensor/errors.ts";
import { type RedisAddress, withoutSecrets } from "./redis-address.ts";

type Packages = typeof import("bullmq") & { readonly Redis: typeof Redis };

/** A connection that comes back when it was lost. */
export interface Connection {
  readonly packages: Packages;
  readonly client: Redis;
  /** Whether the connection stands at the moment. */
  readonly isUp: boolean;
  /** Ends it at once; what waits for an answer fails. */
  close(): void;
}

/** What a connection tells of itself. */
export interface ConnectionEvents {
  /** It is gone, and is tried again and again. */
  onLost(reason: string): void;
  /** It is back, after so many seconds. */
  onBack(seconds: number): void;
}

/** Milliseconds of the longest pause between two attempts to connect again. */
const LONGEST_PAUSE = 2000;

/**
 * Connects to Redis or Valkey. Only the first attempt can fail: later on a connection that is lost is made again, and what was asked
 * meanwhile waits for it.
 * @throws {DrowseError} where the packages are not installed, nobody answers, or nobody may come in.
 */
export async function connect(operation: string, address: RedisAddress, events: ConnectionEvents): Promise<Connection> {
  const packages = await loadPackages(operation);
  const { host, port, username, password, database, tls } = address;
  let isUp = false;
  let wasUp = false;
  let lostAt: number | undefined;
  let reason = "closed by the other side";
  const client = new packages.Redis({
    ...{ host, port, db: database, lazyConnect: true, connectTimeout: 10_000, keepAlive: 10_000 },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
    // Commands wait for the connection to come back, however long that takes.
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => (wasUp ? Math.min(100 * attempt, LONGEST_PAUSE) : null),
  });
  client.on("error", (error: Error) => {
    reason = reasonOf(error, address);
  });
  client.on("close", () => {
    isUp = false;
    if (!wasUp || lostAt !== undefined || client.status === "end") return;
    lostAt = performance.now();
    events.onLost(reason);
  });
  client.on("ready", () => {
    isUp = true;
    wasUp = true;
    if (lostAt === undefined) return;
    const seconds = (performance.now() - lostAt) / 1000;
    lostAt = undefined;
    reason = "closed by the other side";
    events.onBack(seconds);
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    client.disconnect();
    throw refusal(operation, error as Error & { code?: string }, reason, address);
  }
  return {
    packages,
    client,
    get isUp() {
      return isUp;
    },
    close() {
      lostAt ??= 0;
      client.disconnect();
    },
  };
}

function refusal(operation: string, error: Error & { code?: string }, told: string, address: RedisAddress): DrowseError {
  const { shown } = address;
  const why = /closed|ended/i.test(error.message) ? told : reasonOf(error, address);
  const remedy = /WRONGPASS|NOAUTH|NOPERM/.test(why)
    ? `give name and password in the address, as ${shown.replace("://", "://NAME:PASSWORD@")}`
    : "start a Redis or Valkey there, or give another address";
  return new DrowseError(operation, `${shown} cannot be used: ${why}`, remedy);
}

function reasonOf(error: Error & { code?: string }, address: RedisAddress): string {
  const texts: Readonly<Record<string, string>> = {
    ECONNREFUSED: "nobody listens there",
    ECONNRESET: "the connection was cut",
    ENOTFOUND: "there is no such host",
    ETIMEDOUT: "nobody answers",
    EHOSTUNREACH: "there is no way to the host",
  };
  return texts[error.code ?? ""] ?? withoutSecrets(error.message, address);
}

/** BullMQ and its client are no part of drowse: whoever wants the queue adds them. */
async function loadPackages(operation: string): Promise<Packages> {
  try {
    const [bullmq, { Redis }] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { ...bullmq, Redis };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    const remedy = "add them where drowse is installed: npm install bullmq ioredis";
    throw new DrowseError(operation, "the packages bullmq and ioredis, which the queue is made of, are not installed", remedy);
  }
}
