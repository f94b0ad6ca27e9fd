import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { type MemberResult, memberSeed } from "../study/member.ts";
import { memberEntries, recordOf } from "../study/member-record.ts";
import type { DrowseError } from "../tensor/errors.ts";
import { isLeftOver } from "./atomic-write.ts";
import type { EnsembleEnd, MemberLine } from "./ensemble-events.ts";
import { indexText, membersFolder, readMember, writeMember } from "./ensemble-folder.ts";
import type { ResumedRun } from "./resumed-run.ts";
import { configText, noteOf, type RunSettings } from "./run-config.ts";
import { ENSEMBLE_FILE, METRICS_FILE, RunFolder } from "./run-folder.ts";

const lineSchema = v.strictObject({ event: v.literal("member"), config: v.string(), ...memberEntries });

/** Where the run of an ensemble is kept. */
export interface EnsembleRunRequest {
  /** The folder that is asked for, and what it is named after where none is. */
  readonly out: string | undefined;
  readonly name: string;
  readonly resumed: ResumedRun | undefined;
}

/**
 * The run folder of an ensemble: each member is kept as soon as it is trained, its file first and then its line in metrics.jsonl. Going on,
 * those are taken for trained that have both, of this very config.json.
 */
export class EnsembleRun {
  readonly known: ReadonlyMap<number, MemberResult>;
  readonly #folder: RunFolder;
  readonly #config: string;
  readonly #lines: MemberLine[];
  readonly #warn: (text: string) => void;
  #writing: Promise<void> = Promise.resolve();

  private constructor(folder: RunFolder, config: string, known: readonly MemberResult[], warn: (text: string) => void) {
    this.#folder = folder;
    this.#config = config;
    this.known = new Map(known.map((result) => [result.member, result]));
    this.#lines = known.map((result) => this.#lineOf(result));
    this.#warn = warn;
  }

  /**
   * Makes the folder, or takes the one that is there.
   * @param warn - told of what the system refuses while the training goes on.
   * @throws {DrowseError} when the system refuses.
   */
  static async begin(
    { out, name, resumed }: EnsembleRunRequest,
    settings: RunSettings,
    warn: (text: string) => void,
  ): Promise<EnsembleRun> {
    const text = resumed?.configText ?? configText(settings);
    if (!resumed) return new EnsembleRun(await RunFolder.create({ out, name, config: text }), noteOf(text), [], warn);
    const { path } = resumed;
    await removeLeftOvers(path);
    const known = await knownMembers(path, noteOf(text), settings.settings.seed);
    return new EnsembleRun(new RunFolder(path), noteOf(text), known, warn);
  }

  get path(): string {
    return this.#folder.path;
  }

  /** Members that are trained. */
  get trained(): number {
    return this.#lines.length;
  }

  /**
   * Keeps a member, before anything is told of it.
   * @throws {DrowseError} when the system refuses its file.
   */
  keep(result: MemberResult): Promise<void> {
    const write = async () => {
      await writeMember(this.path, result.member, result.model);
      this.#lines.push(this.#lineOf(result));
      this.#folder.tell([...this.#lines], ({ message }: DrowseError) => this.#warn(message));
      await this.#folder.settled();
    };
    const written = this.#writing.then(write);
    this.#writing = written.catch(() => {});
    return written;
  }

  /** Resolves when all that was begun to be written is. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** Writes what the run leaves behind, the index last. */
  async finish(end: EnsembleEnd): Promise<void> {
    const lines = [...this.#lines].sort((a, b) => a.member - b.member);
    await this.#folder.finish({ metrics: [...lines, end], model: Buffer.from(indexText(lines)), file: ENSEMBLE_FILE });
  }

  /** Removes the folder of a run that has left nothing. */
  async discard(): Promise<void> {
    if (this.trained === 0) await this.#folder.discard();
  }

  #lineOf(result: MemberResult): MemberLine {
    return { event: "member", config: this.#config, ...recordOf(result) };
  }
}

/** Members that are whole, with what their lines tell; the others are trained again, to the same bits. */
async function knownMembers(folder: string, config: string, seed: number): Promise<MemberResult[]> {
  const known = new Map<number, MemberResult>();
  for (const { event: _, config: of, ...record } of await readMemberLines(folder)) {
    if (of !== config || record.seed !== memberSeed(seed, record.member)) continue;
    const found = await readMember("train", folder, record.member, record).catch(() => undefined);
    if (found) known.set(record.member, { ...record, model: found.bytes });
  }
  return [...known.values()];
}

/** The members that metrics.jsonl tells of; lines that are none are passed over, as one that was being written when the run was killed. */
export async function readMemberLines(folder: string): Promise<MemberLine[]> {
  const text = await readFile(join(folder, METRICS_FILE), "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    try {
      const { success, output } = v.safeParse(lineSchema, JSON.parse(line));
      return success ? [output as MemberLine] : [];
    } catch {
      return [];
    }
  });
}

/** What was being written when the run was killed. */
async function removeLeftOvers(path: string): Promise<void> {
  for (const folder of [path, membersFolder(path)]) {
    const names: string[] = await readdir(folder).catch(() => []);
    for (const name of names.filter(isLeftOver)) await rm(join(folder, name), { force: true });
  }
}
