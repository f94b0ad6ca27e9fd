import { argmax } from "../metrics/accuracy.ts";
import type { PartSpread } from "../study/part-tensors.ts";

export type Output = "class" | "probabilities" | "logits";

/** Columns of a table of predictions: their names, and the value of each in a row. */
export interface Columns {
  readonly names: readonly string[];
  readonly values: (row: number) => readonly number[];
}

/** What is told of predictions [rows, outputs]. */
export function columnsOf(data: ArrayLike<number>, outputs: number, output: Output): Columns {
  const valuesOf = (row: number) => Array.from({ length: outputs }, (_, index) => data[row * outputs + index]);
  if (output !== "class") return { names: numbered(output === "logits" ? "z" : "p", outputs), values: valuesOf };
  return {
    names: ["class", "probability"],
    values(row) {
      const values = valuesOf(row);
      const highest = Math.max(...values);
      return [values.indexOf(highest), highest];
    },
  };
}

/** What is told of Monte Carlo samples: of the mean as of a prediction, its spread, and what the network does not know. */
export function uncertainColumns(predictions: PartSpread, outputs: number, output: Output): Columns {
  const { mean, std, entropy, mutualInformation, variationRatio } = predictions;
  const means = columnsOf(mean.data, outputs, output);
  const spread = columnsOf(std.data, outputs, "probabilities");
  const classes = argmax(mean);
  return {
    names: [
      ...means.names,
      ...(output === "class" ? ["std"] : numbered("std", outputs)),
      "entropy",
      "mutualInformation",
      "variationRatio",
    ],
    // In single precision, as all that is written of predictions.
    values: (row) =>
      [
        ...means.values(row),
        ...(output === "class" ? [spread.values(row)[classes[row]]] : spread.values(row)),
        ...[entropy, mutualInformation, variationRatio].map((numbers) => numbers[row]),
      ].map(Math.fround),
  };
}

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${letter}${index}`);
}
