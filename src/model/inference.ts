import { type BatchSource, targetsOf } from "../data/source.ts";
import type { Metric, MetricName } from "../metrics/metric.ts";
import { DrowseError } from "../tensor/errors.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Machine } from "../wasm/machine.ts";
import { clearStatus } from "./divergence.ts";
import type { Plan } from "./plan.ts";
import type { RecordLayout, StepSettings } from "./record.ts";
import { type FinishedStep, Pace, runSteps } from "./steps.ts";

/** What a model is worth on data, and the metrics that were asked for by their names: nothing sleeps. */
export type Evaluation<Name extends MetricName = never> = Measured & { readonly [name in Name]: number };

/** What every evaluation tells. */
export interface Measured {
  /** Mean loss over the rows. */
  readonly loss: number;
  /** Share of right answers, as the loss defines them: rows, or outputs; undefined for losses of numbers. */
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
    return { rows, pass: 0, batch: 0, hyper: undefined, dropouts: [] };
  };
}

/** Loss, accuracy and metrics over all rows of a source; metrics need a plan whose evaluation gives predictions. */
export async function evaluateSource<Name extends MetricName>(
  session: Session & { readonly metrics: readonly Metric[]; readonly outputs: number },
): Promise<Evaluation<Name>> {
  const { machine, plan, source, metrics, outputs, signal } = session;
  const predictions = metrics.length > 0 ? new Predictions(source.count, outputs) : undefined;
  let lossSum = 0;
  let right = 0;
  const finished = (steps: readonly FinishedStep<StepSettings>[], results: ArrayBuffer) => {
    for (const step of steps) {
      lossSum += step.lossSum;
      right += step.right;
    }
    predictions?.add(steps, results, plan.record);
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
  const measured = {
    loss: lossSum / count,
    accuracy: plan.answers > 0 ? right / (count * plan.answers) : undefined,
    rows: count,
    ...(predictions ? await measureAll(metrics, source, { data: predictions.data, shape: [count, outputs] }) : {}),
  };
  return measured as Evaluation<Name>;
}

/** Values of metrics by name. */
export async function measureAll(
  metrics: readonly Metric[],
  source: BatchSource,
  predictions: { data: Float32Array; shape: Shape },
): Promise<Record<string, number>> {
  const targets = await targetsOf(source);
  return Object.fromEntries(metrics.map(({ name, measure }) => [name, measure(targets, predictions)]));
}

/** Predictions as they come out of steps, one row after the other. */
class Predictions {
  readonly data: Float32Array;
  readonly #outputs: number;
  #written = 0;

  constructor(rows: number, outputs: number) {
    this.data = new Float32Array(rows * outputs);
    this.#outputs = outputs;
  }

  add(steps: readonly FinishedStep<StepSettings>[], results: ArrayBuffer, record: RecordLayout): void {
    for (const [index, { settings }] of steps.entries()) {
      const count = settings.rows.length * this.#outputs;
      this.data.set(new Float32Array(results, index * record.resultBytes + record.predictions, count), this.#written);
      this.#written += count;
    }
  }
}

/** Another program for predictions, and what it is told of its steps. */
interface Predicting {
  readonly operation: string;
  readonly program: number;
  readonly next: () => StepSettings | undefined;
}

/**
 * Predictions for all rows of a source, one after the other.
 * @throws {DrowseError} naming the first row whose outputs are not finite.
 */
export async function predictSource(session: Session & Partial<Predicting>, outputs: number): Promise<Float32Array> {
  const { machine, plan, source, signal } = session;
  const { operation = "predict", program = plan.programs.predict, next = batches(session) } = session;
  const predictions = new Predictions(source.count, outputs);
  const finished = (steps: readonly FinishedStep<StepSettings>[], results: ArrayBuffer) =>
    predictions.add(steps, results, plan.record);
  signal?.throwIfAborted();
  await runSteps({ machine, plan, program, source, next, finished }, new Pace());
  signal?.throwIfAborted();
  const { data } = predictions;
  const wrong = data.findIndex((value) => value - value !== 0);
  if (wrong >= 0) {
    throw new DrowseError(
      operation,
      `the output is ${data[wrong]} in row ${Math.floor(wrong / outputs)}`,
      "scale the inputs as in training, or train with a lower learning rate",
    );
  }
  return data;
}
