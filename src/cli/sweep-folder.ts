import { mkdir, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DrowseError } from "../tensor/errors.ts";

/** The journal in a sweep's folder. */
export const JOURNAL_FILE = "journal.jsonl";

/**
 * The folder of a sweep: one that is given is made, is empty, or has a journal, which goes on; else the next free
 * `runs/<data>-sweep-<n>`.
 * @throws {DrowseError} where the folder holds something else, or cannot be made.
 */
export async function openSweepFolder(out: string | undefined, data: string): Promise<string> {
  try {
    if (out === undefined) return await nextFolder(join("runs", `${data.replace(/[^\w.-]+/g, "_")}-sweep`));
    await mkdir(out, { recursive: true });
    const entries = await readdir(out);
    if (entries.length === 0 || entries.includes(JOURNAL_FILE)) return out;
    const received = `--out ${out} holds ${entries.length} entries, and no ${JOURNAL_FILE}`;
    throw new DrowseError("sweep", received, "give the folder of a sweep, a new one or an empty one");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof DrowseError || code === undefined) throw error;
    throw new DrowseError("sweep", `the folder ${out ?? "runs"} cannot be made (${code})`, "give another with --out");
  }
}

async function nextFolder(base: string): Promise<string> {
  await mkdir("runs", { recursive: true });
  for (let number = 1; ; number++) {
    const path = `${base}-${number}`;
    try {
      await mkdir(resolve(path));
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}
