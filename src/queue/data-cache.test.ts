import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CacheFolder } from "./cache-folder.ts";
import type { RedisClient } from "./client.ts";
import { findData } from "./data-cache.ts";
import { getData, keepData, putData } from "./data-store.ts";
import { dataKey } from "./names.ts";

/** As much of Redis as holds hashes. */
function memory() {
  const hashes = new Map<string, Map<string, Uint8Array>>();
  const commands: string[] = [];
  const client = {
    async hset(key: string, field: string, value: string | Uint8Array) {
      commands.push("hset");
      if (!hashes.has(key)) hashes.set(key, new Map());
      hashes.get(key)?.set(field, Buffer.from(value as Uint8Array));
    },
    hget: async (key: string, field: string) => hashes.get(key)?.get(field)?.toString() ?? null,
    hgetBuffer: async (key: string, field: string) => hashes.get(key)?.get(field) ?? null,
    expire: async (key: string) => Number(hashes.has(key)),
    del: async (key: string) => Number(hashes.delete(key)),
  };
  return { client: client as unknown as RedisClient, hashes, commands };
}

const bytes = Buffer.from(Array.from({ length: 2_500_000 }, (_, i) => (i * 7) % 251));
const hash = createHash("sha256").update(bytes).digest("hex");
const reference = { hash, bytes: bytes.length };
async function* stream() {
  for (let from = 0; from < bytes.length; from += 300_000) yield bytes.subarray(from, from + 300_000);
}

let folder = "";
let server: Server;
let site = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "drowse-cache-"));
  writeFileSync(join(folder, "there"), bytes);
  server = createServer((request, response) => {
    if (request.url === "/data/there") response.end(bytes);
    else if (request.url === "/data/more") response.end(Buffer.concat([bytes, bytes]));
    else if (request.url === "/data/away") response.writeHead(302, { location: "/data/there" }).end();
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data/`;
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await new Promise((resolve) => server.close(resolve));
});

describe("bytes in Redis", () => {
  it("lie in pieces of a bounded size, once, and come back whole", async () => {
    const { client, hashes, commands } = memory();
    expect(await keepData(client, dataKey(hash))).toBe(false);
    await putData(client, reference, stream);
    expect(Math.max(...[...hashes.values()].flatMap((fields) => [...fields.values()].map(({ length }) => length)))).toBe(2 ** 20);
    expect(Buffer.compare((await getData(client, reference)) as Uint8Array, bytes)).toBe(0);
    const before = commands.length;
    await putData(client, reference, stream);
    expect(commands.length).toBe(before);
  });

  it("are not there before the last piece is, and are put again", async () => {
    const { client, hashes } = memory();
    await putData(client, reference, stream);
    [...hashes.values()][0].delete("pieces");
    expect(await getData(client, reference)).toBeUndefined();
    await putData(client, reference, stream);
    expect(await getData(client, reference)).toHaveLength(bytes.length);
  });

  it("are refused where they are others than their hash says", async () => {
    const { client, hashes } = memory();
    await expect(putData(client, { ...reference, hash: "0".repeat(64) }, stream)).rejects.toThrow(/the data have changed/);
    expect(hashes.size).toBe(0);
    await putData(client, reference, stream);
    [...hashes.values()][0].set("1", Buffer.alloc(2 ** 20));
    await expect(getData(client, reference)).rejects.toThrow(/bytes from Redis are not those of sha256/);
    [...hashes.values()][0].set("1", Buffer.alloc(2 ** 23));
    await expect(getData(client, reference)).rejects.toThrow(/bytes from Redis are not those of sha256/);
    await expect(putData(client, { hash, bytes: 2 ** 40 }, stream)).rejects.toThrow(
      /at most \d+ are put into Redis; .*--data-url/,
    );
  });
});

describe("the bytes of a job", () => {
  it("are kept in the cache by their hash, and fetched again where they were damaged there", async () => {
    const { client, hashes } = memory();
    await putData(client, reference, stream);
    const path = join(folder, "cache");
    const cache = new CacheFolder(path);
    expect(await findData(client, reference, { cache, allowed: [] })).toMatchObject({ from: "redis" });
    expect(readdirSync(path)).toEqual([hash]);
    hashes.clear();
    expect(await findData(client, reference, { cache, allowed: [] })).toMatchObject({ from: "cache" });
    const damaged = readFileSync(join(path, hash));
    damaged[7]++;
    writeFileSync(join(path, hash), damaged);
    await expect(findData(client, reference, { cache, allowed: [] })).rejects.toThrow(/are not in Redis/);
  });

  it("come from a folder or URL that is allowed, from no other place, and not other ones", async () => {
    const { client } = memory();
    const find = (at: string, ...allowed: string[]) => findData(client, { ...reference, at }, { cache: undefined, allowed });
    expect(await find(join(folder, "there"), folder)).toMatchObject({ from: "elsewhere" });
    expect((await find(`${site}there`, "/nowhere", site)).bytes).toHaveLength(bytes.length);
    const refused: readonly (readonly [at: string, allowed: string])[] = [
      [join(folder, "there"), site],
      [join(folder, "there"), join(folder, "the")],
      [`${folder}/x/../../../etc/passwd`, folder],
      ["there", folder],
      [`${site}there`, `${site}th`],
      [`${site}../there`, site],
      [`${site}there`, site.replace("127.0.0.1", "localhost")],
      ["file:///etc/passwd", "/"],
      ["ftp://127.0.0.1/x", "ftp://127.0.0.1/"],
    ];
    for (const [at, allowed] of refused)
      await expect(find(at, allowed)).rejects.toThrow(/may not read; start the worker with --allow/);
    await expect(find(`${site}more`, site)).rejects.toThrow(/are not 2500000; put the same file/);
    await expect(find(`${site}away`, site)).rejects.toThrow(/answers 302/);
    await expect(find(`${site}nothing`, site)).rejects.toThrow(/answers 404/);
    await expect(find(join(folder, "nothing"), folder)).rejects.toThrow(/cannot be read \(ENOENT\)/);
  });
});
