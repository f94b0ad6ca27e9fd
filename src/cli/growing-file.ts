import { join } from "node:path";
import type { DrowseError } from "../tensor/errors.ts";
import { faultOf, writeFileAtomic } from "./atomic-write.ts";
import { type FileSystem, writeWhole } from "./file-system.ts";

/** What a file that grows by the lines of a run holds of them. */
export interface Growth {
  readonly name: string;
  /** The whole file. */
  whole(lines: readonly object[]): Uint8Array;
  /** What a line more adds to it. */
  added(line: object): Uint8Array;
}

/** A file of a run to which each line adds a piece. What another process or a fault has left of it is written anew. */
export class GrowingFile {
  readonly #path: string;
  readonly #growth: Growth;
  readonly #files: FileSystem;
  /** Lines that the file holds; undefined: nobody knows. */
  #count: number | undefined;
  #telling: Promise<void> = Promise.resolve();

  constructor(folder: string, growth: Growth, files: FileSystem) {
    this.#path = join(folder, growth.name);
    this.#growth = growth;
    this.#files = files;
  }

  /**
   * Brings the file to these lines, of which the last is new; one call after the other.
   * @param failed - told of what the system refuses.
   */
  tell(lines: readonly object[], failed: (error: DrowseError) => void): void {
    const count = lines.length;
    this.#telling = this.#telling.then(async () => {
      try {
        if (this.#count === count - 1) await this.#append(this.#growth.added(lines[count - 1]));
        else await this.#write(lines.slice(0, count));
        this.#count = count;
      } catch (error) {
        this.#count = undefined;
        failed(faultOf(error, this.#path));
      }
    });
  }

  /**
   * Writes the whole file, to stay.
   * @throws {DrowseError} when the system refuses.
   */
  async finish(lines: readonly object[]): Promise<void> {
    await this.settled();
    await this.#write(lines);
  }

  /** Resolves when all that was told is written. */
  async settled(): Promise<void> {
    await this.#telling;
  }

  async #append(bytes: Uint8Array): Promise<void> {
    const handle = await this.#files.open(this.#path, "a");
    try {
      await writeWhole(handle, bytes);
    } finally {
      await handle.close();
    }
  }

  #write(lines: readonly object[]): Promise<void> {
    return writeFileAtomic(this.#path, this.#growth.whole(lines), this.#files);
  }
}
