import type { RunFacts } from "../report/run-facts.ts";
import { DivergenceError, type DrowseError } from "../tensor/errors.ts";
import type { Context } from "./context.ts";
import { Interrupted, interruptible } from "./interrupt.ts";
import { type KeepRequest, KeptRun } from "./kept-run.ts";
import { writeReport } from "./write-report.ts";

/** What came of a training. */
export interface Trained<End> {
  readonly model: Uint8Array;
  readonly epochs: readonly object[];
  readonly end: End;
  /** Files beside the model, by name. */
  readonly others?: Readonly<Record<string, Uint8Array>>;
  /** What stopped it early, after at least one epoch. */
  readonly stopped: Interrupted | DrowseError | undefined;
  /** Looks at what was learned, for the report. */
  readonly facts: () => Promise<RunFacts>;
}

/** Shows a training. */
interface Report<End> {
  end(end: End, out: string): void;
  clear(): void;
}

/** Does a training that Ctrl-C stops, keeps it, and tells how it ended and how it goes on. */
export async function keepRun<End extends object>(
  request: KeepRequest,
  { terminal, report, context }: { terminal: Context["terminal"]; report: Report<End>; context: Context },
  train: (run: KeptRun, signal: AbortSignal) => Promise<Trained<End>>,
): Promise<void> {
  const say = (text: string) => {
    report.clear();
    terminal.writeError(`${text}\n`);
  };
  const run = new KeptRun(request, say);
  const sayHowToGoOn = (error: unknown) => {
    if (run.isKept && !(error instanceof DivergenceError)) say(`to go on with it: drowse train --resume ${run.path}`);
  };
  try {
    await interruptible(async (signal) => {
      const { model, epochs, end, others = {}, stopped, facts } = await train(run, signal);
      await run.finish({ model, metrics: [...epochs, end], others }, stopped === undefined);
      await writeReport(run.path as string, await facts());
      report.end(end, run.path as string);
      if (stopped === undefined) return;
      say(stopped.message);
      sayHowToGoOn(stopped);
      context.exitCode = stopped instanceof Interrupted ? stopped.exitCode : 1;
    });
  } catch (error) {
    if (run.path !== undefined && run.isKept) sayHowToGoOn(error);
    else if (error instanceof Interrupted) say("no epoch has finished: nothing is written");
    await run.discard();
    throw error;
  } finally {
    report.clear();
  }
}
