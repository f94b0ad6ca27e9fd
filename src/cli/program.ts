import { Command } from "commander";
import { addCompare } from "./compare-command.ts";
import { addCompletion } from "./completion-command.ts";
import type { Context } from "./context.ts";
import { addEvaluate } from "./evaluate-command.ts";
import { addExport } from "./export-command.ts";
import { describeOption } from "./help-format.ts";
import { addImport } from "./import-command.ts";
import { addInspect } from "./inspect-command.ts";
import { addMainJob } from "./main-job.ts";
import { addPlay } from "./play-command.ts";
import { addPredict } from "./predict-command.ts";
import { addReport } from "./report-command.ts";
import { addSweep } from "./sweep-command.ts";
import { addTrain } from "./train-command.ts";
import { version } from "./version.ts";
import { addWorker } from "./worker-command.ts";

const HELP = `
Exit codes: 0 done, 1 failed at run time, 2 wrong call, 130 stopped by Ctrl-C.
Errors are told on stderr; with --json also as the last event on stdout,
{"event":"error","message":"…","exitCode":1,…}.
Colours and moving lines appear on a terminal only; NO_COLOR takes colours
away.

Examples:
  drowse train mnist                            train, and write runs/mnist-1
  drowse evaluate runs/mnist-1 mnist            loss and error on test images
  drowse predict runs/mnist-1 mnist --rows 0-9  what it sees in the first ten
  drowse play                                   see which neurons sleep
  drowse train iris.csv                         a table of your own
  drowse sweep iris.csv                         how much dropout it wants
  drowse train --help                           everything about a command`;

/** Lines of help are shorter than the terminal, and never longer than this. */
const WIDEST = 79;

/** The command line of drowse. Its errors are thrown, not printed: see failure.ts. */
export function createProgram(context: Context): Command {
  const { terminal } = context;
  const program = new Command("drowse")
    .description("Train neural networks with dropout, and see what they have learned.")
    .version(version, "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .addHelpText("after", HELP)
    .configureHelp({ optionDescription: describeOption })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.writeError(text),
      // The errors are thrown, and told by who catches them.
      outputError() {},
      getOutHelpWidth: () => Math.min(terminal.columns - 1, WIDEST),
      getErrHelpWidth: () => Math.min(terminal.columns - 1, WIDEST),
      getOutHasColors: () => terminal.isLive,
      getErrHasColors: () => terminal.isLive,
    });
  for (const add of [
    addTrain,
    addEvaluate,
    addPredict,
    addCompare,
    addSweep,
    addWorker,
    addInspect,
    addReport,
    addExport,
    addImport,
    addPlay,
    addMainJob,
    addCompletion,
  ])
    add(program, context);
  return program;
}
