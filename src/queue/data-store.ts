import { createHash } from "node:crypto";
import { DrowseError } from "../tensor/errors.ts";
import type { RedisClient } from "./client.ts";
import type { DataReference } from "./job-fields.ts";
import { dataKey } from "./names.ts";

// Bytes in Redis under what they hash to: the same table is there once, for however many studies. They lie in pieces, so that no
// command carries more than one, and are forgotten when nobody has asked to keep them for an hour.

/** Bytes of a piece. */
const PIECE = 2 ** 20;
/** Most bytes that are put into Redis. */
export const MOST_BYTES = 2 ** 28;
/** Seconds after which bytes that nobody keeps are gone. */
const KEPT_SECONDS = 3600;

/** How bytes are read from where they come, from the first. */
export type ByteStream = () => AsyncIterable<Uint8Array>;

/**
 * Puts bytes into Redis, unless they are there.
 * @param key - where, if not under their hash.
 * @throws {DrowseError} where there are too many, or they are no longer those that were hashed.
 */
export async function putData(
  client: RedisClient,
  { hash, bytes }: DataReference,
  stream: ByteStream,
  key = dataKey(hash),
): Promise<void> {
  if (bytes > MOST_BYTES) {
    throw new DrowseError(
      "queue",
      `the data have ${bytes} bytes, and at most ${MOST_BYTES} are put into Redis`,
      "put them where all workers can read them, and name the place with --data-url",
    );
  }
  if (await keepData(client, key)) return;
  const digest = createHash("sha256");
  let count = 0;
  for await (const piece of piecesOf(stream())) {
    digest.update(piece);
    await client.hset(key, String(count++), piece);
    // At once: who puts them may be killed.
    if (count === 1) await client.expire(key, KEPT_SECONDS);
  }
  if (digest.digest("hex") !== hash) {
    await client.del(key);
    throw new DrowseError("queue", "the data have changed since they were hashed", "leave the file alone while it is swept");
  }
  // Last: with it the bytes are there.
  await client.hset(key, "pieces", String(count));
  await client.expire(key, KEPT_SECONDS);
}

/** Keeps the bytes of a key for another hour. @returns whether they are there. */
export async function keepData(client: RedisClient, key: string): Promise<boolean> {
  return (await client.expire(key, KEPT_SECONDS)) === 1 && (await client.hget(key, "pieces")) !== null;
}

/**
 * Bytes from Redis.
 * @returns undefined where they are not there.
 * @throws {DrowseError} where there are others than there should be.
 */
export async function getData(
  client: RedisClient,
  { hash, bytes }: DataReference,
  key = dataKey(hash),
): Promise<Uint8Array | undefined> {
  const pieces = Number((await client.hget(key, "pieces")) ?? Number.NaN);
  if (Number.isNaN(pieces)) return undefined;
  if (bytes > MOST_BYTES || pieces !== Math.ceil(bytes / PIECE)) throw wrongBytes("Redis", hash);
  const whole = new Uint8Array(bytes);
  let end = 0;
  for (let place = 0; place < pieces; place++) {
    const piece = await client.hgetBuffer(key, String(place));
    if (piece === null) return undefined;
    if (end + piece.length > bytes) throw wrongBytes("Redis", hash);
    whole.set(piece, end);
    end += piece.length;
  }
  return checked(whole.subarray(0, end), hash, "Redis");
}

/**
 * Bytes that hash to what they should.
 * @throws {DrowseError} naming where others came from.
 */
export function checked(bytes: Uint8Array, hash: string, from: string): Uint8Array {
  if (createHash("sha256").update(bytes).digest("hex") !== hash) throw wrongBytes(from, hash);
  return bytes;
}

const wrongBytes = (from: string, hash: string) =>
  new DrowseError("worker", `the bytes from ${from} are not those of sha256:${hash}`, "put the same file there that is swept");

/** The same bytes in pieces of one size, and at the end the rest. */
async function* piecesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let piece = Buffer.alloc(PIECE);
  let end = 0;
  for await (const bytes of stream) {
    for (let from = 0; from < bytes.length; ) {
      const part = bytes.subarray(from, from + PIECE - end);
      piece.set(part, end);
      end += part.length;
      from += part.length;
      if (end < PIECE) continue;
      yield piece;
      piece = Buffer.alloc(PIECE);
      end = 0;
    }
  }
  if (end > 0) yield piece.subarray(0, end);
}
