import type { PartSpread } from "../study/part-tensors.ts";
import type { TableTarget } from "../tables/preparation.ts";
import type { Output } from "./prediction-columns.ts";

/** What is predicted of the rows of a table: names, and of each row a class's name or numbers in single precision. */
export interface Predicted {
  readonly names: readonly string[];
  readonly values: (row: number) => readonly (string | number)[];
}

/** Predictions [rows, outputs], or means of samples: of classes by their names, of numbers in the target's own units. */
export function predictedColumns(numbers: ArrayLike<number>, target: TableTarget, output: Output): Predicted {
  if (target.task === "regression") {
    const own = (value: number) => Math.fround(value * target.deviation + target.mean);
    return { names: ["prediction"], values: (row) => [own(numbers[row])] };
  }
  const { classes } = target;
  const of = (row: number) => classes.map((_, index) => Math.fround(numbers[row * classes.length + index]));
  if (output !== "class") {
    const prefix = output === "logits" ? "logit" : "probability";
    return { names: classes.map((name) => `${prefix} ${name}`), values: of };
  }
  return {
    names: ["prediction", "probability"],
    values(row) {
      const values = of(row);
      const highest = Math.max(...values);
      return [classes[values.indexOf(highest)], highest];
    },
  };
}

/** Of Monte Carlo samples: the mean as of a prediction, behind it the spread, and of classes what the network does not know. */
export function uncertainColumns(predictions: PartSpread, target: TableTarget, output: Output): Predicted {
  const { mean, std } = predictions;
  const means = predictedColumns(mean.data, target, output);
  if (target.task === "regression") {
    const spread = (row: number) => Math.fround(std.data[row] * target.deviation);
    return { names: [...means.names, "std"], values: (row) => [...means.values(row), spread(row)] };
  }
  const { classes } = target;
  const { entropy, mutualInformation, variationRatio } = predictions;
  const told = (row: number) => (output === "class" ? [classes.indexOf(String(means.values(row)[0]))] : [...classes.keys()]);
  const spreads = (row: number) => told(row).map((index) => std.data[row * classes.length + index]);
  return {
    names: [
      ...means.names,
      ...(output === "class" ? ["std"] : classes.map((name) => `std ${name}`)),
      ...["entropy", "mutualInformation", "variationRatio"],
    ],
    values: (row) => [
      ...means.values(row),
      ...[...spreads(row), entropy[row], mutualInformation[row], variationRatio[row]].map(Math.fround),
    ],
  };
}
