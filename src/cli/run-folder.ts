import { constants } from "node:fs";
import { access, mkdir, readdir, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { DrowseError } from "../tensor/errors.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { type FileSystem, systemFiles } from "./file-system.ts";
import { GrowingFile, type Growth } from "./growing-file.ts";

/** The model's file in a run folder. It is written last: a folder that has it is whole, and finished where it has no checkpoint. */
export const MODEL_FILE = "model.safetensors";

/** The model of the best epoch, where the other was trained again on all rows: what was measured on the rows to validate on. */
export const VALIDATED_FILE = "validated.safetensors";

/** The index of an ensemble, whose members are in the folder members: written last, in the place of the model's file. */
export const ENSEMBLE_FILE = "ensemble.json";

/** What repeats the run. */
export const CONFIG_FILE = "config.json";

/** A line for each epoch, and one for the end. */
export const METRICS_FILE = "metrics.jsonl";

const OPERATION = "train";

/** What a run leaves behind when it ends. */
export interface RunFiles {
  readonly model: Uint8Array;
  /** The name of its file; default {@link MODEL_FILE}. */
  readonly file?: string;
  /** What `metrics.jsonl` holds, a line each. */
  readonly metrics: readonly object[];
  /** Others by name, such as a report. */
  readonly others?: Readonly<Record<string, Uint8Array>>;
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

const lineOf = (line: object) => Buffer.from(`${JSON.stringify(line)}\n`);

const metricsGrowth: Growth = { name: METRICS_FILE, added: lineOf, whole: (lines) => Buffer.concat(lines.map(lineOf)) };

/**
 * A run's folder, from before its first step to its end: config.json is in it from the beginning, metrics.jsonl grows, checkpoints come
 * and go, and the model is written last.
 */
export class RunFolder {
  readonly path: string;
  readonly #made: Made;
  readonly #files: FileSystem;
  /** Files that grow, metrics.jsonl first. */
  readonly #growing: readonly { readonly name: string; readonly file: GrowingFile }[];

  /**
   * @param more - what grows beside metrics.jsonl.
   * @param made - folders that were made for it.
   */
  constructor(path: string, more: readonly Growth[] = [], made: Made = [], files = systemFiles) {
    this.path = path;
    this.#made = made;
    this.#files = files;
    this.#growing = [metricsGrowth, ...more].map((growth) => ({
      name: growth.name,
      file: new GrowingFile(path, growth, files),
    }));
  }

  /**
   * Makes a folder, `out` or the next free `runs/<data>-<n>`, with its config.json. Where that fails nothing is left.
   * @throws {DrowseError} when the system refuses.
   */
  static async create(
    { out, name, config, more = [] }: { out: string | undefined; name: string; config: string; more?: readonly Growth[] },
    files = systemFiles,
  ): Promise<RunFolder> {
    for await (const path of candidates(out, name)) {
      const made = await claim(path);
      if (made === undefined) continue;
      const folder = new RunFolder(path, more, made, files);
      try {
        await writeFileAtomic(join(path, CONFIG_FILE), Buffer.from(config), files);
      } catch (error) {
        await folder.discard();
        throw error;
      }
      return folder;
    }
    throw new Error("the names of folders have come to an end");
  }

  /**
   * Brings the files that grow to these lines, of which the last is new.
   * @param failed - told of what the system refuses. All lines are written again when the run ends.
   */
  tell(lines: readonly object[], failed: (error: DrowseError) => void): void {
    for (const { file } of this.#growing) file.tell(lines, failed);
  }

  /** Resolves when all that was told is written. */
  async settled(): Promise<void> {
    for (const { file } of this.#growing) await file.settled();
  }

  /**
   * Writes what a run leaves behind, the model last.
   * @throws {DrowseError} when the system refuses: checkpoints and config.json stand.
   */
  async finish({ model, file: last = MODEL_FILE, metrics, others = {} }: RunFiles): Promise<void> {
    for (const { file } of this.#growing) await file.finish(metrics);
    for (const [name, bytes] of Object.entries(others)) await writeFileAtomic(join(this.path, name), bytes, this.#files);
    await writeFileAtomic(join(this.path, last), model, this.#files);
  }

  /** Removes a run that has left nothing: its files, and the folders that were made for it. */
  async discard(): Promise<void> {
    await this.settled();
    for (const name of [CONFIG_FILE, ...this.#growing.map(({ name }) => name)]) await rm(join(this.path, name), { force: true });
    for (const folder of this.#made) await rmdir(folder).catch(() => {});
  }
}
