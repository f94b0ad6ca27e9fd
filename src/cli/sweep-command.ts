import { Option } from "commander";
import { activations } from "../study/activations.ts";
import { dropoutKinds } from "../study/dropout-kinds.ts";
import { optimizerDefaults } from "../study/optimizer.ts";
import type { AddCommand, Context } from "./context.ts";
import { interruptible } from "./interrupt.ts";
import { decimal, hiddenLayers, orNone, type Reader, rate, wholeNumber } from "./option-values.ts";
import { addQueue } from "./queue-options.ts";
import { jsonOption, seedOption } from "./shared-options.ts";
import { jsonSweepReport, textSweepReport } from "./sweep-report.ts";
import { sweepTable } from "./sweep-run.ts";
import type { SweepOptions } from "./sweep-settings.ts";
import { objectives, prunings, samplers, searchOption } from "./sweep-space.ts";
import { addTableReading, addTableTask } from "./table-options.ts";

const HELP = `
How much dropout, and where? Trials of settings are trained on the same folds of
a table, from the same first weights, on all cores; a trial's value is the mean
over the folds, with its standard error.

What is searched is a rate for the inputs (0 to 0.5) and for each hidden layer
(0 to 0.8), and the learning rate, but for what is given as an option; or what
--search says, once for each setting: name=low..high, with :log or a step behind
it, or name=a|b|c. Settings are hidden (as 64-64), activation, dropout (one rate
for all hidden layers), dropout1, dropout2, …, input-dropout, dropout-kind,
scaling, optimizer, learning-rate, momentum, weight-decay, max-norm, batch-size,
epochs, patience and label-smoothing.

tpe (tree-structured Parzen estimator) learns from the trials before; random,
sobol and grid do not. With --pruning median a trial is given up when its mean
over some folds is worse than the median of the others on the same; halving
trains all on one fold, the best third on three, and so on. A trial looks only
at trials --lag behind it, so that the sweep is the same for any number of
threads; asynchronous-halving alone is not.

The folder is --out or the next runs/<data>-sweep-<n>. Its journal.jsonl has
every training that is over, on the disk before the next is begun: the same
command with --out goes on after Ctrl-C or a kill, loses none and repeats none.
sweep.html shows the value against each setting, what matters, and all trials;
best.json has the configuration. In the end the best is trained on folds that
the search has not seen, beside the same with nothing asleep: whether dropout
helps is said with a 95% interval. With --train-best it is trained on all rows,
and model.safetensors can be given to drowse predict and drowse evaluate.

With --queue the trainings go to whatever workers there are (see drowse worker);
the result is the same as that of one machine.

With --json a line is an event: start, trial for each, and last
{"event":"done","best":{"trial":17,"value":0.47,"weightsHash":"…",…},…}; the
weightsHash of a trial is the SHA-256 of those of its folds, joined in order.

Examples:
  drowse sweep iris.csv
  drowse sweep iris.csv --trials 60 --train-best --out runs/iris-best
  drowse sweep iris.csv --search dropout=0..0.8:0.1 --sampler grid
  drowse sweep iris.csv --search dropout=0..0.8 --search "hidden=32|64-64"
  drowse sweep iris.csv --pruning halving --sampler sobol --trials 81 --json
  drowse sweep iris.csv --queue redis://10.0.0.5`;

const option = <Value>(flags: string, description: string, read: Reader<Value>) => new Option(flags, description).argParser(read);
const above0 = (flag: string) => decimal(flag, (value) => value > 0, "give a number above 0");
const named = (flags: string, description: string, names: object) => new Option(flags, description).choices(Object.keys(names));

export const addSweep: AddCommand = (program, context) => {
  const command = program
    .command("sweep")
    .summary("search rates of dropout and other settings, on a table")
    .description("Searches rates of dropout and other settings: which are best, and does dropout help at all?")
    .argument("<data>", "the file of a table");
  command
    .optionsGroup("Search:")
    .addOption(new Option("--search <name=range>", "what is searched, once for each setting; see below").argParser(searchOption))
    .addOption(option("--trials <n>", "trials at most", wholeNumber("--trials", 1, 100_000)).default(40))
    .addOption(named("--sampler <name>", "how settings are chosen", samplers).default("tpe"))
    .addOption(named("--pruning <name>", "how trials are given up", prunings).default("median"))
    .addOption(named("--objective <name>", "what is to be small", objectives).default("loss"))
    .addOption(option("--folds <n>", "folds; 1: a fifth of the rows", wholeNumber("--folds", 1, 1000)).default(5))
    .addOption(option("--repeats <n>", "times with other folds and first weights", wholeNumber("--repeats", 1, 1000)).default(1))
    .addOption(
      option("--lag <n>", "how far behind a trial those are that it looks at", wholeNumber("--lag", 1, 10_000)).default(8),
    )
    .optionsGroup("Settings that are not searched:")
    .addOption(option("--hidden <units>", "units of the hidden layers, or none (default: 128,128)", hiddenLayers("--hidden")))
    .addOption(named("--activation <name>", "of the hidden layers (default: relu)", activations))
    .addOption(named("--dropout-kind <kind>", "what happens behind the hidden layers (default: dropout)", dropoutKinds))
    .addOption(option("--dropout <rate>", "of all hidden layers", rate("--dropout")))
    .addOption(option("--input-dropout <rate>", "of the inputs", rate("--input-dropout")))
    .addOption(named("--scaling <kind>", "of dropout (default: inverted)", { inverted: 0, standard: 0 }))
    .addOption(named("--optimizer <name>", "(default: adamW)", optimizerDefaults))
    .addOption(option("--learning-rate <number>", "of every step", above0("--learning-rate")))
    .addOption(
      option(
        "--weight-decay <number>",
        "(default: 0.01)",
        decimal("--weight-decay", (value) => value >= 0, "give a number of at least 0"),
      ),
    )
    .addOption(option("--max-norm <length>", "longest weights of a unit, or none (default)", orNone(above0("--max-norm"))))
    .addOption(option("--epochs <n>", "most epochs of a training (default: 100)", wholeNumber("--epochs", 1, 1_000_000)))
    .addOption(option("--batch-size <n>", "rows of a step (default: 32)", wholeNumber("--batch-size", 1, 65_536)))
    .addOption(
      option(
        "--early-stopping <epochs>",
        "epochs without a better loss on rows held out, after which a training ends (default: 10)",
        wholeNumber("--early-stopping", 1, 1_000_000),
      ),
    );
  addQueue(addTableReading(addTableTask(command)))
    .optionsGroup("Run:")
    .addOption(seedOption(1))
    .addOption(
      option("--workers <n>", "threads (default: one per core); the result is the same", wholeNumber("--workers", 1, 256)),
    )
    .addOption(new Option("--train-best", "train the best on all rows, and write the model"))
    .addOption(new Option("--out <folder>", "a new folder, or that of a sweep, which goes on"))
    .addOption(jsonOption())
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", HELP)
    .action((data: string, options: SweepOptions) => run(data, options, context));
};

async function run(data: string, options: SweepOptions, { terminal }: Context): Promise<void> {
  const report = options.json ? jsonSweepReport(terminal) : textSweepReport(terminal);
  let out: string | undefined;
  try {
    await interruptible(async (signal) => {
      const listener = {
        ...report,
        start(start: Parameters<typeof report.start>[0]) {
          out = start.out;
          report.start(start);
        },
      };
      report.end(await sweepTable(data, options, signal, listener));
    });
  } catch (error) {
    report.clear();
    if (out !== undefined) terminal.writeError(`the same command with --out ${out} goes on from here\n`);
    throw error;
  } finally {
    report.clear();
  }
}
