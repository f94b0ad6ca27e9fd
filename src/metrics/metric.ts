import { DrowseError, show } from "../tensor/errors.ts";
import type { Shape } from "../tensor/shape.ts";
import { accuracy, argmax, topKAccuracy } from "./accuracy.ts";
import { auroc } from "./auroc.ts";
import { f1, precision, recall } from "./precision-recall.ts";
import { mae, r2, rmse } from "./regression.ts";
import type { Table } from "./table.ts";

/** Metrics of networks that tell classes apart; `precision`, `recall` and `f1` are those of class 1 of two. */
export type ClassMetricName =
  | "accuracy"
  | `top${number}Accuracy`
  | "precision"
  | "recall"
  | "f1"
  | "macroPrecision"
  | "macroRecall"
  | "macroF1"
  | "auroc";

/** Metrics of networks that predict numbers. */
export type ValueMetricName = "rmse" | "mae" | "r2";

/**
 * A metric by name, for `fit` and `evaluate`. Micro averages are not among them: where each row has one class they are
 * the accuracy.
 */
export type MetricName = ClassMetricName | ValueMetricName;

/** What metrics are measured on. */
export interface MetricTask {
  /** What the loss's targets are, and the outputs per row. */
  readonly targets: "classes" | "values";
  readonly outputs: number;
}

/** Predictions of rows, with the output link applied: the shape is [rows, outputs]. */
type Predicted = Extract<Table, { readonly shape: Shape }>;

/** A metric as it is measured: from targets, one class index or `outputs` numbers per row, and predictions. */
export interface Metric {
  readonly name: MetricName;
  /** Whether more is better. */
  readonly larger: boolean;
  measure(targets: ArrayLike<number>, predictions: Predicted): number;
}

type Measure = Metric["measure"];

const ofClasses =
  (measure: (targets: ArrayLike<number>, predictions: ArrayLike<number>) => number): Measure =>
  (targets, predictions) =>
    measure(targets, argmax(predictions));

const ofValues =
  (measure: (targets: Table, predictions: Table) => number): Measure =>
  (targets, predictions) =>
    measure({ data: targets, shape: predictions.shape }, predictions);

const classMetrics: Readonly<Record<string, Measure>> = {
  accuracy: ofClasses(accuracy),
  precision: ofClasses(precision),
  recall: ofClasses(recall),
  f1: ofClasses(f1),
  macroPrecision: ofClasses((targets, classes) => precision(targets, classes, { average: "macro" })),
  macroRecall: ofClasses((targets, classes) => recall(targets, classes, { average: "macro" })),
  macroF1: ofClasses((targets, classes) => f1(targets, classes, { average: "macro" })),
  auroc,
};
const valueMetrics: Readonly<Record<string, Measure>> = { rmse: ofValues(rmse), mae: ofValues(mae), r2: ofValues(r2) };
const OF_TWO_CLASSES = ["precision", "recall", "f1"];
const SMALLER_IS_BETTER = ["rmse", "mae"];

/**
 * Metrics by their names.
 * @throws {DrowseError} on unknown names, names given twice, and metrics that do not fit the targets or the outputs.
 */
export function resolveMetrics(operation: string, names: unknown, task: MetricTask): Metric[] {
  if (!Array.isArray(names))
    throw new DrowseError(operation, `metrics is ${show(names)}`, 'give an array of names, such as ["accuracy"]');
  return names.map((name, index) => {
    if (names.indexOf(name) !== index)
      throw new DrowseError(operation, `the metric ${show(name)} is given twice`, "give it once");
    const measure = resolveMeasure(operation, name, task);
    return { name, larger: !SMALLER_IS_BETTER.includes(name), measure };
  });
}

function resolveMeasure(operation: string, name: unknown, { targets, outputs }: MetricTask): Measure {
  const refuse = (received: string, remedy: string): never => {
    throw new DrowseError(operation, received, remedy);
  };
  const [fitting, others] = targets === "classes" ? [classMetrics, valueMetrics] : [valueMetrics, classMetrics];
  const top = typeof name === "string" ? /^top([1-9]\d*)Accuracy$/.exec(name) : null;
  const known = top !== null || (typeof name === "string" && (Object.hasOwn(fitting, name) || Object.hasOwn(others, name)));
  const names = (table: object) => Object.keys(table).join(", ");
  if (!known) {
    const all = `${names(classMetrics)}, top5Accuracy (any k), ${names(valueMetrics)}`;
    return refuse(`the metric is ${show(name)}`, `the metrics are ${all}`);
  }
  if (targets === "values" && (top || Object.hasOwn(others, name as string)))
    return refuse(
      `the metric ${name} is one of classes, and the loss is one of numbers`,
      `give ${names(fitting)}, or another loss`,
    );
  if (Object.hasOwn(others, name as string))
    return refuse(
      `the metric ${name} is one of numbers, and the loss is one of classes`,
      `give ${names(fitting)}, or another loss`,
    );
  if (top) {
    const k = Number(top[1]);
    if (k >= outputs) return refuse(`the metric ${name} is always 1 of ${outputs} classes`, `give a k below ${outputs}`);
    return (t, predictions) => topKAccuracy(t, predictions, { k });
  }
  if (outputs > 2 && OF_TWO_CLASSES.includes(name as string)) {
    const macro = `macro${(name as string)[0].toUpperCase()}${(name as string).slice(1)}`;
    return refuse(`the metric ${name} is one of two classes, and there are ${outputs}`, `give ${show(macro)}`);
  }
  return fitting[name as string];
}
