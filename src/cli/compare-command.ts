import { basename } from "node:path";
import { Option } from "commander";
import { answerText, comparedRows, likelihoodText } from "../report/compare-words.ts";
import { answerOf, type ComparedVariant, compareVariants, dropoutVariants } from "../study/compare.ts";
import { configuration } from "../study/configuration.ts";
import { threadExecutor } from "../study/thread-executor.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { compareOptionsLine } from "./command-line.ts";
import type { AddCommand, Context } from "./context.ts";
import { hashOfFile } from "./data-hash.ts";
import { fileSource } from "./file-source.ts";
import { formatCount, wrapWords } from "./format.ts";
import { interruptible } from "./interrupt.ts";
import { LiveLines } from "./live-lines.ts";
import { hiddenLayers, rateList, wholeNumber } from "./option-values.ts";
import { fitSegments, formatBar } from "./progress-line.ts";
import { addQueue, checkTraining, openQueue, type QueueRequest } from "./queue-options.ts";
import { readTask } from "./read-task.ts";
import { jsonOption, seedOption } from "./shared-options.ts";
import { formatTable } from "./table.ts";
import { tableBatchSize, tableDefaults, tableDropout } from "./table-defaults.ts";
import { addTableReading, addTableTask, readingOf, type TableRequest } from "./table-options.ts";
import { UsageError } from "./usage-error.ts";
import { version } from "./version.ts";

export interface CompareOptions extends TableRequest, QueueRequest {
  readonly rates: readonly number[];
  readonly folds: number;
  readonly repeats: number;
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly seed: number;
  readonly workers?: number;
  readonly to?: string;
  readonly json?: boolean;
}

const OPERATION = "compare";

const HELP = `
<data> is the file of a table, read as drowse train reads it. A network of the
defaults of drowse train is trained without dropout, with inverted dropout of
each rate, and with standard dropout of the middle one: all on the same folds,
from the same first weights, so that they differ in dropout alone. Each stops by
rows that are held out of its own to train on.

The answer is the mean difference fold by fold with its 95% interval. Folds
share rows to train on, so that they are not independent: the intervals are
those of the corrected resampled t test (Nadeau and Bengio 2003). Where 0 is in
one the difference may be chance, and that is said.

With --queue the trainings go to whatever workers there are (see drowse worker);
the result is the same as that of one machine.

With --json a line is an event: start, fold for each training, and done with
the variants, their means and differences, and both verdicts.
With --to the comparison is written as a page for a browser.

Examples:
  drowse compare iris.csv
  drowse compare measured.csv --target price --repeats 5
  drowse compare measured.csv --rates 0.2,0.5 --to comparison.html`;

export const addCompare: AddCommand = (program, context) => {
  const command = program
    .command("compare")
    .summary("does dropout help on a table, and how much?")
    .description("Tells whether dropout helps on a table, and how much, by folds.")
    .argument("<data>", "the file of a table")
    .addOption(
      new Option("--rates <rates>", "rates of dropout to compare")
        .argParser(rateList("--rates"))
        .default([0.1, 0.3, 0.5], "0.1,0.3,0.5"),
    )
    .addOption(
      new Option("--folds <n>", "parts of the rows, each measured on once").argParser(wholeNumber("--folds", 2, 1000)).default(5),
    )
    .addOption(
      new Option("--repeats <n>", "times, each with other folds and first weights")
        .argParser(wholeNumber("--repeats", 1, 1000))
        .default(2),
    )
    .addOption(
      new Option("--hidden <units>", "units of the hidden layers")
        .argParser(hiddenLayers("--hidden"))
        .default(tableDefaults.hidden, tableDefaults.hidden.join(",")),
    )
    .addOption(
      new Option("--epochs <n>", "most epochs of a training")
        .argParser(wholeNumber("--epochs", 1, 1_000_000))
        .default(tableDefaults.epochs),
    )
    .addOption(seedOption(1))
    .addOption(
      new Option("--workers <n>", "trainings at once (default: one per core); the result is the same for any number").argParser(
        wholeNumber("--workers", 1, 256),
      ),
    )
    .addOption(new Option("--to <file>", "write the comparison as a page to this file"))
    .addOption(jsonOption());
  addQueue(addTableReading(addTableTask(command)))
    .addHelpText("after", HELP)
    .action((data: string, options: CompareOptions) => compare(data, options, context));
};

async function compare(path: string, options: CompareOptions, { terminal }: Context): Promise<void> {
  const { rates, folds, repeats, seed, hidden, epochs, workers, to, json } = options;
  if (hidden.length === 0) {
    throw new UsageError("drowse", "--hidden is none", "give hidden layers: dropout is behind them");
  }
  checkTraining(options, workers);
  const task = await readTask(await fileSource(OPERATION, path), options);
  const base = configuration({
    ...{ hidden, dropout: hidden.map(() => tableDropout(task.kind, task.rows.length)), epochs },
    ...{ patience: tableDefaults.earlyStopping, batchSize: tableBatchSize(task.rows.length) },
  });
  const variants = dropoutVariants(base, rates);
  const resampling = { folds, repeats, seed };
  const names = variants.map(({ name }) => name);
  const about = { data: basename(path), rows: task.rows.length, target: task.target, task: task.kind };
  const print = (event: object) => terminal.write(`${JSON.stringify(event)}\n`);
  const say = (text: string) => {
    for (const line of wrapWords(text, Math.max(40, terminal.columns - 1))) terminal.write(`${line}\n`);
  };
  if (json) print({ event: "start", ...about, folds, repeats, seed, hidden, epochs, variants: names });
  else {
    say(`${about.data}: ${formatCount(about.rows)} rows, target ${about.target} (${about.task})`);
    say(
      `${variants.length} variants on the same ${folds} folds, ${repeats === 1 ? "once" : `${repeats} times`}: ${names.join(", ")}`,
    );
  }
  const lines = new LiveLines(terminal);
  const all = variants.length * folds * repeats;
  let ended = 0;
  const begun = performance.now();
  const compared = await interruptible(async (signal) => {
    const data = { kind: "table", task, reading: readingOf(options) } as const;
    const study = { version, about, base, variants, resampling };
    const queue =
      options.queue === undefined
        ? undefined
        : await openQueue(options, { operation: OPERATION, path, hash: await hashOfFile(path), study });
    const executor = queue ?? threadExecutor(data, workers === undefined ? {} : { workers });
    queue?.listen((note) => {
      lines.clear();
      if (json) print({ event: "queue", ...note });
      else say(`queue: ${note.message}`);
    });
    const stop = () => void executor.close();
    signal.addEventListener("abort", stop);
    try {
      return await compareVariants({
        ...{ variants, resampling, executor },
        onFold({ name }, { measures, weightsHash, repeat, fold, epochs: trained, bestEpoch, seconds }) {
          ended++;
          if (json)
            print({ event: "fold", variant: name, repeat, fold, ...measures, epochs: trained, bestEpoch, weightsHash, seconds });
          else if (terminal.isLive) lines.draw([progress(ended, all, (performance.now() - begun) / 1000, terminal.columns)]);
        },
      });
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      lines.clear();
      signal.removeEventListener("abort", stop);
      await executor.close();
    }
  });
  if (to !== undefined) {
    const { comparePage } = await import("../report/compare-page.ts");
    const facts = { ...about, task: { kind: task.kind, target: task.target }, version, folds, repeats, hidden, compared };
    await writeFileAtomic(to, Buffer.from(await comparePage({ ...facts, command: compareOptionsLine(path, options) })));
  }
  const answers = { error: answerOf(compared, "error"), likelihood: answerOf(compared, "negativeLogLikelihood") };
  if (json) {
    const told = compared.map(toldOf);
    const seconds = Number(((performance.now() - begun) / 1000).toFixed(3));
    const verdicts = {
      verdict: answers.error.verdict,
      best: answers.error.best.name,
      likelihoodVerdict: answers.likelihood.verdict,
    };
    return print({ event: "done", ...verdicts, variants: told, seconds, ...(to === undefined ? {} : { to }) });
  }
  terminal.write(`\n${formatTable(comparedRows(task, compared)).join("\n")}\n\n`);
  say(answerText(task, answers.error, compared.length));
  say(likelihoodText(answers.likelihood));
  if (to !== undefined) say(`wrote ${to}`);
}

const toldOf = ({ name, measures, errorDifference, likelihoodDifference }: ComparedVariant) => ({
  ...{ name, ...measures },
  ...(errorDifference ? { errorDifference } : {}),
  ...(likelihoodDifference ? { likelihoodDifference } : {}),
});

function progress(ended: number, all: number, seconds: number, columns: number): string {
  const left = Math.ceil((seconds / ended) * (all - ended));
  const parts = [
    { text: `${ended} of ${all} trainings`, rank: 9 },
    { text: formatBar(ended / all, 12), rank: 5 },
    { text: `${left} s left`, rank: 7 },
  ];
  return fitSegments(parts, columns);
}
