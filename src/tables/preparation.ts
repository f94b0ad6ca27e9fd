/** A column of numbers: (value - mean) / deviation, where missing the median, and 1 where it was missing beside it. */
export interface NumberInput {
  readonly name: string;
  readonly type: "number";
  readonly mean: number;
  readonly deviation: number;
  /** Median of the training rows. */
  readonly fill: number;
  /** Whether a number beside it says that the value was missing: there were such rows to train on. */
  readonly indicator: boolean;
}

/** A column of categories: a number per level, 1 for the row's own and else 0; a category that training did not see has zeros. */
export interface CategoryInput {
  readonly name: string;
  readonly type: "category";
  readonly levels: readonly string[];
  /** Place of the most frequent level. */
  readonly fill: number;
  readonly indicator: boolean;
}

/** A column of vectors, each number standardised by itself; a missing vector is the mean. */
export interface VectorInput {
  readonly name: string;
  readonly type: "vector";
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  readonly indicator: boolean;
}

/** How a column becomes inputs of a network. */
export type TableInput = NumberInput | CategoryInput | VectorInput;

/** What is predicted: one of the classes, or a number, which networks learn as (value - mean) / deviation. */
export type TableTarget =
  | { readonly name: string; readonly task: "classification"; readonly classes: readonly string[] }
  | { readonly name: string; readonly task: "regression"; readonly mean: number; readonly deviation: number };

/** Everything between a file of people's own and a network: fitted on training rows, stored with the model. */
export interface Preparation {
  /** In the order of the network's inputs. */
  readonly inputs: readonly TableInput[];
  readonly target: TableTarget;
  /** Other columns of the table, which are no inputs, and why. */
  readonly ignored: readonly { readonly name: string; readonly reason: string }[];
  /** How the file was read, for files that are predicted. */
  readonly reading: { readonly header: boolean; readonly decimal: "." | ","; readonly missing: readonly string[] };
}

/** Numbers that a column becomes. */
export function widthOf(input: TableInput): number {
  const own = input.type === "number" ? 1 : input.type === "category" ? input.levels.length : input.mean.length;
  return own + (input.indicator ? 1 : 0);
}

/** Numbers that a row becomes: the size of the network's input. */
export function inputSize({ inputs }: Preparation): number {
  return inputs.reduce((sum, input) => sum + widthOf(input), 0);
}

/** Numbers that a network for this target gives per row. */
export function outputSize({ target }: Preparation): number {
  return target.task === "classification" ? target.classes.length : 1;
}
