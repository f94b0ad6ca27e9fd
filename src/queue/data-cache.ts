import { readFile, stat } from "node:fs/promises";
import { isAbsolute, resolve, sep } from "node:path";
import { DrowseError } from "../tensor/errors.ts";
import type { CacheFolder } from "./cache-folder.ts";
import type { RedisClient } from "./client.ts";
import { checked, getData } from "./data-store.ts";
import type { DataReference } from "./job-fields.ts";

/** Where a worker gets bytes from. */
export interface DataPlaces {
  /** Where they are kept by their hash; undefined: nowhere. */
  readonly cache: CacheFolder | undefined;
  /** Beginnings of URLs, and folders, from which they may be read beside Redis. */
  readonly allowed: readonly string[];
}

/** Bytes, and where they were. */
export interface FoundData {
  readonly bytes: Uint8Array;
  readonly from: "cache" | "redis" | "elsewhere";
}

/** The bytes are not in Redis yet, or no longer: who has given out the work puts them there. */
export class NotThere extends Error {
  override readonly name = "NotThere";
}

/**
 * The bytes that a job names, wherever they are; checked by their hash.
 * @throws {DrowseError} where they are others, or in a place that is not allowed; {@link NotThere} where Redis does not have them.
 */
export async function findData(client: RedisClient, reference: DataReference, places: DataPlaces): Promise<FoundData> {
  const kept = await places.cache?.read(reference);
  if (kept) return { bytes: kept, from: "cache" };
  const { at, hash } = reference;
  const bytes = at === undefined ? await getData(client, reference) : await fromElsewhere(reference, at, places.allowed);
  if (!bytes) throw new NotThere(`the data sha256:${hash} are not in Redis`);
  await places.cache?.write(bytes, hash);
  return { bytes, from: at === undefined ? "redis" : "elsewhere" };
}

async function fromElsewhere(reference: DataReference, at: string, allowed: readonly string[]): Promise<Uint8Array> {
  const place = placeOf(at);
  if (!place || !allowed.some((prefix) => isBelow(place, placeOf(prefix)))) {
    const remedy = "start the worker with --allow-data and the folder or URL that they may come from";
    throw new DrowseError("worker", `the data are at ${shownPlace(at)}, which this worker may not read`, remedy);
  }
  const bytes = place instanceof URL ? await download(place, reference) : await fromPath(place, reference);
  return checked(bytes, reference.hash, shownPlace(at));
}

/** A URL, or an absolute path without `..`. */
function placeOf(at: string): URL | string | undefined {
  if (/^https?:\/\//i.test(at)) return URL.canParse(at) ? new URL(at) : undefined;
  return isAbsolute(at) ? resolve(at) : undefined;
}

function isBelow(place: URL | string, prefix: URL | string | undefined): boolean {
  if (typeof place === "string") return typeof prefix === "string" && `${place}${sep}`.startsWith(`${prefix}${sep}`);
  if (!(prefix instanceof URL) || prefix.origin !== place.origin) return false;
  return place.pathname === prefix.pathname || place.pathname.startsWith(prefix.pathname.replace(/\/?$/, "/"));
}

/** Without what may be secret. */
export function shownPlace(at: string): string {
  const place = placeOf(at);
  return place instanceof URL ? `${place.origin}${place.pathname}` : at;
}

async function fromPath(path: string, { bytes }: DataReference): Promise<Uint8Array> {
  const refuse = (error: NodeJS.ErrnoException): never => {
    throw new DrowseError("worker", `${path} cannot be read (${error.code})`, "put the data there, for this worker too");
  };
  if ((await stat(path).catch(refuse)).size !== bytes) throw wrongSize(path, bytes);
  return readFile(path).catch(refuse);
}

/** No further than the bytes there should be, and nowhere else than to the place that was allowed. */
async function download(url: URL, { bytes }: DataReference): Promise<Uint8Array> {
  const shown = shownPlace(url.href);
  const response = await fetch(url, { redirect: "manual" }).catch(() => undefined);
  if (!response?.ok || !response.body) {
    const why = response ? `answers ${response.status}` : "cannot be reached";
    throw new NotThere(`${shown} ${why}`);
  }
  const whole = new Uint8Array(bytes);
  let end = 0;
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    if (end + piece.length > bytes) throw wrongSize(shown, bytes);
    whole.set(piece, end);
    end += piece.length;
  }
  if (end < bytes) throw wrongSize(shown, bytes);
  return whole;
}

const wrongSize = (from: string, bytes: number) =>
  new DrowseError("worker", `the bytes from ${from} are not ${bytes}`, "put the same file there that is swept");
