import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../scripts/root.mjs";
import { writeIdx } from "../src/data/idx.ts";

/** What a call of the command did. */
export interface Called {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the command is called. */
export interface CallOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Told of standard output as it comes. */
  readonly onOutput?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Calls the built command in a process of its own. */
export function drowse(args: readonly string[], { cwd, env = {}, onOutput }: CallOptions): Promise<Called> {
  return new Promise((resolve, reject) => {
    const command = [join(root, "dist/cli.js"), ...args];
    const child = spawn(process.execPath, command, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const called = { stdout: "", stderr: "" };
    // Once: a second signal ends the command at once.
    const kill = (signal: NodeJS.Signals) => child.killed || child.kill(signal);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      called.stdout += text;
      onOutput?.(called.stdout, kill);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      called.stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...called }));
  });
}

/** The events of `--json`, one object a line. */
export function eventsOf({ stdout }: Called): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const SIDE = 8;

/** Images of a bright bar whose height on the image is their class, over a pattern that differs from image to image. */
export function barImages(count: number, classes: number): { images: Uint8Array; labels: Uint8Array } {
  const images = new Uint8Array(count * SIDE * SIDE);
  const labels = Uint8Array.from({ length: count }, (_, row) => row % classes);
  for (let i = 0; i < images.length; i++) {
    const row = Math.floor(i / (SIDE * SIDE));
    const line = Math.floor(i / SIDE) % SIDE;
    images[i] = (line === 2 * labels[row] ? 160 : 0) + ((i * 7919 + row * 104_729) % 90);
  }
  return { images, labels };
}

/** Writes a folder of IDX files with images of 8 by 8 and returns its path. */
export function writeBars(folder: string, { train = 240, test = 60, classes = 4 } = {}): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, count] of [["train", train] as const, ["t10k", test] as const]) {
    if (count === 0) continue;
    const { images, labels } = barImages(count, classes);
    writeFileSync(join(folder, `${name}-images-idx3-ubyte`), writeIdx([count, SIDE, SIDE], images));
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), writeIdx([count], labels));
  }
  return folder;
}
