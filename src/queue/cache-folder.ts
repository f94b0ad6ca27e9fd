import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checked } from "./data-store.ts";
import type { DataReference } from "./job-fields.ts";

// Bytes in files called by their SHA-256, whose time says when they were last used. Workers of one machine may share the folder: each
// file is whole or not there, and what is gone is fetched again.

/** Bytes that a folder may hold where nothing is said. */
export const CACHE_BYTES = 4e9;
/** Milliseconds between two signs that a file is in use, and after which one without a sign is used no more, or left by a kill. */
const TOUCH = 60_000;
const UNUSED = 150_000;

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly used: number;
}

/** A folder of bytes by their hash, which grows to a limit: what was not used for the longest goes first, and what is in use stays. */
export class CacheFolder {
  readonly #folder: string;
  readonly #limit: number;
  /** How often what is in use is held. */
  readonly #held = new Map<string, number>();
  #touched = Number.NEGATIVE_INFINITY;
  /** One after the other. */
  #tidied: Promise<void> = Promise.resolve();

  constructor(folder: string, limit: number = CACHE_BYTES) {
    this.#folder = folder;
    this.#limit = limit;
  }

  /** Undefined: not there, or damaged. */
  async read({ hash, bytes }: DataReference): Promise<Uint8Array | undefined> {
    const path = join(this.#folder, hash);
    try {
      if ((await stat(path)).size !== bytes) return undefined;
      const found = checked(await readFile(path), hash, path);
      await touch(path);
      return found;
    } catch {
      return undefined;
    }
  }

  /** Whole or not at all. A folder that cannot be written keeps nothing, nor does one for which the bytes are too many. */
  async write(bytes: Uint8Array, hash: string): Promise<void> {
    if (bytes.length > this.#limit) return;
    const [path, part] = [join(this.#folder, hash), join(this.#folder, `${hash}.${process.pid}.part`)];
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(part, bytes);
      await rename(part, path);
    } catch {
      await rm(part, { force: true }).catch(() => {});
    }
    await this.tidy(hash);
  }

  /** Keeps a file for as long as somebody works with it: until what this returns is called. */
  hold(hash: string): () => void {
    this.#held.set(hash, (this.#held.get(hash) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (this.#held.get(hash) ?? 1) - 1;
      if (left > 0) this.#held.set(hash, left);
      else this.#held.delete(hash);
    };
  }

  /** Tells other workers, about once a minute, what is in use. */
  async touchHeld(now = Date.now()): Promise<void> {
    if (now - this.#touched < TOUCH) return;
    this.#touched = now;
    await Promise.all([...this.#held.keys()].map((hash) => touch(join(this.#folder, hash)).catch(() => {})));
  }

  /** Removes what was not used for the longest, as far as there is too much. */
  async tidy(...kept: readonly string[]): Promise<void> {
    const all = this.#tidied.then(() => this.#tidy(new Set(kept)));
    this.#tidied = all.catch(() => {});
    await this.#tidied;
  }

  async #tidy(kept: ReadonlySet<string>): Promise<void> {
    const now = Date.now();
    const entries = await this.#entries();
    const remove = ({ path }: Entry) => rm(path, { force: true }).catch(() => {});
    const files = entries.filter(({ name }) => /^[0-9a-f]{64}$/.test(name));
    for (const entry of entries) if (entry.name.endsWith(".part") && now - entry.used > UNUSED) await remove(entry);
    let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const entry of files.sort((a, b) => a.used - b.used)) {
      if (total <= this.#limit) return;
      if (kept.has(entry.name) || this.#held.has(entry.name) || now - entry.used < UNUSED) continue;
      await remove(entry);
      total -= entry.bytes;
    }
  }

  async #entries(): Promise<Entry[]> {
    const names = (await readdir(this.#folder)).filter((name) => /^[0-9a-f]{64}(\.\d+\.part)?$/.test(name));
    const found = await Promise.all(
      names
        .map(async (name) => {
          const path = join(this.#folder, name);
          const { size, mtimeMs } = await stat(path);
          return { name, path, bytes: size, used: mtimeMs };
        })
        .map((entry) => entry.catch(() => undefined)),
    );
    return found.filter((entry) => entry !== undefined);
  }
}

const touch = async (path: string) => {
  const now = new Date();
  await utimes(path, now, now);
};
