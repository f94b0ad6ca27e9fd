import { constants } from "node:fs";
import { access, mkdir, readdir, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { DrowseError } from "../tensor/errors.ts";
import { writeFileAtomic } from "./atomic-write.ts";

/** The model's file in a run folder. It is written last: a folder that has it is whole. */
export const MODEL_FILE = "model.safetensors";

const CONFIG_FILE = "config.json";

const OPERATION = "train";

/** The parts of a run folder, as they are written. */
export interface RunFiles {
  readonly model: Uint8Array;
  /** What `metrics.jsonl` holds, a line each. */
  readonly metrics: readonly object[];
  readonly config: object;
}

/** The entries of a folder, or undefined when there is none. */
async function entriesOf(path: string, shown = path): Promise<string[] | undefined> {
  return readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    if (error.code === "ENOTDIR") {
      throw new DrowseError(OPERATION, `${shown} is, or leads through, a file`, "give the path of a new folder");
    }
    throw new DrowseError(OPERATION, `${shown} cannot be read (${error.code})`, "give another path");
  });
}

/** The name of a run on a file: the file's, without its endings. */
export const runName = (path: string) => basename(path).replace(/(\.\w{1,8}){1,2}$/, "") || "table";

/**
 * Looks, before the training, whether its folder can be made after it.
 * @param out the folder asked for, or undefined for one under `runs/`.
 * @throws {DrowseError} when the folder holds something, or nothing can be made there.
 */
export async function checkRunFolder(out: string | undefined): Promise<void> {
  const path = resolve(out ?? "runs");
  const entries = await entriesOf(path, out === undefined ? "runs" : `--out ${out}`);
  if (out !== undefined && entries !== undefined && entries.length > 0) {
    throw new DrowseError(
      OPERATION,
      `--out ${out} holds ${entries.length} entries already`,
      "give a new folder, or empty that one",
    );
  }
  let existing = path;
  while (!(await stat(existing).catch(() => undefined))) existing = dirname(existing);
  await access(existing, constants.W_OK).catch(() => {
    throw new DrowseError(
      OPERATION,
      `nothing can be written to ${existing}`,
      "give another folder with --out, or change its permissions",
    );
  });
}

/** Names for the folder, best first: `--out`, and should another have taken it meanwhile the same with a number. */
async function* candidates(out: string | undefined, data: string): AsyncGenerator<string> {
  const base = out ?? join("runs", data.replace(/[^\w.-]+/g, "_"));
  const parent = dirname(resolve(base));
  const prefix = `${resolve(base)}-`;
  const taken = ((await entriesOf(parent)) ?? [])
    .map((name) => join(parent, name))
    .filter((path) => path.startsWith(prefix) && /^\d{1,9}$/.test(path.slice(prefix.length)))
    .map((path) => Number(path.slice(prefix.length)));
  if (out !== undefined) yield out;
  for (let number = Math.max(0, ...taken) + 1; ; number++) yield `${base}-${number}`;
}

/** Folders that were made for a run, the innermost first: what to remove when writing fails. */
type Made = readonly string[];

/** Makes a folder that is new or empty, and its first file, which tells runs that end at once apart; undefined when taken. */
async function claim(path: string): Promise<Made | undefined> {
  const full = resolve(path);
  const parent = dirname(full);
  const made: string[] = [];
  try {
    const first = await mkdir(parent, { recursive: true });
    for (let folder = parent; first !== undefined && folder.length >= first.length; folder = dirname(folder)) made.push(folder);
    if (await succeeds(mkdir(full))) made.unshift(full);
    else if ((await entriesOf(path))?.length !== 0) return undefined;
    return (await succeeds(writeFile(join(full, CONFIG_FILE), "", { flag: "wx" }))) ? made : undefined;
  } catch (error) {
    for (const folder of made) await rmdir(folder).catch(() => {});
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof DrowseError || code === undefined) throw error;
    throw new DrowseError(OPERATION, `the folder ${path} cannot be made (${code})`, "give another with --out");
  }
}

/** Whether something could be made, and was not there yet. */
async function succeeds(making: Promise<void>): Promise<boolean> {
  try {
    await making;
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Writes a run's folder and returns its path: `out`, or the next free `runs/<data>-<n>`. Where writing fails, what was
 * written is removed.
 * @throws {DrowseError} when the system refuses.
 */
export async function writeRunFolder(
  out: string | undefined,
  data: string,
  { model, metrics, config }: RunFiles,
): Promise<string> {
  const files: readonly [name: string, bytes: Uint8Array][] = [
    [CONFIG_FILE, Buffer.from(`${JSON.stringify(config, null, 2)}\n`)],
    ["metrics.jsonl", Buffer.from(metrics.map((line) => `${JSON.stringify(line)}\n`).join(""))],
    [MODEL_FILE, model],
  ];
  for await (const path of candidates(out, data)) {
    const made = await claim(path);
    if (made === undefined) continue;
    try {
      for (const [name, bytes] of files) await writeFileAtomic(join(path, name), bytes);
    } catch (error) {
      for (const [name] of files) await rm(join(path, name), { force: true });
      for (const folder of made) await rmdir(folder).catch(() => {});
      throw error;
    }
    return path;
  }
  throw new Error("the names of folders have come to an end");
}
