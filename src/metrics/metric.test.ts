import { describe, expect, it } from "vitest";
import { accuracy } from "./accuracy.ts";
import { auroc } from "./auroc.ts";
import { type MetricName, resolveMetrics } from "./metric.ts";
import { f1, precision, recall } from "./precision-recall.ts";

const names: readonly MetricName[] = [
  "accuracy",
  "precision",
  "recall",
  "f1",
  "macroPrecision",
  "macroRecall",
  "macroF1",
  "auroc",
];

function measured(list: readonly MetricName[], targets: number[], data: number[], outputs: number): Record<string, number> {
  const predictions = { data, shape: [targets.length / outputs, outputs] };
  const metrics = resolveMetrics("fit", list, { targets: "probabilities", outputs });
  return Object.fromEntries(metrics.map(({ name, measure }) => [name, measure(targets, predictions)]));
}

describe("metrics of yes or no", () => {
  const targets = [1, 0, 1, 1, 0, 0, 1];
  const scores = [0.9, 0.4, 0.3, 0.8, 0.6, 0.5, 0.7];
  const sides = [1, 0, 0, 1, 1, 0, 1];

  it("are for one output those of two classes", () => {
    const macro = { average: "macro" } as const;
    expect(measured(names, targets, scores, 1)).toEqual({
      accuracy: accuracy(targets, sides),
      precision: precision(targets, sides),
      recall: recall(targets, sides),
      f1: f1(targets, sides),
      macroPrecision: precision(targets, sides, macro),
      macroRecall: recall(targets, sides, macro),
      macroF1: f1(targets, sides, macro),
      auroc: auroc(targets, scores),
    });
  });

  it("are for several outputs the mean over them", () => {
    const [otherTargets, otherScores, otherSides] = [
      [0, 1, 1, 0, 0, 1, 1],
      [0.2, 0.6, 0.7, 0.9, 0.1, 0.3, 0.51],
      [0, 1, 1, 1, 0, 0, 1],
    ];
    const woven = (a: number[], b: number[]) => a.flatMap((value, row) => [value, b[row]]);
    const list = names.filter((name) => !["precision", "recall", "f1"].includes(name));
    const mean = (measure: (t: number[], p: number[]) => number, a: number[], b: number[]) =>
      (measure(targets, a) + measure(otherTargets, b)) / 2;
    expect(measured(list, woven(targets, otherTargets), woven(scores, otherScores), 2)).toEqual({
      accuracy: mean(accuracy, sides, otherSides),
      macroPrecision: mean(precision, sides, otherSides),
      macroRecall: mean(recall, sides, otherSides),
      macroF1: mean(f1, sides, otherSides),
      auroc: mean(auroc, scores, otherScores),
    });
  });

  it("are refused where they have no meaning", () => {
    const resolve = (list: unknown, outputs: number) => () => resolveMetrics("fit", list, { targets: "probabilities", outputs });
    expect(resolve(["f1"], 2)).toThrow('the metric f1 is one of two classes, and there are 2 outputs; give "macroF1"');
    expect(resolve(["top2Accuracy"], 3)).toThrow(
      "the metric top2Accuracy is one of classes, and the loss is one of yes or no; give accuracy,",
    );
    expect(resolve(["rmse"], 1)).toThrow("the metric rmse is one of numbers, and the loss is one of yes or no; give accuracy,");
    expect(resolve(["top0Accuracy"], 3)).toThrow('the metric is "top0Accuracy"; the metrics are accuracy,');
  });
});
