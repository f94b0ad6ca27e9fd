import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningCommand, startDrowse } from "./running.ts";

/** A folder in which commands run beside each other, such as workers of a queue and who gives them work. */
export class Workplace {
  readonly cwd: string;
  readonly #commands: RunningCommand[] = [];

  constructor(name: string) {
    this.cwd = mkdtempSync(join(tmpdir(), `drowse-${name}-`));
  }

  start(...args: string[]): RunningCommand {
    return this.startWith({}, ...args);
  }

  /** Starts another program, or in another environment. */
  startWith(options: { program?: string; env?: NodeJS.ProcessEnv }, ...args: string[]): RunningCommand {
    const command = startDrowse(args, { ...options, cwd: this.cwd });
    this.#commands.push(command);
    return command;
  }

  /** A worker of one thread that is ready, and whose work is given to another a second after it fell silent. */
  async startWorker(address: string, ...args: string[]): Promise<RunningCommand> {
    const worker = this.start("worker", address, "--threads", "1", "--lease", "1", "--no-cache", ...args);
    await worker.heard(({ event }) => event === "ready");
    return worker;
  }

  /** A table of points inside and outside of a circle. */
  writeRings(file: string, count: number): void {
    const rows = Array.from({ length: count }, (_, i) => {
      const [x, y] = [((i * 7919) % 200) / 100 - 1, ((i * 104_729) % 200) / 100 - 1];
      return `${x},${y},${x * x + y * y < 0.6 ? "in" : "out"}`;
    });
    writeFileSync(join(this.cwd, file), `x,y,ring\n${rows.join("\n")}\n`);
  }

  /** Ends whatever still runs, stopped or not, and removes the folder. */
  close(): void {
    for (const command of this.#commands) {
      command.signal("SIGCONT");
      command.signal("SIGKILL");
    }
    rmSync(this.cwd, { recursive: true, force: true });
  }
}
