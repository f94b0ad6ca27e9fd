import type { WriteStream } from "node:tty";
import { colours, noColours, type Palette } from "./paint.ts";

/** Where the command writes. */
export interface Terminal {
  /** Standard output: what was asked for. */
  write(text: string): void;
  /** Resolves when standard output takes more: for those who write without end. */
  drained?(): Promise<void>;
  /** Standard error: what went wrong, and remarks on the way. */
  writeError(text: string): void;
  /** Whether standard output is a screen on which lines can be drawn over. */
  readonly isLive: boolean;
  /** Nobody reads standard output any more, as after `| head`. */
  readonly isClosed: boolean;
  readonly columns: number;
  readonly palette: Palette;
}

/** Errors of a stream whose reader is gone: a closed pipe, a closed window. */
const READER_GONE = new Set(["EPIPE", "EIO", "ECONNRESET"]);

/**
 * The process's own streams. Writing to a pipe whose reader is gone is no error: what is written after it is dropped, so
 * that `| head` ends quietly and a training goes on to its end.
 */
export function processTerminal(environment: NodeJS.ProcessEnv): Terminal {
  const output = process.stdout as Partial<WriteStream> & NodeJS.WriteStream;
  const isLive = output.isTTY === true && environment.TERM !== "dumb";
  let isClosed = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (!READER_GONE.has(error.code ?? "")) throw error;
      if (stream === process.stdout) isClosed = true;
    });
  }
  return {
    write: (text) => void (isClosed || process.stdout.write(text)),
    async drained() {
      while (!isClosed && process.stdout.writableNeedDrain) await new Promise((resolve) => setImmediate(resolve));
    },
    writeError: (text) => void process.stderr.write(text),
    isLive,
    get isClosed() {
      return isClosed;
    },
    get columns() {
      return output.columns || 80;
    },
    palette: isLive && !environment.NO_COLOR ? colours : noColours,
  };
}
