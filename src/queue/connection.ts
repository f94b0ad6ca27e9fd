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
  let reason = CLOSED;
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
    reason = CLOSED;
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
  return new DrowseError(operation, `${shown} cannot be used: ${why}`, remedyFor(why, address));
}

function remedyFor(why: string, { shown, tls }: RedisAddress): string {
  if (/WRONGPASS|NOAUTH|NOPERM/.test(why)) {
    return `give name and password in the address, as ${shown.replace("://", "://NAME:PASSWORD@")}`;
  }
  const known = Object.values(CERTIFICATES).find(([text]) => why.startsWith(text));
  if (known) return known[1];
  if (!tls && (why === CUT || why === CLOSED)) {
    return `give ${shown.replace("redis://", "rediss://")} if TLS is spoken there, or another address`;
  }
  if (why === NO_TLS) return `give the port on which it does, or ${shown.replace("rediss://", "redis://")} without`;
  return tls
    ? "start a Redis or Valkey there that speaks TLS, give redis:// where it does not, or give another address"
    : "start a Redis or Valkey there, or give another address";
}

const CUT = "the connection was cut";
const CLOSED = "closed by the other side";
const NO_TLS = "what answers there does not speak TLS";
const UNKNOWN_ISSUER = [
  "its certificate is of an authority that is not known here",
  "name the file with the authority's certificate in the environment: NODE_EXTRA_CA_CERTS=ca.pem",
] as const;

/** What may be wrong with a certificate, by Node's codes, and what to do about it. */
const CERTIFICATES: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_ISSUER,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_ISSUER,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_ISSUER,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_ISSUER,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_ISSUER,
  ERR_TLS_CERT_ALTNAME_INVALID: [
    "its certificate is one for another host",
    "give the host as the certificate has it, or give the server a certificate for this one",
  ],
  CERT_HAS_EXPIRED: ["its certificate has expired", "give the server a new one"],
  CERT_NOT_YET_VALID: ["its certificate is not valid yet", "see whether the clocks of both machines are right"],
};

function reasonOf(error: Error & { code?: string }, address: RedisAddress): string {
  const texts: Readonly<Record<string, string>> = {
    ECONNREFUSED: "nobody listens there",
    ECONNRESET: CUT,
    ENOTFOUND: "there is no such host",
    ETIMEDOUT: "nobody answers",
    EHOSTUNREACH: "there is no way to the host",
  };
  const { code = "", message } = error;
  const certificate = CERTIFICATES[code];
  if (certificate) return `${certificate[0]} (${code})`;
  if (/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)/.test(code) || (code === "EPROTO" && /wrong version/.test(message)))
    return NO_TLS;
  return texts[code] ?? withoutSecrets(message, address);
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
