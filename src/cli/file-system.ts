import { type FileHandle, open, readdir, realpath, rename, rm, stat } from "node:fs/promises";

/** What a run asks of the system's files: one place, at which tests let every call fail in turn. */
export const systemFiles = { open, readdir, realpath, rename, rm, stat };

export type FileSystem = typeof systemFiles;

/** Writes all bytes: the system may take a part of them at a time. */
export async function writeWhole(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at);
    if (bytesWritten === 0) throw Object.assign(new Error("EIO: the disk takes no more bytes, write"), { code: "EIO" });
    at += bytesWritten;
  }
}
