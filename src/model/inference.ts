import type { BatchSource } from "../data/source.ts";
import type { Loss } from "../losses/loss.ts";
import { DrowseError } from "../tensor/errors.ts";
import type { Machine } from "../wasm/machine.ts";
import { clearStatus } from "./divergence.ts";
import type { Plan } from "./plan.ts";
import type { StepSettings } from "./record.ts";
import { type FinishedStep, Pace, runSteps } from "./steps.ts";

/** What a model is worth on data: nothing sleeps. */
export interface Evaluation {
  /** Mean loss over the rows. */
  readonly loss: number;
  /** Share of rows whose most probable class is right; undefined for losses without classes. */
  readonly accuracy: number | undefined;
  readonly rows: number;
}

interface Session {
  readonly machine: Machine;
  readonly plan: Plan;
  readonly source: BatchSource;
  readonly signal: AbortSignal | undefined;
}

/** The rows of a source in order, a batch at a time. */
function batches({ plan, source, signal }: Session): () => StepSettings | undefined {
  let first = 0;
  return () => {
    if (first >= source.count || signal?.aborted) return undefined;
    const rows = Uint32Array.from({ length: Math.min(plan.batchSize, source.count - first) }, (_, i) => first + i);
    first += rows.length;
    return { rows, pass: 0, hyper: undefined, dropouts: [] };
  };
}

/** Loss and accuracy over all rows of a source. */
export async function evaluateSource(session: Session & { readonly loss: Loss }): Promise<Evaluation> {
  const { machine, plan, source, loss, signal } = session;
  let lossSum = 0;
  let right = 0;
  const finished = (steps: readonly FinishedStep<StepSettings>[]) => {
    for (const step of steps) {
      lossSum += step.lossSum;
      right += step.right;
    }
  };
  signal?.throwIfAborted();
  const stopped = await runSteps(
    { machine, plan, program: plan.programs.evaluate, source, next: batches(session), finished },
    new Pace(),
  );
  if (stopped) {
    clearStatus(machine, plan);
    const [first, last] = [stopped.settings.rows[0], stopped.settings.rows.at(-1)];
    throw new DrowseError(
      "evaluate",
      `the loss is not finite in rows ${first} to ${last}`,
      "scale the inputs as in training, or train with a lower learning rate",
    );
  }
  signal?.throwIfAborted();
  const { count } = source;
  return { loss: lossSum / count, accuracy: loss.targets === "classes" ? right / count : undefined, rows: count };
}

/**
 * Predictions for all rows of a source, one after the other.
 * @throws {DrowseError} naming the first row whose outputs are not finite.
 */
export async function predictSource(session: Session, outputs: number): Promise<Float32Array> {
  const { machine, plan, source, signal } = session;
  const predictions = new Float32Array(source.count * outputs);
  let written = 0;
  const finished = (steps: readonly FinishedStep<StepSettings>[], results: ArrayBuffer) => {
    for (const [index, { settings }] of steps.entries()) {
      const count = settings.rows.length * outputs;
      predictions.set(new Float32Array(results, index * plan.record.resultBytes + plan.record.predictions, count), written);
      written += count;
    }
  };
  signal?.throwIfAborted();
  await runSteps({ machine, plan, program: plan.programs.predict, source, next: batches(session), finished }, new Pace());
  signal?.throwIfAborted();
  const wrong = predictions.findIndex((value) => value - value !== 0);
  if (wrong >= 0) {
    throw new DrowseError(
      "predict",
      `the output is ${predictions[wrong]} in row ${Math.floor(wrong / outputs)}`,
      "scale the inputs as in training, or train with a lower learning rate",
    );
  }
  return predictions;
}
