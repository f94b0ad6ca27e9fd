import type { DataArrays } from "../data/arrays.ts";
import { inputSize, type Preparation, type TableInput, widthOf } from "./preparation.ts";
import { type Column, UNSEEN_CODE } from "./table-columns.ts";
import type { TableTask } from "./table-task.ts";

/** What a preparation had to do where rows are not like those it was fitted on: by the column's name, how often. */
export interface PreparationNotes {
  /** Missing values of columns that had none in training: the median or the most frequent level stands there. */
  readonly filled: Map<string, number>;
  /** Categories that training did not see: none of the levels is 1. */
  readonly unseen: Map<string, number>;
}

/**
 * Rows of a table as a network takes them: inputs, and class indices or standardised numbers.
 * @param rows - indices of rows that have a target.
 * @example
 * await model.fit(prepareRows(preparation, task, training), options);
 */
export function prepareRows(preparation: Preparation, task: TableTask, rows: Uint32Array) {
  const { target } = preparation;
  const x = prepareInputs(preparation, task.table.columns, rows);
  const y =
    target.task === "classification"
      ? Int32Array.from(rows, (row) => task.targets[row])
      : Float32Array.from(rows, (row) => (task.targets[row] - target.mean) / target.deviation);
  return { x: { data: x, shape: [rows.length, inputSize(preparation)] }, y } satisfies DataArrays;
}

/** The inputs of rows, one row after the other. */
export function prepareInputs(
  preparation: Preparation,
  columns: ReadonlyMap<string, Column>,
  rows: Uint32Array,
  notes?: PreparationNotes,
): Float32Array {
  const size = inputSize(preparation);
  const x = new Float32Array(rows.length * size);
  let at = 0;
  for (const input of preparation.inputs) {
    const column = columns.get(input.name) as Column;
    const { missing, unseen } = write(input, column, rows, { x, size, at });
    if (notes && missing > 0 && !input.indicator) count(notes.filled, input.name, missing);
    if (notes && unseen > 0) count(notes.unseen, input.name, unseen);
    at += widthOf(input);
  }
  return x;
}

function count(counts: Map<string, number>, name: string, more: number): void {
  counts.set(name, (counts.get(name) ?? 0) + more);
}

/** Where the numbers of a column go: `size` numbers per row, its own from `at`. */
interface Place {
  readonly x: Float32Array;
  readonly size: number;
  readonly at: number;
}

/** Writes one column of all rows, and counts what was not there. */
function write(input: TableInput, column: Column, rows: Uint32Array, { x, size, at }: Place) {
  let missing = 0;
  let unseen = 0;
  const flag = at + widthOf(input) - 1;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    const own = i * size + at;
    let isMissing = false;
    if (input.type === "number" && column.type === "number") {
      const value = column.values[row];
      isMissing = Number.isNaN(value);
      x[own] = ((isMissing ? input.fill : value) - input.mean) / input.deviation;
    } else if (input.type === "category" && column.type === "category") {
      const code = column.codes[row];
      isMissing = code < 0 && code !== UNSEEN_CODE;
      if (code === UNSEEN_CODE) unseen++;
      else x[own + (isMissing ? input.fill : code)] = 1;
    } else if (input.type === "vector" && column.type === "vector") {
      const from = row * column.size;
      isMissing = Number.isNaN(column.values[from]);
      for (let j = 0; j < column.size && !isMissing; j++) {
        x[own + j] = (column.values[from + j] - input.mean[j]) / input.deviation[j];
      }
    }
    if (!isMissing) continue;
    missing++;
    if (input.indicator) x[i * size + flag] = 1;
  }
  return { missing, unseen };
}
