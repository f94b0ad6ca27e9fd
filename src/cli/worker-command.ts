import { homedir } from "node:os";
import { join } from "node:path";
import { Option } from "commander";
import { CACHE_BYTES, CacheFolder } from "../queue/cache-folder.ts";
import { coreCount } from "../wasm/host.ts";
import type { AddCommand, Context } from "./context.ts";
import { interruptible } from "./interrupt.ts";
import { decimal, wholeNumber } from "./option-values.ts";
import { QUEUE_VARIABLE, queueAddress } from "./queue-options.ts";
import { jsonOption } from "./shared-options.ts";
import { version } from "./version.ts";
import { jsonWorkerReport, textWorkerReport } from "./worker-report.ts";

interface WorkerCommandOptions {
  readonly threads?: number;
  readonly lease: number;
  readonly cache: string | boolean;
  readonly cacheSize: number;
  readonly allowData?: readonly string[];
  readonly json?: boolean;
}

const HELP = `
The address is redis://[NAME:PASSWORD@]HOST[:PORT][/DATABASE], with rediss:// for
TLS, of a Redis or Valkey; without one it is that in the environment's
${QUEUE_VARIABLE}. The packages bullmq and ioredis must be installed beside drowse:

  npm install drowse bullmq ioredis

A worker trains what drowse sweep and drowse compare give out with --queue,
predicts what drowse predict does, and nothing else: work is data, which is
checked, and no code. It takes part in work of its own version alone, and says
where there is other work. Data and models are fetched once, by their SHA-256,
and kept in the cache folder.

A worker that is killed or falls silent loses nothing: after --lease seconds
another gets its work, and what it brings too late is dropped. When the queue
cannot be reached it waits. Ctrl-C, or SIGTERM, ends it after the trainings that
are under way; a second one at once.

With --json a line is an event: ready, data, training, part, note, and last done.

Examples:
  drowse worker redis://10.0.0.5
  drowse worker rediss://drowse:secret@queue.example:6380 --threads 4
  drowse worker redis://10.0.0.5 --allow-data /mnt/tables`;

const cacheFolder = () => join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "drowse", "data");

const collected = (text: string, before: readonly string[] = []) => [...before, text];

export const addWorker: AddCommand = (program, context) => {
  program
    .command("worker")
    .summary("train and predict for other machines")
    .description("Takes trainings and parts of predictions from a queue, until it is stopped.")
    .argument("[address]", `of the queue, redis://HOST (default: that in ${QUEUE_VARIABLE})`)
    .addOption(
      new Option("--threads <n>", "trainings at once (default: one per core)").argParser(wholeNumber("--threads", 1, 256)),
    )
    .addOption(
      new Option("--lease <seconds>", "how long it may be silent before its work is given to another")
        .argParser(decimal("--lease", (value) => value >= 1 && value <= 3600, "give a number from 1 to 3600"))
        .default(20),
    )
    .addOption(new Option("--cache <folder>", "where data are kept by their hash (default: drowse/data in the user's cache)"))
    .addOption(
      new Option("--cache-size <MB>", "how much is kept there: what was not used for the longest goes first")
        .argParser(wholeNumber("--cache-size", 1, 1_000_000_000))
        .default(CACHE_BYTES / 1e6),
    )
    .addOption(new Option("--no-cache", "keep them in memory alone"))
    .addOption(
      new Option(
        "--allow-data <place>",
        "a folder or URL from which data may be read beside Redis; may be given again",
      ).argParser(collected),
    )
    .addOption(jsonOption())
    .addHelpText("after", HELP)
    .action((address: string | undefined, options: WorkerCommandOptions) => work(address, options, context));
};

async function work(given: string | undefined, options: WorkerCommandOptions, { terminal }: Context): Promise<void> {
  const { lease, cache, cacheSize, allowData = [], json, threads = coreCount() } = options;
  const address = queueAddress(given);
  const report = json ? jsonWorkerReport(terminal) : textWorkerReport(terminal, address.shown, version);
  const folder = typeof cache === "string" ? cache : cacheFolder();
  const places = { cache: cache === false ? undefined : new CacheFolder(folder, 1e6 * cacheSize), allowed: allowData };
  const { runWorker } = await import("../queue/worker.ts");
  await interruptible(async (signal) => {
    try {
      report.end(await runWorker({ address, version, threads, lease, places, signal, onEvent: report.hear }));
    } finally {
      report.clear();
    }
  });
}
