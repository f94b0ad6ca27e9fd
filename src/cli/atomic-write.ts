import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DrowseError } from "../tensor/errors.ts";
import { type FileSystem, systemFiles, writeWhole } from "./file-system.ts";

/** What to do about a write that failed, by the system's error code. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: "make the folder first",
  ENOTDIR: "a part of the path is a file: give another path",
  EACCES: "you may not write there: change the folder's permissions or give another path",
  EPERM: "you may not write there: change the folder's permissions or give another path",
  EROFS: "the disk is read-only: give another path",
  ENOSPC: "the disk is full: free some space",
  EDQUOT: "your quota is used up: free some space",
  EIO: "the disk may be broken: look after it, or give another path",
  ENAMETOOLONG: "give a shorter name",
};

/** Codes of systems and folders that cannot be synced: the file is whole all the same. */
const CANNOT_SYNC = new Set(["EINVAL", "ENOTSUP", "EISDIR", "EPERM", "EACCES"]);

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Bytes, or texts as they come. */
type FileContent = Uint8Array | AsyncIterable<string>;

/**
 * What the system refused, in words.
 * @throws what is no error of the system's.
 */
export function faultOf(error: unknown, path: string): DrowseError {
  if (error instanceof DrowseError) return error;
  const code = codeOf(error);
  if (code === undefined || !(error instanceof Error)) throw error;
  // The rest of the system's message names the hidden file.
  const [fault] = error.message.split(", ");
  return new DrowseError("write", `${path} cannot be written (${fault})`, REMEDIES[code] ?? "give another path");
}

/** Makes the renaming last through a power cut. */
async function syncFolder(folder: string, files: FileSystem): Promise<void> {
  try {
    const handle = await files.open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    if (!CANNOT_SYNC.has(codeOf(error) ?? "")) throw error;
  }
}

/** Writes a new file and brings it to the disk; it keeps the permissions of the file it is to replace. */
async function writeSynced(path: string, bytes: FileContent, mode: number | undefined, files: FileSystem): Promise<void> {
  const handle = await files.open(path, "wx");
  try {
    if (mode !== undefined) await handle.chmod(mode);
    for await (const piece of bytes instanceof Uint8Array ? [bytes] : bytes)
      await writeWhole(handle, typeof piece === "string" ? Buffer.from(piece) : piece);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function undefinedIfMissing<T>(found: Promise<T>): Promise<T | undefined> {
  return found.catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  });
}

/**
 * Writes a file whole or not at all: whoever looks, and after a crash or a power cut too, finds the old file or the new
 * one. The bytes go to a hidden file in the same folder, which is renamed over `path` once the disk has it; when anything
 * fails it is removed and the old file stays. A symbolic link is followed. A killed process may leave the hidden file
 * `.NAME.XXXXXXXX.tmp`, which {@link isLeftOver} knows.
 *
 * @throws {DrowseError} when the system refuses: no such folder, no permission, a full disk.
 * @example
 * await writeFileAtomic("runs/mnist-1/model.safetensors", bytes);
 */
export async function writeFileAtomic(path: string, bytes: FileContent, files = systemFiles): Promise<void> {
  let temporary: string | undefined;
  try {
    const target = (await undefinedIfMissing(files.realpath(path))) ?? path;
    const old = await undefinedIfMissing(files.stat(target));
    if (old !== undefined && !old.isFile()) {
      throw new DrowseError("write", `${path} is a ${old.isDirectory() ? "folder" : "device"}`, "give the path of a file");
    }
    const unused = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString("hex")}.tmp`);
    temporary = unused;
    await writeSynced(unused, bytes, old && old.mode & 0o777, files);
    await files.rename(unused, target);
    temporary = undefined;
    await syncFolder(dirname(target), files);
  } catch (error) {
    // What has gone wrong first is what is told.
    if (temporary !== undefined) await files.rm(temporary, { force: true }).catch(() => {});
    throw faultOf(error, path);
  }
}

/** Whether a name is that of a hidden file that a killed process has left. */
export const isLeftOver = (name: string) => /^\..+\.[0-9a-f]{8}\.tmp$/.test(name);

/**
 * Checks that a file can have its place, before the work that makes it.
 * @throws {DrowseError} when the folder of `path` is not there.
 */
export async function checkFolderOf(operation: string, path: string): Promise<void> {
  const folder = dirname(path);
  const found = await undefinedIfMissing(stat(folder));
  if (!found?.isDirectory()) throw new DrowseError(operation, `there is no folder ${folder}`, "make the folder first");
}

/**
 * Checks that a file can be written where none is.
 * @throws {DrowseError} when there is one already, or no folder for it.
 */
export async function checkNew(operation: string, path: string): Promise<void> {
  await checkFolderOf(operation, path);
  if (await undefinedIfMissing(stat(path))) {
    throw new DrowseError(operation, `${path} exists already`, "give another name, or remove it");
  }
}
