import type { BatchSource } from "../data/source.ts";
import { WorkerError } from "../tensor/errors.ts";
import type { Machine } from "../wasm/machine.ts";
import type { Plan } from "./plan.ts";
import { filledBytes, readResult, type StepSettings, writeRecord } from "./record.ts";

/** Steps are sent to the machine for about this long at a time: rarely enough to cost nothing, often enough to watch. */
const CHUNK_MILLISECONDS = 50;

/** A step that has run. */
export interface FinishedStep<Settings extends StepSettings> {
  readonly settings: Settings;
  readonly lossSum: number;
  readonly right: number;
  /** Multiply-adds done in the products; what is left out is not counted. */
  readonly multiplyAdds: number;
  /** What layers add to the mean loss. */
  readonly penalty: number;
}

/** Steps stopped at one whose numbers are not finite. */
export interface StoppedStep<Settings extends StepSettings> {
  readonly settings: Settings;
}

/** Where records are written before they are sent, by plan: kept for the next call, since a plan's machine serves one at a time. */
const staging = new WeakMap<Plan, ArrayBuffer>();

/** How a sequence of steps is fed to a machine. */
export interface Feed<Settings extends StepSettings> {
  readonly machine: Machine;
  readonly plan: Plan;
  readonly program: number;
  readonly source: BatchSource;
  /** The next step's settings, or undefined when there are no more. */
  readonly next: () => Settings | undefined;
  /** Looks at the steps of a finished chunk, in order, and at their results, `resultBytes` apart. */
  readonly finished: (steps: readonly FinishedStep<Settings>[], results: ArrayBuffer) => void | Promise<void>;
}

/** How many steps a chunk takes: one at first, then as many as last for CHUNK_MILLISECONDS. Results do not depend on it. */
export class Pace {
  #steps = 1;

  steps(most: number): number {
    return Math.min(most, this.#steps);
  }

  measured(steps: number, milliseconds: number): void {
    const fitting = Math.floor((CHUNK_MILLISECONDS * steps) / Math.max(milliseconds, 0.01));
    this.#steps = Math.max(1, Math.min(fitting, this.#steps * 8));
  }
}

/**
 * Runs steps: while the steps of one slot run, the records of the other are written. Returns the step that stopped
 * the run, if one did. Rejects with what `next` or the source threw, after the steps before it.
 */
export async function runSteps<Settings extends StepSettings>(
  feed: Feed<Settings>,
  pace: Pace,
): Promise<StoppedStep<Settings> | undefined> {
  const { machine, plan, program, source, next, finished } = feed;
  const { record: layout, slots, slotSteps } = plan;
  let buffer = staging.get(plan) ?? new ArrayBuffer(0);
  // What a source or a schedule threw. The steps before it are run and counted first: their weights have changed.
  let refusal: { readonly error: unknown } | undefined;

  const submit = async (slot: Plan["slots"][number]) => {
    const settings: Settings[] = [];
    const wanted = pace.steps(slotSteps);
    if (buffer.byteLength < wanted * layout.bytes) {
      buffer = new ArrayBuffer(wanted * layout.bytes);
      staging.set(plan, buffer);
    }
    while (settings.length < wanted && !refusal) {
      try {
        const step = next();
        if (!step) break;
        const gathering = writeRecord(buffer, settings.length * layout.bytes, layout, source, step);
        if (gathering) await gathering;
        settings.push(step);
      } catch (error) {
        refusal = { error };
      }
    }
    if (settings.length === 0) return undefined;
    const filled = (settings.length - 1) * layout.bytes + filledBytes(layout, settings[settings.length - 1].rows.length);
    machine.write(slot.record, new Uint8Array(buffer, 0, filled));
    const steps = { record: slot.record, recordBytes: layout.bytes, result: slot.result, resultBytes: layout.resultBytes };
    const outcome = machine.run(program, { ...steps, count: settings.length });
    // Awaited below; until then a failure must not count as unhandled.
    outcome.catch(() => {});
    return { slot, settings, outcome };
  };

  let last = performance.now();
  let running = await submit(slots[0]);
  for (let chunk = 1; running; chunk++) {
    const following = await submit(slots[chunk % 2]);
    const { clean, lost } = await running.outcome;
    const now = performance.now();
    pace.measured(running.settings.length, now - last);
    last = now;
    if (lost) throw new WorkerError("run", "a worker thread died", "start again from the last finished epoch or saved state");
    if (clean > 0) {
      const results = await machine.read(running.slot.result, clean * layout.resultBytes);
      const steps = running.settings.slice(0, clean).map((settings, index) => ({
        settings,
        ...readResult(results, index * layout.resultBytes, layout),
      }));
      await finished(steps, results);
    }
    if (clean < running.settings.length) {
      await following?.outcome;
      return { settings: running.settings[clean] };
    }
    running = following;
  }
  if (refusal) throw refusal.error;
  return undefined;
}
