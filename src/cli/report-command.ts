import { join } from "node:path";
import { weightsHash } from "../formats/weights-hash.ts";
import type { Preparation } from "../tables/preparation.ts";
import { splitTable } from "../tables/split-table.ts";
import { DrowseError } from "../tensor/errors.ts";
import type { AddCommand, Context } from "./context.ts";
import { hashOfFile, hashOfImages } from "./data-hash.ts";
import type { EnsembleEnd } from "./ensemble-events.ts";
import { type EnsembleModel, ensembleHash, openEnsemble } from "./ensemble-folder.ts";
import { readMemberLines } from "./ensemble-run.ts";
import { fileSource } from "./file-source.ts";
import { imageFacts } from "./image-facts.ts";
import { openImageSets } from "./image-sets.ts";
import { openTableModel } from "./model-argument.ts";
import { withTestSet } from "./png-sets.ts";
import { readTask } from "./read-task.ts";
import { VALIDATED_FILE } from "./run-folder.ts";
import { type RunRecord, readRunRecord } from "./run-record.ts";
import { tableDefaults } from "./table-defaults.ts";
import type { TableEnd, TableEpoch } from "./table-events.ts";
import { ensembleFacts, tableFacts } from "./table-facts.ts";
import type { ImageRequest, TableRequest } from "./table-options.ts";
import type { TrainEnd, TrainEpoch } from "./train-events.ts";
import { writeReport } from "./write-report.ts";

const OPERATION = "report";

const HELP = `
<run> is a folder that drowse train has written. The page report.html in it is
made again, of what the folder holds and of the data that it was trained on,
which is read again: from where it was, or from --data.

Examples:
  drowse report runs/iris-1
  drowse report runs/iris-1 --data elsewhere/iris.csv`;

export const addReport: AddCommand = (program, context) => {
  program
    .command("report")
    .summary("make the page of a run again")
    .description("Makes the page report.html of a run folder again.")
    .argument("<run>", "a run folder")
    .option("--data <path>", "the data of the run, where it is not where it was")
    .addHelpText("after", HELP)
    .action((run: string, options: { readonly data?: string }) => report(run, options, context));
};

async function report(folder: string, options: { readonly data?: string }, { terminal }: Context): Promise<void> {
  const { config, epochs, end } = await readRunRecord(OPERATION, folder);
  const ensemble = await openEnsemble(OPERATION, folder);
  if (ensemble) return reportEnsemble(folder, options.data, ensemble, terminal);
  const { model, preparation } = await openTableModel(OPERATION, folder);
  if ((await weightsHash(model.weights)) !== end.weightsHash) {
    throw new DrowseError(OPERATION, `the model in ${folder} is not the one that metrics.jsonl tells of`, "train it again");
  }
  const path = options.data ?? config.data;
  if (preparation) {
    const { task, split } = await readSplit(path, config, preparation);
    const record = { config, epochs: epochs as unknown as TableEpoch[], end: end as unknown as TableEnd };
    const facts = await tableFacts({
      ...record,
      model,
      preparation,
      validated: await validatedOf(folder, record.end),
      task,
      split,
    });
    return terminal.write(`wrote ${await writeReport(folder, facts)}\n`);
  }
  const { channels, test = tableDefaults.test } = config as unknown as ImageRequest;
  const opened = await openImageSets(OPERATION, path, channels);
  checkData(path, config, hashOfImages(opened));
  const sets = opened.folder ? withTestSet(opened, test, config.seed) : opened;
  const images = sets.train?.images.shape[0] ?? 0;
  const validation = Math.round(images * (config.validation ?? 0));
  const record = { config, epochs: epochs as unknown as TrainEpoch[], end: end as unknown as TrainEnd };
  const facts = await imageFacts(sets, { ...record, model, rows: { training: images - validation, validation } });
  terminal.write(`wrote ${await writeReport(folder, facts)}\n`);
}

/** The page of an ensemble. */
async function reportEnsemble(
  folder: string,
  data: string | undefined,
  { model, preparation, members, files }: EnsembleModel,
  terminal: Context["terminal"],
): Promise<void> {
  const { config, end: told } = await readRunRecord(OPERATION, folder);
  const end = told as unknown as EnsembleEnd;
  if ((await ensembleHash(members)) !== end.weightsHash) {
    throw new DrowseError(OPERATION, `the members in ${folder} are not those that metrics.jsonl tells of`, "train them again");
  }
  const { task, split } = await readSplit(data ?? config.data, config, preparation);
  const records = await readMemberLines(folder);
  const facts = await ensembleFacts({ config, model, preparation, task, split, records, files, end });
  terminal.write(`wrote ${await writeReport(folder, facts)}\n`);
}

type Config = RunRecord["config"];

/** @throws {DrowseError} on other data than the run's. */
function checkData(path: string, config: Config, hash: string): void {
  if (hash === config.dataHash) return;
  throw new DrowseError(OPERATION, `${path} is not the data of the run`, "give the data as they were with --data");
}

/** The table of a run again, and its rows in three parts. */
async function readSplit(path: string, config: Config, { target }: Preparation) {
  const source = await fileSource(OPERATION, path);
  checkData(path, config, await hashOfFile(path));
  const request = config as unknown as TableRequest;
  const task = await readTask(source, { ...request, target: target.name, task: target.task });
  const { validation = 0, seed } = config;
  return { task, split: splitTable(task, { validation, test: request.test ?? 0, seed }) };
}

/** The model of the first training of a run that was trained again. */
async function validatedOf(folder: string, { refit }: TableEnd) {
  if (refit === undefined) return undefined;
  const { model, preparation } = await openTableModel(OPERATION, join(folder, VALIDATED_FILE));
  if (preparation) return { model, preparation };
  throw new DrowseError(OPERATION, `${join(folder, VALIDATED_FILE)} is no model of a table`, "train it again");
}
