import type { Model } from "../model/model.ts";
import type { RunFacts } from "../report/run-facts.ts";
import type { Executor } from "../study/executor.ts";
import { isTrainedAgain } from "../study/member.ts";
import { threadExecutor } from "../study/thread-executor.ts";
import { type EnsembleRequest, type TrainedEnsemble, trainEnsemble } from "../study/train-ensemble.ts";
import { prepareRows } from "../tables/apply-preparation.ts";
import { fitPreparation } from "../tables/fit-preparation.ts";
import { inputSize, outputSize, type Preparation } from "../tables/preparation.ts";
import { splitTable, type TableSplit } from "../tables/split-table.ts";
import type { TableTask } from "../tables/table-task.ts";
import { coreCount } from "../wasm/host.ts";
import type { Context } from "./context.ts";
import type { DataHash } from "./data-hash.ts";
import { type EnsembleEnd, memberEvent } from "./ensemble-events.ts";
import { ensembleHash } from "./ensemble-folder.ts";
import { type EnsembleReport, jsonEnsembleReport, textEnsembleReport } from "./ensemble-report.ts";
import { EnsembleRun } from "./ensemble-run.ts";
import { configurationOf } from "./ensemble-settings.ts";
import { imageNetwork } from "./image-network.ts";
import { Interrupted, interruptible } from "./interrupt.ts";
import { measureRows, type Predictor } from "./measure-rows.ts";
import { optimizerOf } from "./optimizer-settings.ts";
import { checkTraining, openQueue } from "./queue-options.ts";
import { runName } from "./run-folder.ts";
import { ensembleFacts } from "./table-facts.ts";
import type { TableMeasures } from "./table-measures.ts";
import { readingOf, type TableRequest } from "./table-options.ts";
import { checkSettings, startOf } from "./table-run.ts";
import type { TrainCall } from "./train-call.ts";
import { round } from "./train-listener.ts";
import type { TrainSettings } from "./train-settings.ts";
import { UsageError } from "./usage-error.ts";
import { version } from "./version.ts";
import { writeReport } from "./write-report.ts";

/** What an ensemble is trained on, and how. */
export interface MembersRequest {
  readonly call: TrainCall;
  readonly dataHash: DataHash;
  readonly task: TableTask;
  readonly table: TableRequest;
  readonly settings: TrainSettings;
}

/** `drowse train --members`: several networks on a table, on threads of this machine or on the workers of a queue. */
export async function trainMembers(asked: MembersRequest, { terminal }: Context): Promise<void> {
  const { call, table, task, settings } = asked;
  if (call.tensorboard) {
    throw new UsageError("drowse", "--tensorboard is given with --members", "leave it out: it shows one training");
  }
  checkTraining(call.spread, undefined);
  checkSettings(task, settings);
  const { validation = 0, seed } = settings;
  const { members = 1, test = 0, refit = false } = table;
  const split = splitTable(task, { validation, test, seed });
  // What does not go together is found before the first member.
  optimizerOf(settings, split.training.length);
  const request = { configuration: configurationOf(settings), ...{ members, validation, test, refit, seed } };
  const report = call.json ? jsonEnsembleReport(terminal) : textEnsembleReport(terminal);
  const say = (text: string) => {
    report.clear();
    terminal.writeError(`${text}\n`);
  };
  const begun = performance.now();
  let run: EnsembleRun | undefined;
  try {
    await interruptible(async (signal) => {
      const { data, out, resumed } = call;
      const recorded = { ...table, target: task.target, task: task.kind };
      run = await EnsembleRun.begin(
        { out, name: runName(data), resumed },
        { data, dataHash: asked.dataHash, table: recorded, settings },
        say,
      );
      report.show(startEvent(asked, request, split, run.known.size));
      const trained = await trainAll(asked, request, { run, signal, report });
      const { end, facts } = await endOf(asked, { request, split, begun }, trained);
      await run.finish(end);
      await writeReport(run.path, await facts());
      report.end(end, run.path);
    });
  } catch (error) {
    await run?.settled();
    if (run && run.trained > 0)
      say(`${run.trained} of ${members} members are trained; drowse train --resume ${run.path} goes on`);
    else if (error instanceof Interrupted) say("no member has finished: nothing is written");
    await run?.discard();
    throw error;
  } finally {
    report.clear();
  }
}

/** What the training of an ensemble has to do with the world. */
interface Means {
  readonly run: EnsembleRun;
  readonly signal: AbortSignal;
  readonly report: EnsembleReport;
}

async function trainAll(
  asked: MembersRequest,
  request: EnsembleRequest,
  { run, signal, report }: Means,
): Promise<TrainedEnsemble> {
  const executor = await openExecutor(asked, request, report);
  const stop = () => void executor.close();
  signal.addEventListener("abort", stop);
  try {
    return await trainEnsemble(request, {
      ...{ executor, known: run.known, signal },
      async onMember(result) {
        await run.keep(result);
        report.show(memberEvent(result));
      },
    });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", stop);
    await executor.close();
  }
}

/** Threads of this machine, or the workers of a queue. */
async function openExecutor(
  { call, dataHash, task, table, settings }: MembersRequest,
  request: EnsembleRequest,
  report: EnsembleReport,
): Promise<Executor> {
  if (call.spread.queue === undefined) {
    const workers = Math.min(settings.threads ?? coreCount(), request.members);
    return threadExecutor({ kind: "table", task, reading: readingOf(table) }, { workers });
  }
  const study = { version, dataHash, target: task.target, request };
  const queue = await openQueue({ ...table, ...call.spread }, { operation: "train", path: call.data, hash: dataHash, study });
  queue.listen((note) => report.show({ event: "queue", ...note }));
  return queue;
}

function startEvent({ call, task, table, settings }: MembersRequest, request: EnsembleRequest, split: TableSplit, known: number) {
  const preparation = fitPreparation(task, split.training, readingOf(table));
  const model = imageNetwork([inputSize(preparation)], outputSize(preparation), settings);
  const start = startOf(call.data, { task, split, preparation, model, settings }, isTrainedAgain(request));
  return { ...start, members: request.members, known };
}

interface Ended {
  readonly request: EnsembleRequest;
  readonly split: TableSplit;
  readonly begun: number;
}

/** What the ensemble is worth on the rows that no member was trained on, and what each member is alone. */
async function endOf(
  { call, task, table, settings }: MembersRequest,
  { request, split, begun }: Ended,
  { ensemble, preparation: made, results }: TrainedEnsemble,
): Promise<{ end: EnsembleEnd; facts: () => Promise<RunFacts> }> {
  const preparation = made as Preparation;
  const { metrics = [], threads } = settings;
  const isAgain = isTrainedAgain(request);
  const measure = (model: Predictor, rows: Uint32Array) =>
    measureRows(model, preparation.target, [prepareRows(preparation, task, rows)], { metrics, ...(threads ? { threads } : {}) });
  const sets = (["validation", "test"] as const).filter((set) => split[set].length > 0 && !(set === "validation" && isAgain));
  const measured: Partial<Record<"validation" | "test", TableMeasures>> = {};
  for (const set of sets) measured[set] = await measure(ensemble, split[set]);
  const set = sets.at(-1);
  const alone = [];
  for (const member of set ? ensemble.members : []) alone.push(await measure(member as Model, split[set as "test"]));
  const refitRows = results[0].refitRows;
  const end: EnsembleEnd = {
    event: "done",
    members: results.length,
    ...(refitRows === undefined ? {} : { refit: { rows: refitRows } }),
    ...measured,
    ...(set ? { alone } : {}),
    weightsHash: await ensembleHash(results),
    seconds: round((performance.now() - begun) / 1000, 3),
  };
  const config = { data: call.data, ...table, target: task.target, task: task.kind, ...settings };
  const files = results.map(({ model }) => model);
  const facts = () => ensembleFacts({ config, model: ensemble, preparation, task, split, records: results, files, end });
  return { end, facts };
}
