import type { Command } from "commander";
import { GENERATOR } from "../random/philox.ts";
import { saveTableModel } from "../tables/table-model.ts";
import type { Context } from "./context.ts";
import { fileSource } from "./file-source.ts";
import { Interrupted, interruptible } from "./interrupt.ts";
import { runName, writeRunFolder } from "./run-folder.ts";
import { tableBatchSize, tableDefaults } from "./table-defaults.ts";
import { TABLE_OPTIONS, type TableRequest } from "./table-options.ts";
import { jsonTableReport, textTableReport } from "./table-report.ts";
import { trainTable } from "./table-run.ts";
import { type TrainRequest, trainSettings } from "./train-settings.ts";
import { version } from "./version.ts";

interface Request extends TrainRequest, TableRequest {
  readonly out?: string;
  readonly json?: boolean;
}

/** `drowse train` for a file of a table: {@link tableDefaults} stand where nothing is said. */
export async function trainOnTable(path: string, options: Request, command: Command, context: Context): Promise<void> {
  const { terminal } = context;
  const source = await fileSource("train", path);
  const { out, json, ...given } = options;
  const isGiven = (name: string) => command.getOptionValueSource(name) === "cli";
  const standard = Object.entries(tableDefaults).filter(([name]) => !isGiven(name));
  const all: Request = { ...given, ...Object.fromEntries(standard) };
  const table = Object.fromEntries(
    TABLE_OPTIONS.map((name) => [name, all[name]]).filter(([, value]) => value !== undefined),
  ) as TableRequest;
  const trained = Object.fromEntries(
    Object.entries(all).filter(([name]) => !(TABLE_OPTIONS as readonly string[]).includes(name)),
  );
  const batchSize = isGiven("batchSize") ? given.batchSize : tableBatchSize(await estimatedRows(source));
  const settings = trainSettings({ ...(trained as unknown as TrainRequest), batchSize });
  const report = json ? jsonTableReport(terminal) : textTableReport(terminal);
  try {
    await interruptible(async (signal) => {
      const outcome = await trainTable({ path, source }, table, settings, { signal, onEvent: report.show });
      const { model, preparation, task, epochs, end, stopped } = outcome;
      const { threads: _, ...deciding } = settings;
      const { target, kind } = task;
      const folder = await writeRunFolder(out, runName(path), {
        model: saveTableModel(model, preparation),
        metrics: [...epochs, end],
        config: {
          drowse: version,
          generator: GENERATOR,
          command: "train",
          data: path,
          ...table,
          target,
          task: kind,
          ...deciding,
        },
      });
      report.end(end, folder);
      if (stopped === undefined) return;
      terminal.writeError(`${stopped.message}\n`);
      context.exitCode = stopped instanceof Interrupted ? stopped.exitCode : 1;
    });
  } catch (error) {
    if (error instanceof Interrupted) terminal.writeError("no epoch has finished: nothing is written\n");
    throw error;
  }
}

/** Rows by the length of the first line: enough to choose a batch size, and the same whenever the file is. */
async function estimatedRows({ size, slice }: Awaited<ReturnType<typeof fileSource>>): Promise<number> {
  const head = new Uint8Array(await slice(0, Math.min(size, 2 ** 16)).arrayBuffer());
  const lines = head.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0);
  return Math.round((size / Math.max(1, head.length)) * Math.max(1, lines));
}
