import { Option } from "commander";
import { checkFolderOf, writeFileAtomic } from "./atomic-write.ts";
import type { AddCommand, Context } from "./context.ts";
import { curveSvg } from "./curve-svg.ts";
import { defaults } from "./defaults.ts";
import { formatPercent } from "./format.ts";
import { openImageSets } from "./image-sets.ts";
import { interruptible } from "./interrupt.ts";
import type { MainJobEnd } from "./main-job-events.ts";
import { mainJobJson, mainJobText } from "./main-job-report.ts";
import { runMainJob } from "./main-job-run.ts";
import { mainJobSentence, mainJobShortfall } from "./main-job-summary.ts";
import { epochsOption, jsonOption, seedOption, threadsOption } from "./shared-options.ts";

interface MainJobOptions {
  readonly epochs: number;
  readonly seed: number;
  readonly threads?: number;
  readonly svg?: string;
  readonly json?: boolean;
}

const HELP = `
The exit code is 1 where the network with dropout does not win, or on MNIST
stays above 1.60% test error.

With --json the events are start, progress (at most twice a second), epoch (of
either network) and last done, with testError (of the network with dropout) and
networks, an array of both results.`;

/** The main job of the repository, which `npm start` runs. It is not in the list of commands. */
export const addMainJob: AddCommand = (program, context) => {
  program
    .command("main-job", { hidden: true })
    .description("Trains a network on MNIST twice from the same initial weights, without and with dropout, and compares them.")
    .argument("[data]", "mnist, or a folder of IDX files", "mnist")
    .addOption(epochsOption(defaults.mainJobEpochs))
    .addOption(seedOption(defaults.seed))
    .addOption(threadsOption())
    .addOption(new Option("--svg <file>", "write the curves to this file, as a picture"))
    .addOption(jsonOption())
    .addHelpText("after", HELP)
    .action((data: string, options: MainJobOptions) => mainJob(data, options, context));
};

async function mainJob(data: string, { epochs, seed, threads, svg, json }: MainJobOptions, context: Context): Promise<void> {
  const { terminal } = context;
  // Before minutes of training, not after them.
  if (svg !== undefined) await checkFolderOf("--svg", svg);
  const sets = await openImageSets("main job", data);
  const report = json ? mainJobJson(terminal) : mainJobText(terminal);
  try {
    const end = await interruptible((signal) => runMainJob(sets, { epochs, seed, threads }, { signal, onEvent: report.show }));
    report.end(end);
    if (svg !== undefined) await writeFileAtomic(svg, Buffer.from(mainJobSvg(end)));
    const shortfall = mainJobShortfall(end);
    if (shortfall !== undefined) {
      terminal.writeError(`${shortfall}\n`);
      context.exitCode = 1;
    }
  } finally {
    report.clear();
  }
}

const COLOURS = ["#e07b00", "#2f81f7"];

function mainJobSvg(end: MainJobEnd): string {
  return curveSvg({
    title: `Test error on ${end.data === "mnist" ? "MNIST" : end.data}: one network, with and without dropout`,
    description: mainJobSentence(end),
    curves: end.networks.map(({ network, testErrors }, index) => ({
      label: network,
      values: testErrors.map((error) => 100 * error),
      colour: COLOURS[index],
    })),
    across: "epoch",
    format: (value, digits) => formatPercent(value / 100, digits),
  });
}
