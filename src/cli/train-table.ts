import { saveTableModel } from "../tables/table-model.ts";
import type { Context } from "./context.ts";
import { hashOfFile } from "./data-hash.ts";
import { fileSource } from "./file-source.ts";
import { keepRun } from "./keep-run.ts";
import { readTask } from "./read-task.ts";
import { runName, VALIDATED_FILE } from "./run-folder.ts";
import { runHistory } from "./run-history.ts";
import { tableBatchSize, tableDefaults, tableDropout } from "./table-defaults.ts";
import { tableFacts } from "./table-facts.ts";
import { TABLE_OPTIONS, type TableRequest } from "./table-options.ts";
import { jsonTableReport, textTableReport } from "./table-report.ts";
import { trainTable } from "./table-run.ts";
import type { TrainCall } from "./train-call.ts";
import { trainMembers } from "./train-members.ts";
import { type TrainRequest, trainSettings } from "./train-settings.ts";
import { UsageError } from "./usage-error.ts";

/** `drowse train` for a file of a table: {@link tableDefaults} stand where nothing is said. */
export async function trainOnTable(call: TrainCall, context: Context): Promise<void> {
  const { terminal } = context;
  const { data, request, isGiven, json } = call;
  if (request.channels !== undefined)
    throw new UsageError("drowse", "--channels is given, and the data is the file of a table", "leave it out");
  const source = await fileSource("train", data);
  const dataHash = await hashOfFile(data);
  call.checkData(dataHash);
  const standard = Object.entries(tableDefaults).filter(([name]) => !isGiven(name));
  const all: TrainRequest & TableRequest = { ...request, ...Object.fromEntries(standard) };
  const isOfTable = (name: string) => (TABLE_OPTIONS as readonly string[]).includes(name);
  const given = Object.entries(all).filter(([name, value]) => isOfTable(name) && value !== undefined);
  const table = Object.fromEntries(given) as TableRequest;
  const trained = Object.fromEntries(Object.entries(all).filter(([name]) => !isOfTable(name)));
  const batchSize = isGiven("batchSize") ? request.batchSize : tableBatchSize(await estimatedRows(source));
  // What does not go together is found before the table is read, which says what dropout is usual.
  const asked = { ...(trained as unknown as TrainRequest), batchSize };
  trainSettings(asked);
  const task = await readTask(source, table);
  const dropout = isGiven("dropout") ? asked.dropout : tableDropout(task.kind, task.rows.length);
  const settings = trainSettings({ ...asked, dropout });
  if ((table.members ?? 1) > 1) return trainMembers({ call, dataHash, task, table, settings }, context);
  const report = json ? jsonTableReport(terminal) : textTableReport(terminal);
  await keepRun({ ...call, name: runName(data) }, { terminal, report, context }, async (run, signal) => {
    const { target, kind } = task;
    const begin = () => run.begin({ data, dataHash, table: { ...table, target, task: kind }, settings });
    const outcome = await trainTable({ path: data, task }, table, settings, {
      signal,
      onEvent: report.show,
      kept: run,
      begin,
    });
    const { model, preparation, validated } = outcome;
    const config = { data, ...table, target, task: kind, ...settings };
    const facts = () => tableFacts({ ...outcome, config });
    const history = runHistory(outcome.epochs, outcome.end.bestEpoch);
    const first = { history: history.filter(({ phase }) => phase === "first") };
    const others = validated ? { [VALIDATED_FILE]: saveTableModel(validated.model, validated.preparation, first) } : {};
    return { ...outcome, model: saveTableModel(model, preparation, validated ? { history } : first), others, facts };
  });
}

/** Rows by the length of the first line: enough to choose a batch size, and the same whenever the file is. */
async function estimatedRows({ size, slice }: Awaited<ReturnType<typeof fileSource>>): Promise<number> {
  const head = new Uint8Array(await slice(0, Math.min(size, 2 ** 16)).arrayBuffer());
  const lines = head.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0);
  return Math.round((size / Math.max(1, head.length)) * Math.max(1, lines));
}
