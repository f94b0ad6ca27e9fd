import type { DataArrays } from "../data/arrays.ts";
import { prepareRows } from "../tables/apply-preparation.ts";
import type { CellOptions } from "../tables/cells.ts";
import { fitPreparation } from "../tables/fit-preparation.ts";
import { inputSize, outputSize, type Preparation } from "../tables/preparation.ts";
import type { LabelledRows } from "../tables/split-table.ts";
import type { TableTask } from "../tables/table-task.ts";
import type { Shape } from "../tensor/shape.ts";

/** A table and what is learned of it: inputs are prepared for each fold, fitted on the rows that it trains on. */
export interface TableData {
  readonly kind: "table";
  readonly task: TableTask;
  /** How the table was read, as far as it was said. */
  readonly reading?: CellOptions;
}

/** Rows that are numbers already, such as images. */
export interface ArrayData {
  readonly kind: "arrays";
  /** Rows after one another; bytes are multiplied by `scale`. */
  readonly x: Float32Array | Uint8Array;
  readonly scale?: number;
  /** Shape of a row of x. */
  readonly input: Shape;
  /** Class indices, or numbers. */
  readonly y: Int32Array | Uint8Array | Float32Array;
  /** How many classes there are; 0: y are numbers. */
  readonly classes: number;
  /** Rows that the data keeps for testing, where it does: then a trial of one fold tests on them. */
  readonly test?: Uint32Array;
}

/** What trials learn from: values that go from thread to thread. */
export type TrialData = TableData | ArrayData;

/** Rows as a network takes them, by the part of them that is asked for. */
export interface PreparedData {
  readonly input: Shape;
  readonly outputs: number;
  readonly isClassification: boolean;
  /** Targets are (value - mean) / deviation; of classes and of arrays 0 and 1. */
  readonly target: { readonly mean: number; readonly deviation: number };
  /** Undefined: there is none to keep. */
  readonly preparation: Preparation | undefined;
  rows(rows: Uint32Array): DataArrays & { readonly y: ArrayLike<number> };
}

/** The rows that are put into folds, and what is known of them. */
export function labelledRows(data: TrialData): LabelledRows {
  if (data.kind === "table") return data.task;
  const { y, classes, test } = data;
  const tested = new Set(test);
  const rows = Uint32Array.from({ length: y.length }, (_, row) => row).filter((row) => !tested.has(row));
  return { rows, kind: classes > 0 ? "classification" : "regression", targets: Int32Array.from(classes > 0 ? y : []) };
}

/** The data as a network takes it, prepared by the rows it trains on. */
export function prepareFor(data: TrialData, training: Uint32Array): PreparedData {
  return data.kind === "table" ? prepareTable(data, training) : prepareArrays(data);
}

function prepareTable({ task, reading }: TableData, training: Uint32Array): PreparedData {
  const preparation = fitPreparation(task, training, reading);
  const { target } = preparation;
  return {
    input: [inputSize(preparation)],
    outputs: outputSize(preparation),
    isClassification: target.task === "classification",
    target: target.task === "classification" ? { mean: 0, deviation: 1 } : target,
    preparation,
    rows: (rows) => prepareRows(preparation, task, rows),
  };
}

function prepareArrays({ x, y, scale, input, classes }: ArrayData): PreparedData {
  const size = input.reduce((product, length) => product * length, 1);
  return {
    input,
    outputs: classes > 0 ? classes : 1,
    isClassification: classes > 0,
    target: { mean: 0, deviation: 1 },
    preparation: undefined,
    rows(rows) {
      const taken = x instanceof Uint8Array ? new Uint8Array(rows.length * size) : new Float32Array(rows.length * size);
      for (const [place, row] of rows.entries()) taken.set(x.subarray(row * size, (row + 1) * size), place * size);
      const targets = classes > 0 ? Int32Array.from(rows, (row) => y[row]) : Float32Array.from(rows, (row) => y[row]);
      return { x: { data: taken, shape: [rows.length, ...input] }, y: targets, ...(scale === undefined ? {} : { scale }) };
    },
  };
}
