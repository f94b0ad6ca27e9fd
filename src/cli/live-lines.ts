import type { Terminal } from "./terminal.ts";

/** Escape sequences are drawn in no column. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what these sequences begin with.
const ESCAPES = /\x1b\[[\d;]*m/g;

/** Lines at the foot of a screen that are drawn over as things change; other text goes above them. */
export class LiveLines {
  readonly #terminal: Terminal;
  #lines: readonly string[] = [];

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Draws these lines in place of those drawn before; each must be shorter than the screen is wide. */
  draw(lines: readonly string[]): void {
    this.#terminal.write(`${this.#erase()}${lines.join("\n")}`);
    this.#lines = lines;
  }

  /** Writes text that stays; the live lines move down. */
  above(text: string): void {
    this.#terminal.write(`${this.#erase()}${text}${this.#lines.join("\n")}`);
  }

  /** Takes the lines off the screen: before the end, and before an error is told. */
  clear(): void {
    if (this.#lines.length > 0) this.#terminal.write(this.#erase());
    this.#lines = [];
  }

  /** To the beginning of the first line, and away with all from there. A screen made narrower has broken long lines in two. */
  #erase(): string {
    const { columns } = this.#terminal;
    const rows = this.#lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.replace(ESCAPES, "").length / columns)), 0);
    return rows === 0 ? "" : `\r${rows > 1 ? `\x1b[${rows - 1}A` : ""}\x1b[J`;
  }
}
