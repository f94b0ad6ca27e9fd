import type { BatchSource } from "../data/source.ts";
import { WorkerError } from "../tensor/errors.ts";
import type { Machine } from "../wasm/machine.ts";
import type { Outcome } from "../wasm/program.ts";
import type { Plan } from "./plan.ts";
import type { SamplingSize } from "./plan-builder.ts";
import { writeRecord, writeSettings } from "./record.ts";
import { Pace } from "./steps.ts";

// How a Monte Carlo prediction runs: batch after batch of R rows, and for each the trunk once and then S of the T samples per step.
// Every step is full: the last batch begins R rows before the end, and the last step S samples before, and what was there before
// comes once more, with the same bits.

/** Rows times samples of a step: as many as let each product go through its weights rarely, and still lie in a cache. */
const BATCH = 128;
/** Between these the number of samples of a step is chosen. */
const FEWEST = 4;
const MOST = 16;
/** Most numbers that the samples of one batch's rows are held in. */
const MOST_NUMBERS = 4 << 20;

/** How many rows and samples make a step of a prediction of T samples. */
export function samplingSize(count: number, T: number, outputs: number): SamplingSize {
  const wanted = Math.min(T, samplesWithoutRest(T));
  const fitting = Math.min(count, Math.floor(BATCH / wanted), Math.max(1, Math.floor(MOST_NUMBERS / (T * outputs))));
  // As many batches as that takes, all of one size.
  const rows = Math.ceil(count / Math.ceil(count / fitting));
  const samples = rows * MOST < BATCH ? Math.min(T, Math.floor(BATCH / rows)) : wanted;
  return { rows, samples };
}

/** The number of samples per step of which the fewest are made twice. */
function samplesWithoutRest(T: number): number {
  let best = MOST;
  for (let S = MOST; S >= FEWEST; S--) if (Math.ceil(T / S) * S < Math.ceil(T / best) * best) best = S;
  return best;
}

interface SamplingSession {
  readonly machine: Machine;
  readonly plan: Plan;
  readonly size: SamplingSize;
  readonly source: BatchSource;
  /** The index that masks take the source's first row for. */
  readonly first: number;
  /** T. */
  readonly samples: number;
  readonly signal: AbortSignal | undefined;
  readonly outputs: number;
}

/** Some steps of one batch. */
interface Chunk {
  readonly slot: Plan["slots"][number];
  /** First sample of each step. */
  readonly starts: readonly number[];
  readonly batch: Batch;
  readonly isLast: boolean;
  readonly outcomes: readonly Promise<Outcome>[];
}

/** Rows from `first` on, and their samples [T, R, outputs] as they come. */
interface Batch {
  readonly first: number;
  readonly data: Float32Array;
}

/** All samples of all rows, batch by batch: `finished` has those of R rows, beginning with row `first`, as [T, R, outputs]. */
export async function sampleSource(
  session: SamplingSession,
  finished: (first: number, data: Float32Array) => void,
): Promise<void> {
  const { machine, plan, signal, size } = session;
  const pace = new Pace();
  const next = chunks(session, pace);
  signal?.throwIfAborted();
  let last = performance.now();
  let running = await next();
  while (running) {
    const following = await next();
    const outcomes = await Promise.all(running.outcomes);
    if (outcomes.some(({ lost }) => lost)) throw new WorkerError("predictUncertain", "a worker thread died", "predict again");
    const now = performance.now();
    pace.measured(running.starts.length, now - last);
    last = now;
    const { slot, starts, batch } = running;
    const results = await machine.read(slot.result, starts.length * plan.record.resultBytes);
    const block = size.rows * session.outputs;
    for (const [step, start] of starts.entries()) {
      const at = step * plan.record.resultBytes + plan.record.predictions;
      batch.data.set(new Float32Array(results, at, size.samples * block), start * block);
    }
    if (running.isLast) finished(batch.first, batch.data);
    signal?.throwIfAborted();
    running = following;
  }
}

/** Gives chunks to the machine, one per call: while the steps of one slot run, the records of the other are written. */
function chunks(session: SamplingSession, pace: Pace): () => Promise<Chunk | undefined> {
  const { machine, plan, size, source, first, samples: T, outputs } = session;
  const { rows: R, samples: S } = size;
  const { record: layout, slots, slotSteps } = plan;
  let batch: Batch | undefined;
  let [row, sample, turn] = [0, 0, 0];
  return async () => {
    if (row >= source.count) return undefined;
    const slot = slots[turn++ % 2];
    const begins = batch === undefined;
    batch ??= { first: Math.min(row, source.count - R), data: new Float32Array(T * R * outputs) };
    const current = batch;
    const starts: number[] = [];
    // The trunk's record takes the first place of the slot.
    for (let most = Math.max(1, pace.steps(slotSteps - 1)); starts.length < most && sample < T; sample += S) {
      starts.push(Math.min(sample, T - S));
    }
    const buffer = new ArrayBuffer((starts.length + 1) * layout.bytes);
    const rows = Uint32Array.from({ length: R }, (_, i) => current.first + i);
    const common = { pass: 0, batch: 0, hyper: undefined, rows, dropouts: plan.dropouts };
    if (begins) await writeRecord(buffer, 0, layout, source, common);
    for (const [step, start] of starts.entries()) {
      const passes = Uint32Array.from({ length: S }, (_, s) => start + s);
      writeSettings(buffer, (step + 1) * layout.bytes, layout, { ...common, rows: rows.map((index) => first + index), passes });
    }
    machine.write(slot.record, new Uint8Array(buffer));
    const steps = { record: slot.record, recordBytes: layout.bytes, result: slot.result, resultBytes: layout.resultBytes };
    const outcomes = begins ? [machine.run(plan.programs.trunk, { ...steps, count: 1 })] : [];
    outcomes.push(machine.run(plan.programs.sample, { ...steps, record: slot.record + layout.bytes, count: starts.length }));
    // Awaited later; until then a failure must not count as unhandled.
    for (const outcome of outcomes) outcome.catch(() => {});
    const isLast = sample >= T;
    if (isLast) [batch, row, sample] = [undefined, row + R, 0];
    return { slot, starts, batch: current, isLast, outcomes };
  };
}
