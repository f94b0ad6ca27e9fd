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
  /** What the loss's targets are: a class index per row, a yes (1) or no (0) per output, or a number per output. */
  readonly targets: "classes" | "probabilities" | "values";
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
type OfClasses = (targets: ArrayLike<number>, predictions: ArrayLike<number>) => number;

/** How a metric is measured for each kind of targets that it has a meaning for. */
interface Measures {
  readonly classes?: Measure;
  readonly probabilities?: Measure;
  readonly values?: Measure;
  /** It is that of class 1 of two. */
  readonly binary?: true;
}

/** Of the most probable class. */
const decided =
  (measure: OfClasses): Measure =>
  (targets, predictions) =>
    measure(targets, argmax(predictions));

/** The mean over outputs that are yes or no each. */
const overOutputs =
  (measure: OfClasses): Measure =>
  (targets, { data, shape: [rows, outputs] }) => {
    const column = (numbers: ArrayLike<number>, output: number) =>
      Float64Array.from({ length: rows }, (_, row) => numbers[row * outputs + output]);
    let sum = 0;
    for (let output = 0; output < outputs; output++) sum += measure(column(targets, output), column(data, output));
    return sum / outputs;
  };

/** Yes is what is more probable than not. */
const sided =
  (measure: OfClasses): OfClasses =>
  (targets, scores) =>
    measure(
      targets,
      Array.from(scores, (score) => (score > 0.5 ? 1 : 0)),
    );

const binary = (measure: OfClasses): Measures => ({
  classes: decided(measure),
  probabilities: overOutputs(sided(measure)),
  binary: true,
});

/** One output is two classes; of several outputs each counts as one. */
const macro = (measure: typeof f1): Measures => {
  const averaged: OfClasses = (targets, classes) => measure(targets, classes, { average: "macro" });
  const several = overOutputs(sided(measure));
  const one = overOutputs(sided(averaged));
  return {
    classes: decided(averaged),
    probabilities: (targets, predictions) => (predictions.shape[1] === 1 ? one : several)(targets, predictions),
  };
};

const ofValues = (measure: (targets: Table, predictions: Table) => number): Measures => ({
  values(targets, predictions) {
    const means = firstColumns(predictions, targets.length / predictions.shape[0]);
    return measure({ data: targets, shape: means.shape }, means);
  },
});

/** Of outputs that are more than the targets the first are what is predicted; the others say how surely. */
function firstColumns({ data, shape: [rows, outputs] }: Predicted, columns: number): Predicted {
  if (columns === outputs) return { data, shape: [rows, outputs] };
  const first = Float64Array.from({ length: rows * columns }, (_, i) => data[Math.floor(i / columns) * outputs + (i % columns)]);
  return { data: first, shape: [rows, columns] };
}

const metrics: Readonly<Record<string, Measures>> = {
  accuracy: { classes: decided(accuracy), probabilities: overOutputs(sided(accuracy)) },
  precision: binary(precision),
  recall: binary(recall),
  f1: binary(f1),
  macroPrecision: macro(precision),
  macroRecall: macro(recall),
  macroF1: macro(f1),
  auroc: { classes: auroc, probabilities: overOutputs(auroc) },
  rmse: ofValues(rmse),
  mae: ofValues(mae),
  r2: ofValues(r2),
};

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
    return { name, larger: !SMALLER_IS_BETTER.includes(name), measure: resolveMeasure(operation, name, task) };
  });
}

/** What a refusal calls the kinds of targets. */
const KINDS = { classes: "classes", probabilities: "yes or no", values: "numbers" };

function resolveMeasure(operation: string, name: unknown, { targets, outputs }: MetricTask): Measure {
  const refuse = (received: string, remedy: string): never => {
    throw new DrowseError(operation, received, remedy);
  };
  const k = typeof name === "string" ? Number(/^top([1-9]\d*)Accuracy$/.exec(name)?.[1] ?? 0) : 0;
  const top: Measures = { classes: (rows, scores) => topKAccuracy(rows, scores, { k }) };
  const known = typeof name === "string" && Object.hasOwn(metrics, name) ? metrics[name] : undefined;
  const measures = k > 0 ? top : known;
  if (!measures) return refuse(`the metric is ${show(name)}`, `the metrics are ${Object.keys(metrics).join(", ")}, top5Accuracy`);
  const measure = measures[targets];
  if (!measure) {
    const fitting = Object.keys(metrics).filter((other) => metrics[other][targets]);
    const own = measures.values ? "numbers" : "classes";
    const received = `the metric ${name} is one of ${own}, and the loss is one of ${KINDS[targets]}`;
    return refuse(received, `give ${fitting.join(", ")}, or another loss`);
  }
  if (measures.binary && outputs > (targets === "classes" ? 2 : 1)) {
    const macroName = `macro${(name as string)[0].toUpperCase()}${(name as string).slice(1)}`;
    return refuse(`the metric ${name} is one of two classes, and there are ${outputs} outputs`, `give ${show(macroName)}`);
  }
  if (k >= outputs && k > 0) return refuse(`the metric ${name} is always 1 of ${outputs} classes`, `give a k below ${outputs}`);
  return measure;
}
