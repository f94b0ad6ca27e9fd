import { type Command, Option } from "commander";
import { activations } from "../study/activations.ts";
import { dropoutKinds } from "../study/dropout-kinds.ts";
import { dropoutSchedules } from "../study/dropout-schedules.ts";
import { type ScheduleName, schedules } from "../study/learning-rate.ts";
import { type OptimizerName, optimizerDefaults } from "../study/optimizer.ts";
import { checkpointOption } from "./checkpoint-option.ts";
import { defaults } from "./defaults.ts";
import { dropoutSchedule } from "./dropout-schedule.ts";
import { classWeights, decimal, hiddenLayers, orNone, type Reader, rate, wholeNumber } from "./option-values.ts";
import { addQueue } from "./queue-options.ts";
import { epochsOption, jsonOption, metricsOption, seedOption, threadsOption } from "./shared-options.ts";
import { addImageChannels, addMembers, addTableReading, addTableRows, addTableTask } from "./table-options.ts";

// The options of `drowse train`, by what they are about. What has no default here has one that depends on others.

const option = <Value>(flags: string, description: string, read: Reader<Value>) => new Option(flags, description).argParser(read);

const above0 = (flag: string) => decimal(flag, (value) => value > 0, "give a number above 0");
const atLeast0 = (flag: string) => decimal(flag, (value) => value >= 0, "give a number of at least 0");
const MOST_STEPS = Number.MAX_SAFE_INTEGER;

/** `0.1, adam 0.001, …`: a default that depends on the optimizer. */
function byOptimizer(name: "learningRate" | "momentum" | "weightDecay"): string {
  const values = Object.entries(optimizerDefaults).flatMap(([optimizer, { [name]: value }]) =>
    value === undefined ? [] : [`${optimizer} ${value}`],
  );
  return `(default: ${values.join(", ")})`;
}

/** Adds the options of a training to its command. */
export function addTrainOptions(command: Command): Command {
  for (const add of [
    addTableTask,
    addTableRows,
    addMembers,
    addTableReading,
    addImageChannels,
    addNetwork,
    addLoss,
    addOptimizer,
    addSchedule,
    addMeasuring,
    addQueue,
    addRun,
  ])
    add(command);
  return command;
}

function addNetwork(command: Command): void {
  const { hidden, activation, dropoutKind, dropout, inputDropout, scaling } = defaults;
  command
    .optionsGroup("Network:")
    .addOption(
      option("--hidden <units>", "units of the hidden layers, or none", hiddenLayers("--hidden")).default(
        hidden,
        hidden.join(","),
      ),
    )
    .addOption(
      new Option("--activation <name>", "of the hidden layers; first weights go with it")
        .choices(Object.keys(activations))
        .default(activation),
    )
    .addOption(
      new Option("--dropout-kind <kind>", "what happens behind the hidden layers; alpha goes with selu")
        .choices(Object.keys(dropoutKinds))
        .default(dropoutKind),
    )
    .addOption(option("--dropout <rate>", "probability to drop a hidden unit", rate("--dropout")).default(dropout))
    .addOption(
      option("--input-dropout <rate>", "probability to drop an input, as a pixel", rate("--input-dropout")).default(inputDropout),
    )
    .addOption(
      option(
        "--dropout-schedule <schedule>",
        `how these rates move over the run: ${Object.keys(dropoutSchedules).join(", ")}, with a number, as early:0.3`,
        dropoutSchedule("--dropout-schedule"),
      ),
    )
    .addOption(
      new Option("--scaling <kind>", "scale what is awake in training, or everything in prediction")
        .choices(["inverted", "standard"])
        .default(scaling),
    );
}

function addLoss(command: Command): void {
  command
    .optionsGroup("Loss (cross-entropy):")
    .addOption(
      option(
        "--label-smoothing <share>",
        "share of each label that is spread over all classes",
        decimal("--label-smoothing", (value) => value >= 0 && value <= 1, "give a share from 0 to 1, such as 0.1"),
      ),
    )
    .addOption(
      option(
        "--class-weights <weights>",
        "what a row or image of each class counts in training: balanced, for all classes to count alike, or a number per class, 1,2,…",
        classWeights("--class-weights"),
      ),
    );
}

function addOptimizer(command: Command): void {
  const names = Object.keys(optimizerDefaults) as OptimizerName[];
  command
    .optionsGroup("Optimizer:")
    .addOption(new Option("--optimizer <name>", "how weights follow the gradient").choices(names).default(defaults.optimizer))
    .addOption(
      option("--learning-rate <number>", `step size of the first step ${byOptimizer("learningRate")}`, above0("--learning-rate")),
    )
    .addOption(
      option(
        "--momentum <number>",
        `share of the last step that goes into the next ${byOptimizer("momentum")}`,
        decimal("--momentum", (value) => value >= 0 && value < 1, "give a number from 0 to below 1"),
      ),
    )
    .addOption(new Option("--nesterov", "look ahead along the momentum (sgd)"))
    .addOption(
      option(
        "--weight-decay <number>",
        "decoupled from the gradient with adamW, an L2 penalty with the others (default: 0.01 with adamW, else 0)",
        atLeast0("--weight-decay"),
      ),
    )
    .addOption(
      option(
        "--max-norm <number>",
        "longest norm of a unit's incoming weights, or none",
        orNone(decimal("--max-norm", (value) => value > 0, "give a number above 0, or none")),
      ).default(defaults.maxNorm),
    )
    .addOption(option("--clip-norm <number>", "longest norm of the gradient as a whole", above0("--clip-norm")))
    .addOption(
      option("--clip-value <number>", "largest size of each number of the gradient", above0("--clip-value")).conflicts(
        "clipNorm",
      ),
    );
}

function addSchedule(command: Command): void {
  const names = Object.keys(schedules) as ScheduleName[];
  command
    .optionsGroup("Learning rate over the run:")
    .addOption(new Option("--schedule <name>", "how the learning rate falls").choices(names).default(defaults.schedule))
    .addOption(
      option("--warmup <steps>", "steps of rising from 0 to begin with", wholeNumber("--warmup", 0, MOST_STEPS)).default(
        defaults.warmup,
      ),
    )
    .addOption(
      option(
        "--decay-steps <n>",
        "steps from one fall to the next (step, default: a third of the run), for the factor (exponential, the run) or to a half (inverse-time, a tenth)",
        wholeNumber("--decay-steps", 1, MOST_STEPS),
      ),
    )
    .addOption(
      option(
        "--decay-factor <number>",
        "what is left after these steps (default: step 0.1, exponential 0.01)",
        decimal("--decay-factor", (value) => value > 0 && value < 1, "give a number above 0 and below 1"),
      ),
    );
}

function addMeasuring(command: Command): void {
  const patience = (flag: string) => wholeNumber(flag, 1, 1_000_000);
  command
    .optionsGroup("Measuring and stopping:")
    .addOption(
      option(
        "--validation <share>",
        "hold out a share of the rows or images to train on, to watch the training by",
        decimal("--validation", (value) => value > 0 && value < 1, "give a share above 0 and below 1, such as 0.1"),
      ),
    )
    .addOption(
      option(
        "--early-stopping [epochs]",
        "end after so many epochs without a better validation loss, and keep the best epoch",
        patience("--early-stopping"),
      ).preset("5"),
    )
    .addOption(
      option(
        "--reduce-on-plateau [epochs]",
        "a tenth of the learning rate after so many epochs without a better validation loss",
        patience("--reduce-on-plateau"),
      ).preset("3"),
    )
    .addOption(metricsOption("also measured after each epoch"));
}

function addRun(command: Command): void {
  command
    .optionsGroup("Run:")
    .addOption(epochsOption(defaults.epochs))
    .addOption(
      option("--batch-size <n>", "rows or images per step", wholeNumber("--batch-size", 1, 65_536)).default(defaults.batchSize),
    )
    .addOption(seedOption(defaults.seed))
    .addOption(threadsOption())
    .addOption(new Option("--out <folder>", "the run folder, new or empty (default: the next runs/<data>-<n>)"))
    .addOption(checkpointOption())
    .addOption(new Option("--resume <run>", "go on with a run that was stopped, to the same bits"))
    .addOption(
      new Option("--config <file>", "the settings of a config.json, and others where they are given").conflicts("resume"),
    )
    .addOption(new Option("--tensorboard", "write an event file for TensorBoard into the run folder too"))
    .addOption(jsonOption())
    .helpOption("-h, --help", "print this help");
}
