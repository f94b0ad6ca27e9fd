import { DrowseError } from "../tensor/errors.ts";
import {
  checkHeader,
  headerLine,
  type JournalContents,
  type JournalRecord,
  readJournal,
  recordLine,
  type StudyHeader,
  wholeLines,
} from "./journal.ts";

/** A journal that is written to. */
export interface Journal {
  /** What it told when it was opened. */
  readonly contents: JournalContents;
  /** Writes a line, which is on the disk when this returns. */
  append(record: JournalRecord): void;
  /** Lets others open it. */
  close(): void;
}

/**
 * Opens a journal, a new one or one that goes on: what was cut off at its end is taken away. Each line is flushed to the disk before
 * `append` returns. While it is open a file beside it, `<path>.lock`, keeps others from it; that of a program that was killed is
 * taken over, on the machine on which it ran.
 * @param header - what the study is.
 * @throws {DrowseError} where another program has it open, it is of another study, a line is damaged, or it cannot be written; and
 * in a browser, which has no files.
 */
export function openJournal(path: string, header: StudyHeader): Journal {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs");
  if (!fs) throw new DrowseError("journal", "there are no files here", "leave the journal out in a browser");
  const unlock = lock(fs, path);
  let file: number | undefined;
  try {
    file = fs.openSync(path, "a+");
    const bytes = fs.readFileSync(path);
    const whole = wholeLines(bytes);
    const contents = readJournal(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, whole)));
    if (whole < bytes.length) fs.ftruncateSync(file, whole);
    if (contents) checkHeader(contents.header, header);
    const opened = file;
    const write = (line: string) => {
      fs.writeSync(opened, line);
      fs.fdatasyncSync(opened);
    };
    if (!contents) write(headerLine(header));
    return {
      contents: contents ?? { header, folds: [], trials: [] },
      append: (record) => write(recordLine(record)),
      close() {
        fs.closeSync(opened);
        unlock();
      },
    };
  } catch (error) {
    if (file !== undefined) fs.closeSync(file);
    unlock();
    throw refusal(path, error);
  }
}

function refusal(path: string, error: unknown): unknown {
  if (error instanceof DrowseError) return new DrowseError("journal", `${path}: ${error.received}`, error.remedy);
  if (error instanceof TypeError) return new DrowseError("journal", `${path} is no text`, "give another file");
  const { code } = error as NodeJS.ErrnoException;
  return code ? new DrowseError("journal", `${path} cannot be written (${code})`, "give another path") : error;
}

interface Holder {
  readonly host: string;
  readonly pid: number;
}

/** Makes the file that keeps others from a journal, and returns what removes it. */
function lock(fs: typeof import("node:fs"), path: string): () => void {
  const os = globalThis.process.getBuiltinModule("node:os");
  const own: Holder = { host: os.hostname(), pid: globalThis.process.pid };
  const place = `${path}.lock`;
  const make = () => fs.writeFileSync(place, JSON.stringify(own), { flag: "wx" });
  try {
    make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw refusal(path, error);
    const holder = readHolder(fs, place);
    if (!holder || holder.host !== own.host || isAlive(holder.pid)) {
      const who = holder ? `process ${holder.pid} on ${holder.host}` : "another process";
      const remedy = `wait for it, give another journal, or remove ${place} if that process is gone`;
      throw new DrowseError("journal", `${path} is open in ${who}`, remedy);
    }
    try {
      takeAway(fs, place, holder, `${place}.${own.pid}`);
      make();
    } catch {
      throw new DrowseError("journal", `${path} is being opened by another process`, "wait for it, or give another journal");
    }
  }
  return () => fs.rmSync(place, { force: true });
}

/**
 * Moves a dead program's file away. Of two that find it one may move the other's new one: then it is put back.
 * @throws where it is no longer there, or another's.
 */
function takeAway(fs: typeof import("node:fs"), place: string, dead: Holder, aside: string): void {
  fs.renameSync(place, aside);
  const isDead = readHolder(fs, aside)?.pid === dead.pid;
  if (!isDead) fs.linkSync(aside, place);
  fs.rmSync(aside);
  if (!isDead) throw new Error("it was another's");
}

function readHolder(fs: typeof import("node:fs"), place: string): Holder | undefined {
  try {
    const { host, pid } = JSON.parse(fs.readFileSync(place, "utf8"));
    return typeof host === "string" && Number.isInteger(pid) ? { host, pid } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    globalThis.process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
