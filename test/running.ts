import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "../scripts/root.mjs";

/** An event of `--json`. */
export type Told = Readonly<Record<string, unknown>>;

/** A call of the command that runs, with --json. */
export interface RunningCommand {
  readonly events: readonly Told[];
  /** All that it wrote, on both streams. */
  readonly text: string;
  readonly ended: Promise<number | null>;
  /** Resolves with the first event that is so; rejects where the command ends before. */
  heard(is: (event: Told) => boolean): Promise<Told>;
  signal(name: NodeJS.Signals): void;
}

/** Starts the built command, or another one, in a process of its own. */
export function startDrowse(
  args: readonly string[],
  { cwd, env = {}, program = join(root, "dist/cli.js") }: { cwd: string; env?: NodeJS.ProcessEnv; program?: string },
): RunningCommand {
  const child = spawn(process.execPath, [program, ...args, "--json"], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const events: Told[] = [];
  const listeners = new Set<() => void>();
  let text = "";
  let rest = "";
  let isOver = false;
  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    events.push(...lines.map((line) => JSON.parse(line) as Told));
    tell();
  });
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  ended.then(() => {
    isOver = true;
    tell();
  });
  return {
    events,
    get text() {
      return text;
    },
    ended,
    heard(is) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const event = events.find(is);
          if (event) resolve(event);
          else if (isOver) reject(new Error(`drowse ${args[0]} ended without it:\n${text}`));
          else return;
          listeners.delete(look);
        };
        listeners.add(look);
        look();
      });
    },
    signal: (name) => void child.kill(name),
  };
}

/** Whether an event is a note of some kind, of a worker or of who gives work out. */
export const isNote = (kind: string) => (event: Told) => event.note === kind;
