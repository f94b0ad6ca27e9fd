import type { FileHandle } from "node:fs/promises";
import { type FileSystem, systemFiles } from "../src/cli/file-system.ts";

/** What goes wrong at one call: the system's error code, or that a write takes a part of its bytes. */
export type Fault = "ENOSPC" | "EIO" | "EROFS" | "EDQUOT" | "EACCES" | "half a write" | "no write";

/** The system's files, of which one call goes wrong. */
export interface FaultyFiles {
  readonly files: FileSystem;
  /** Names of the calls that were made. */
  readonly calls: string[];
}

/**
 * Files of which the call of a number, counted from 0 over all functions and open files, goes wrong, and with `lasting` all that
 * write from there on.
 */
export function faultyFiles(at: number, fault: Fault, lasting = false): FaultyFiles {
  const calls: string[] = [];
  const writes = new Set(["open", "write", "sync", "rename", "chmod"]);

  /** The call as it is, or as it goes wrong. */
  function harmed(owner: object, name: string, call: (...args: never[]) => Promise<unknown>) {
    return async (...args: never[]) => {
      const number = calls.push(name) - 1;
      const isHit = number === at || (lasting && number > at && writes.has(name));
      if (!isHit) return call.apply(owner, args);
      if (name === "close") await call.apply(owner, args);
      if (fault === "half a write" || fault === "no write") {
        if (name !== "write") return call.apply(owner, args);
        const [bytes, from, length] = args as unknown as [Uint8Array, number, number];
        const taken = fault === "no write" ? 0 : Math.ceil(length / 2);
        return taken === 0 ? { bytesWritten: 0 } : call.apply(owner, [bytes, from, taken] as never[]);
      }
      throw Object.assign(new Error(`${fault}: what went wrong, ${name} 'hidden'`), { code: fault });
    };
  }

  const handleOf = (handle: FileHandle): FileHandle =>
    new Proxy(handle, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        return typeof value === "function" && typeof name === "string" ? harmed(target, name, value) : value;
      },
    });
  const files = Object.fromEntries(
    Object.entries(systemFiles).map(([name, call]) => {
      const faulty = harmed(systemFiles, name, call as never);
      return [name, name === "open" ? async (...args: never[]) => handleOf((await faulty(...args)) as FileHandle) : faulty];
    }),
  ) as unknown as FileSystem;
  return { files, calls };
}
