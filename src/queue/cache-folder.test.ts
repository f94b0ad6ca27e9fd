import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CacheFolder } from "./cache-folder.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drowse-cache-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Bytes that begin with a number. */
function some(number: number, length = 1000) {
  const bytes = new Uint8Array(length).fill(number);
  return { bytes, hash: createHash("sha256").update(bytes).digest("hex") };
}

/** As if it had been used last so many seconds ago. */
function age(hash: string, seconds: number): void {
  const then = Date.now() / 1000 - seconds;
  utimesSync(join(folder, hash), then, then);
}

const has = (hash: string) => existsSync(join(folder, hash));

describe("a cache folder", () => {
  it("keeps to its limit: what was not used for the longest goes first", async () => {
    const cache = new CacheFolder(folder, 3500);
    const all = [1, 2, 3].map((number) => some(number));
    for (const { bytes, hash } of all) await cache.write(bytes, hash);
    for (const [place, { hash }] of all.entries()) age(hash, 3600 - place);
    // Reading it is a use.
    expect(await cache.read({ hash: all[0].hash, bytes: 1000 })).toHaveLength(1000);
    const next = some(4);
    await cache.write(next.bytes, next.hash);
    expect(all.map(({ hash }) => has(hash))).toEqual([true, false, true]);
    expect(has(next.hash)).toBe(true);
    expect(await cache.read({ hash: all[1].hash, bytes: 1000 })).toBeUndefined();
  });

  it("never removes what is in use, here or by another worker, and does when it no longer is", async () => {
    const [cache, other] = [new CacheFolder(folder, 2500), new CacheFolder(folder, 2500)];
    const all = [1, 2, 3, 4].map((number) => some(number));
    for (const { bytes, hash } of all.slice(0, 2)) await cache.write(bytes, hash);
    const releases = [cache.hold(all[0].hash), cache.hold(all[0].hash), other.hold(all[1].hash)];
    for (const { hash } of all.slice(0, 2)) age(hash, 7200);
    await other.touchHeld();
    await cache.write(all[2].bytes, all[2].hash);
    expect(readdirSync(folder)).toHaveLength(3);
    releases[0]();
    releases[0]();
    age(all[1].hash, 7200);
    age(all[2].hash, 3600);
    await cache.write(all[3].bytes, all[3].hash);
    expect(all.map(({ hash }) => has(hash))).toEqual([true, false, false, true]);
    releases[1]();
    age(all[0].hash, 7200);
    await new CacheFolder(folder, 1500).tidy();
    expect(all.map(({ hash }) => has(hash))).toEqual([false, false, false, true]);
  });

  it("keeps nothing that is larger than all of it, and leaves files alone that are not its own", async () => {
    const cache = new CacheFolder(folder, 500);
    const large = some(9);
    await cache.write(large.bytes, large.hash);
    expect(has(large.hash)).toBe(false);
    const leftOver = `${"a".repeat(64)}.123.part`;
    for (const name of ["notes.txt", leftOver]) writeFileSync(join(folder, name), "x".repeat(2000));
    for (const name of ["notes.txt", leftOver]) age(name, 7200);
    await cache.tidy();
    expect(readdirSync(folder)).toEqual(["notes.txt"]);
  });
});
