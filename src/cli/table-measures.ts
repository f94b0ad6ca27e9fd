import type { ClassMetricName } from "../metrics/metric.ts";
import { mae, r2, rmse } from "../metrics/regression.ts";
import type { Model } from "../model/model.ts";
import type { prepareRows } from "../tables/apply-preparation.ts";
import type { Preparation } from "../tables/preparation.ts";
import { errorShare } from "./train-listener.ts";

/** What a model is worth on rows of a table: loss and share of errors; or, in the target's own units, errors of numbers. */
export type TableMeasures = Readonly<Record<string, number>>;

/** Measures a model on rows that have a target; nothing sleeps. */
export async function measureTable(
  model: Model,
  { target }: Preparation,
  data: ReturnType<typeof prepareRows>,
  { metrics, ...options }: { metrics: readonly ClassMetricName[]; threads?: number; signal?: AbortSignal },
): Promise<TableMeasures> {
  if (target.task === "classification") {
    const evaluation = await model.evaluate(data, { ...options, metrics });
    const { loss, accuracy = 0, rows } = evaluation;
    return {
      rows,
      loss,
      error: errorShare(accuracy, rows),
      ...Object.fromEntries(metrics.map((name) => [name, evaluation[name]])),
    };
  }
  const { data: predicted } = await model.predict(data.x, options);
  const own = (value: number) => value * target.deviation + target.mean;
  const [truth, guess] = [Float64Array.from(data.y, own), Float64Array.from(predicted, own)];
  const rows = truth.length;
  const isConstant = truth.every((value) => value === truth[0]);
  return { rows, rmse: rmse(truth, guess), mae: mae(truth, guess), ...(isConstant ? {} : { r2: r2(truth, guess) }) };
}

/** Measures in words: `error 2.33%, loss 0.0931`. */
export function measuresText({ rows: _, error, ...others }: TableMeasures): string {
  const named = Object.entries(others).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  return [...(error === undefined ? [] : [`error ${(100 * error).toFixed(2)}%`]), ...named].join(", ");
}
