import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DrowseError } from "../tensor/errors.ts";
import { accuracy, argmax, topKAccuracy } from "./accuracy.ts";
import { auroc } from "./auroc.ts";
import { confusionMatrix } from "./confusion-matrix.ts";
import { classMeasures, f1, precision, recall } from "./precision-recall.ts";
import { mae, r2, rmse } from "./regression.ts";

type Average = "binary" | "macro" | "micro";
type Averages = Record<Average, Record<"0" | "1", Record<"precision" | "recall" | "f1", number>>>;

/** Made by scikit-learn: test/golden/metrics.py. */
const golden: {
  classes: {
    targets: number[];
    scores: number[][];
    predictions: number[];
    accuracy: number;
    confusion: number[][];
    auroc: number;
    perClass: Record<"precision" | "recall" | "f1", number[]>;
    averages: Averages;
    topK?: Record<string, number>;
  }[];
  averages: { targets: number[]; predictions: number[]; averages: Averages }[];
  values: { targets: number[][]; predictions: number[][]; rmse: number; mae: number; r2: number }[];
} = JSON.parse(readFileSync(new URL("../../test/golden/metrics.json", import.meta.url), "utf8"));

const measures = { precision, recall, f1 };

function expectAverages(targets: number[], predictions: number[], averages: Averages): void {
  for (const [average, byZero] of Object.entries(averages)) {
    for (const [zero, expected] of Object.entries(byZero)) {
      const options = { average: average as Average, zeroDivision: Number(zero) as 0 | 1 };
      for (const [name, value] of Object.entries(expected)) {
        const measured = measures[name as keyof typeof measures](targets, predictions, options);
        expect(measured, `${name}, ${average}, zero division ${zero}`).toBeCloseTo(value, 14);
      }
    }
  }
}

describe("the values of scikit-learn", () => {
  it.each(golden.classes.map((one) => [one.confusion.length, one] as const))("for %s classes", (count, one) => {
    const { targets, scores, predictions } = one;
    expect([...argmax(scores)]).toEqual(predictions);
    expect(accuracy(targets, predictions)).toBeCloseTo(one.accuracy, 14);
    expect(confusionMatrix(targets, predictions)).toEqual(one.confusion);
    const byClass = classMeasures(targets, predictions);
    for (const name of ["precision", "recall", "f1"] as const) {
      for (const [index, value] of one.perClass[name].entries()) expect(byClass[index][name]).toBeCloseTo(value, 14);
    }
    expectAverages(targets, predictions, one.averages);
    expect(auroc(targets, scores)).toBeCloseTo(one.auroc, 14);
    const flat = { data: Float64Array.from(scores.flat()), shape: [scores.length, count] };
    expect(auroc(Int32Array.from(targets), flat)).toBe(auroc(targets, scores));
    for (const [k, value] of Object.entries(one.topK ?? {})) {
      expect(topKAccuracy(targets, scores, { k: Number(k) })).toBeCloseTo(value, 14);
    }
  });

  it("where classes are never predicted, never meant, or neither", () => {
    for (const { targets, predictions, averages } of golden.averages) expectAverages(targets, predictions, averages);
  });

  it.each(golden.values.map((one) => [one.targets[0].length, one] as const))("for %s numbers per row", (_, one) => {
    expect(rmse(one.targets, one.predictions)).toBeCloseTo(one.rmse, 13);
    expect(mae(one.targets, one.predictions)).toBeCloseTo(one.mae, 13);
    expect(r2(one.targets, one.predictions)).toBeCloseTo(one.r2, 13);
  });
});

/** Targets of two classes, both of which occur, and scores of a few values, so that many are equal. */
const binary = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: -3, max: 3 })), { minLength: 2, maxLength: 60 })
  .filter((rows) => new Set(rows.map(([target]) => target)).size === 2)
  .map((rows) => ({ targets: rows.map(([target]) => target), scores: rows.map(([, score]) => score / 7) }));

/** The definition: all pairs. */
function pairs(targets: number[], scores: number[], one = 1): number {
  let [won, all] = [0, 0];
  for (const [i, target] of targets.entries()) {
    if (target !== one) continue;
    for (const [j, other] of targets.entries()) {
      if (other === one) continue;
      all++;
      won += scores[i] > scores[j] ? 1 : scores[i] === scores[j] ? 0.5 : 0;
    }
  }
  return won / all;
}

describe("auroc", () => {
  it("is the count of all pairs, to the last bit", () => {
    fc.assert(
      fc.property(binary, ({ targets, scores }) => {
        expect(auroc(targets, scores)).toBe(pairs(targets, scores));
      }),
      { seed: 1 },
    );
  });

  it("is mirrored by the other class and by scores turned round, and blind to monotone functions", () => {
    fc.assert(
      fc.property(binary, ({ targets, scores }) => {
        const area = auroc(targets, scores);
        expect(
          auroc(
            targets.map((target) => 1 - target),
            scores,
          ),
        ).toBeCloseTo(1 - area, 14);
        expect(
          auroc(
            targets,
            scores.map((score) => -score),
          ),
        ).toBeCloseTo(1 - area, 14);
        expect(
          auroc(
            targets,
            scores.map((score) => score ** 3 + 5 * score),
          ),
        ).toBe(area);
        expect(
          auroc(
            targets,
            scores.map((score) => [1 - score, score]),
          ),
        ).toBe(area);
      }),
      { seed: 2 },
    );
  });

  it("is of several classes the mean of each against the others", () => {
    const rows = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 3 }), fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 4, maxLength: 4 })),
      {
        minLength: 4,
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(
        rows.filter((all) => new Set(all.map(([target]) => target)).size === 4),
        (all) => {
          const targets = all.map(([target]) => target);
          const areas = [0, 1, 2, 3].map((one) =>
            pairs(
              targets,
              all.map(([, scores]) => scores[one]),
              one,
            ),
          );
          const scores = all.map(([, own]) => own);
          expect(auroc(targets, scores)).toBeCloseTo((areas[0] + areas[1] + areas[2] + areas[3]) / 4, 14);
        },
      ),
      { seed: 3 },
    );
  });
});

const labelled = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), {
  minLength: 1,
  maxLength: 50,
});

describe("precision, recall and F1", () => {
  it("are what a count of rows class by class makes of them", () => {
    fc.assert(
      fc.property(labelled, (rows) => {
        const [targets, predictions] = [rows.map(([target]) => target), rows.map(([, prediction]) => prediction)];
        const matrix = confusionMatrix(targets, predictions);
        for (const [one, found] of classMeasures(targets, predictions).entries()) {
          const right = rows.filter(([t, p]) => t === one && p === one).length;
          const predicted = rows.filter(([, p]) => p === one).length;
          const meant = rows.filter(([t]) => t === one).length;
          expect(matrix[one][one]).toBe(right);
          expect(found).toEqual({
            precision: predicted === 0 ? 0 : right / predicted,
            recall: meant === 0 ? 0 : right / meant,
            f1: predicted + meant === 0 ? 0 : (2 * right) / (predicted + meant),
            support: meant,
          });
        }
        const right = accuracy(targets, predictions);
        for (const measure of [precision, recall, f1]) expect(measure(targets, predictions, { average: "micro" })).toBe(right);
        expect(recall(targets, predictions, { average: "macro" })).toBe(precision(predictions, targets, { average: "macro" }));
      }),
      { seed: 4 },
    );
  });
});

describe("topKAccuracy", () => {
  it("is the accuracy for k = 1, grows with k, and is 1 for all classes, also with equal scores", () => {
    const rows = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 4 }), fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 5, maxLength: 5 })),
      {
        minLength: 1,
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(rows, (all) => {
        const [targets, scores] = [all.map(([target]) => target), all.map(([, own]) => own)];
        const shares = [1, 2, 3, 4, 5].map((k) => topKAccuracy(targets, scores, { k }));
        expect(shares[0]).toBe(accuracy(targets, argmax(scores)));
        expect([...shares].sort((a, b) => a - b)).toEqual(shares);
        expect(shares[4]).toBe(1);
      }),
      { seed: 5 },
    );
  });
});

describe("metrics of numbers", () => {
  it("are 0, 0 and 1 for perfect predictions, and R² is 0 for the mean", () => {
    const targets = [0.1, 0.4, -2, 7];
    expect([rmse(targets, targets), mae(targets, targets), r2(targets, targets)]).toEqual([0, 0, 1]);
    expect(r2([1, 2, 3, 6], [3, 3, 3, 3])).toBe(0);
    expect([rmse([0, 0], [3, -4]), mae([0, 0], [3, -4])]).toEqual([Math.sqrt(12.5), 3.5]);
  });

  it("are defined for targets that are all equal: R² is 1 where they are met and else 0", () => {
    const targets = Array<number>(7).fill(0.1);
    expect(r2(targets, targets)).toBe(1);
    expect(r2(targets, Array<number>(7).fill(0.2))).toBe(0);
  });
});

describe("what cannot be measured is refused in words", () => {
  const given = (value: unknown) => value as never;
  const cases: readonly (readonly [string, () => unknown])[] = [
    ["accuracy: there are 1 predictions for 2 targets; give a prediction for each target", () => accuracy([0, 1], [1])],
    ["accuracy: the targets have no rows; give at least one", () => accuracy([], [])],
    ["accuracy: the predictions hold 0.5 in row 1; give class indices", () => accuracy([0, 1], [1, 0.5])],
    ["accuracy: the targets hold -1 in row 0", () => accuracy([-1, 1], [1, 0])],
    [
      "accuracy: the predictions have 2 numbers per row; give class indices; argmax makes them",
      () => accuracy([0], given([[1, 0]])),
    ],
    ["accuracy: the targets are undefined; give numbers", () => accuracy(given(undefined), [1])],
    ["auroc: no row is of class 1; give rows of every class", () => auroc([0, 0], [0.1, 0.2])],
    ["auroc: all rows are of class 1; give rows", () => auroc([1, 1], [0.1, 0.2])],
    ["auroc: the targets hold 2 in row 1; give class indices from 0 to 1", () => auroc([0, 2], [0.1, 0.2])],
    ["auroc: the scores hold NaN in row 1; give finite", () => auroc([0, 1], [0.1, Number.NaN])],
    ["auroc: the scores are an object with data, shape; give", () => auroc([0, 1], { data: [1, 2, 3], shape: [2, 2] })],
    ["topKAccuracy: k is 3; give a whole number from 1 to 2", () => topKAccuracy([0], [[1, 2]], { k: 3 })],
    ['precision: there are 3 classes; give average: "macro"', () => precision([0, 2], [0, 1])],
    ['recall: average is "weighted"; give', () => recall([0, 1], [0, 1], { average: given("weighted") })],
    ["f1: zeroDivision is 2; give 0 or 1", () => f1([0, 1], [0, 1], { zeroDivision: given(2) })],
    ["confusionMatrix: the targets hold 70000 in row 0; give class", () => confusionMatrix([70000], [0])],
    ["confusionMatrix: classes is 0; give", () => confusionMatrix([1], [0], { classes: 0 })],
    ["rmse: there are 2 predictions per row for 1 targets", () => rmse([1], [[1, 2]])],
    [
      "mae: the predictions are an array of 9",
      () =>
        mae(
          [1],
          Array.from({ length: 9 }, (_, length) => Array(length).fill(1)),
        ),
    ],
    ["r2: there is one row; give at least two", () => r2([1], [1])],
  ];
  it.each(cases)("%s", (message, call) => {
    expect(call).toThrow(DrowseError);
    expect(call).toThrow(message);
  });
});
