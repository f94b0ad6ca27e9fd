import type { Rows } from "../data/arrays.ts";
import { accuracy, argmax } from "../metrics/accuracy.ts";
import { type ClassMetricName, resolveMetrics } from "../metrics/metric.ts";
import { mae, r2, rmse } from "../metrics/regression.ts";
import type { Model } from "../model/model.ts";
import { classLosses } from "../report/row-losses.ts";
import { Ensemble } from "../study/ensemble.ts";
import type { TableTarget } from "../tables/preparation.ts";
import type { TableMeasures } from "./table-measures.ts";
import { errorShare } from "./train-listener.ts";

/** Some rows as a network takes them: class indices, or standardised numbers. */
export interface LabelledBlock {
  readonly x: Rows;
  readonly y: Int32Array | Float32Array;
}

/** A network, or several as one. */
export type Predictor = Model | Ensemble;

interface MeasureOptions {
  readonly metrics: readonly ClassMetricName[];
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/**
 * Measures a model or an ensemble on rows that come a block at a time; nothing sleeps. Inputs are not kept, and predictions only where a measure needs
 * all of them at once.
 */
export async function measureRows(
  model: Predictor,
  target: TableTarget,
  blocks: AsyncIterable<LabelledBlock> | Iterable<LabelledBlock>,
  options: MeasureOptions,
): Promise<TableMeasures> {
  return target.task === "classification"
    ? measureClasses(model, target.classes.length, blocks, options)
    : measureNumbers(model, target, blocks, options);
}

async function measureClasses(
  model: Predictor,
  outputs: number,
  blocks: AsyncIterable<LabelledBlock> | Iterable<LabelledBlock>,
  { metrics: names, ...run }: MeasureOptions,
): Promise<TableMeasures> {
  const metrics = resolveMetrics("evaluate", names, { targets: "classes", outputs });
  const predictions: Float32Array[] = [];
  const targets: LabelledBlock["y"][] = [];
  let [rows, lossSum, right] = [0, 0, 0];
  for await (const { x, y } of blocks) {
    const { loss, accuracy: share = 0 } = await (model instanceof Ensemble
      ? evaluateEnsemble(model, { x, y }, run)
      : model.evaluate({ x, y }, run));
    rows += y.length;
    lossSum += loss * y.length;
    right += Math.round(share * y.length);
    if (metrics.length === 0) continue;
    predictions.push((await model.predict(x, run)).data);
    targets.push(y);
  }
  const all = { data: joined(predictions), shape: [rows, outputs] };
  const truth = joined(targets);
  return {
    rows,
    loss: lossSum / rows,
    error: errorShare(right / rows, rows),
    ...Object.fromEntries(metrics.map(({ name, measure }) => [name, measure(truth, all)])),
  };
}

/** Cross-entropy of the mean probabilities, and the share of rows whose most probable class is the target. */
async function evaluateEnsemble(model: Ensemble, { x, y }: LabelledBlock, run: Omit<MeasureOptions, "metrics">) {
  const logits = await model.predict(x, { ...run, output: "logits" });
  const losses = classLosses({ data: logits.data, shape: logits.shape }, y);
  return { loss: losses.reduce((sum, loss) => sum + loss, 0) / y.length, accuracy: accuracy(y, argmax(logits)) };
}

/** In the target's own units. */
async function measureNumbers(
  model: Predictor,
  { mean, deviation }: Extract<TableTarget, { readonly task: "regression" }>,
  blocks: AsyncIterable<LabelledBlock> | Iterable<LabelledBlock>,
  { metrics: _, ...run }: MeasureOptions,
): Promise<TableMeasures> {
  const [truths, guesses]: [LabelledBlock["y"][], Float32Array[]] = [[], []];
  for await (const { x, y } of blocks) {
    truths.push(y);
    guesses.push((await model.predict(x, run)).data);
  }
  const own = (value: number) => value * deviation + mean;
  const [truth, guess] = [joined(truths).map(own), joined(guesses).map(own)];
  const isConstant = truth.every((value) => value === truth[0]);
  return {
    rows: truth.length,
    rmse: rmse(truth, guess),
    mae: mae(truth, guess),
    ...(isConstant ? {} : { r2: r2(truth, guess) }),
  };
}

/** Numbers one after the other, in double precision, which has all of them. */
function joined(parts: readonly ArrayLike<number>[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
