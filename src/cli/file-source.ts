import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { ByteSource, Sliceable } from "../tables/byte-source.ts";
import { DrowseError } from "../tensor/errors.ts";

/**
 * A file as bytes that can be read again.
 * @throws {DrowseError} when it is no file, or may not be read.
 */
export async function fileSource(operation: string, path: string): Promise<ByteSource> {
  const refuse = (error: NodeJS.ErrnoException): never => {
    const missing = error.code === "ENOENT" || error.code === "ENOTDIR";
    const received = `${JSON.stringify(path)} ${missing ? "does not exist" : `cannot be read (${error.code})`}`;
    throw new DrowseError(operation, received, "give a file of a table: CSV, TSV, JSON lines, npy, npz or Parquet");
  };
  const found = await stat(path).catch(refuse);
  if (!found.isFile()) throw new DrowseError(operation, `${JSON.stringify(path)} is no file`, "give the file of a table");
  await (await open(path).catch(refuse)).close();
  return {
    stream: () => Readable.toWeb(createReadStream(path, { highWaterMark: 2 ** 18 })) as ReadableStream<Uint8Array>,
    ...partsOf(path, found.size),
  };
}

/** A file of which parts are read. */
export const partsOf = (path: string, size: number): Sliceable => ({
  size,
  slice: (start, end) => ({ arrayBuffer: () => readPart(path, start, end) }),
});

/** @throws {DrowseError} where the system refuses. */
export async function readPart(path: string, start: number, end: number): Promise<ArrayBuffer> {
  const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new DrowseError("read", `${path} cannot be read (${error.code})`, "check the file and its permissions");
  });
  try {
    const bytes = new Uint8Array(end - start);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    return bytes.buffer.slice(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Whether a path is a file that may be a table: neither a folder nor one of the IDX files, which begin with two zeros. */
export async function isTableFile(path: string): Promise<boolean> {
  if (!(await stat(path).catch(() => undefined))?.isFile()) return false;
  const head = new Uint8Array(await readPart(path, 0, 4));
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  return !(head.length >= 2 && head[0] === 0 && head[1] === 0) && !(isGzip && path.includes("ubyte"));
}
