import { DrowseError, show } from "../tensor/errors.ts";
import { checkKnown, type Table } from "./table.ts";
import type { Column, NumberColumn } from "./table-columns.ts";

/** What is to be learned of a table: one of its columns, from the others. */
export interface TableTask {
  readonly table: Table;
  /** Name of the column that is predicted. */
  readonly target: string;
  readonly kind: TaskKind;
  /** Of a classification: names of the classes, numbers by size and texts by their code units. */
  readonly classes: readonly string[];
  /** Rows that have a target, in their order. */
  readonly rows: Uint32Array;
  /** Class index or number of each row of the table; -1 or NaN where it is missing. */
  readonly targets: Int32Array | Float64Array;
}

/** Telling classes apart, or predicting a number. */
export type TaskKind = "classification" | "regression";

/** What is asked of a table. */
export interface TaskOptions {
  /** Column to predict; default the last. */
  readonly target?: string;
  /** Default: classification of texts and of whole numbers of at most 20 different values, else regression. */
  readonly task?: TaskKind;
}

/**
 * Chooses what is to be learned.
 * @throws {DrowseError} on a single column, an unknown one, one that cannot be predicted, and fewer than two classes.
 * @example
 * const task = tableTask(await readTable(file), { target: "species" });
 */
export function tableTask(table: Table, options: TaskOptions = {}): TableTask {
  const names = table.kinds.map(({ name }) => name);
  if (names.length === 1) {
    const remedy =
      "give columns to predict it from; where a line has several, name what stands between them: delimiter (--delimiter)";
    throw new DrowseError("table", `the table has one column, ${show(names[0])}`, remedy);
  }
  const dropped = (name: string) => table.kinds.find((kind) => kind.name === name)?.reason === "it is to be dropped";
  const target = options.target ?? names.filter((name) => !dropped(name)).at(-1) ?? names[names.length - 1];
  checkKnown(target, names);
  const kind = table.kinds.find(({ name }) => name === target);
  const column = table.columns.get(target);
  if (column === undefined || column.type === "vector") {
    const reason = column ? "it holds vectors" : kind?.reason;
    throw new DrowseError("table", `the target ${show(target)} cannot be predicted: ${reason}`, "name another target (--target)");
  }
  const task = options.task ?? (column.type === "category" || kind?.levels ? "classification" : "regression");
  if (task !== "classification" && task !== "regression") {
    throw new DrowseError("table", `the task is ${show(task)}`, "give classification or regression");
  }
  return task === "classification" ? classification(table, target, column, kind?.levels) : regression(table, target, column);
}

function classification(table: Table, target: string, column: Column, levels: readonly string[] | undefined): TableTask {
  if (levels === undefined) {
    const received = `the target ${show(target)} has more than 20 different numbers, or numbers that are not whole`;
    throw new DrowseError("table", received, "give the task regression, or the column the type category");
  }
  if (levels.length < 2)
    throw new DrowseError("table", `the target ${show(target)} is always ${show(levels[0])}`, "name another (--target)");
  const codes = column.type === "category" ? column.codes : codesOf(column as NumberColumn, levels);
  const rows = rowsWhere(table, (row) => codes[row] >= 0);
  return { table, target, kind: "classification", classes: levels, rows, targets: codes };
}

function codesOf({ values }: NumberColumn, levels: readonly string[]): Int32Array {
  const codes = new Map(levels.map((level, code) => [Number(level), code]));
  return Int32Array.from(values, (value) => codes.get(value) ?? -1);
}

function regression(table: Table, target: string, column: Column): TableTask {
  if (column.type !== "number") {
    throw new DrowseError("table", `the target ${show(target)} holds texts`, "give the task classification, or another target");
  }
  const { values } = column;
  return {
    table,
    target,
    kind: "regression",
    classes: [],
    rows: rowsWhere(table, (row) => !Number.isNaN(values[row])),
    targets: values,
  };
}

function rowsWhere(table: Table, has: (row: number) => boolean): Uint32Array {
  return Uint32Array.from({ length: table.rows }, (_, row) => row).filter(has);
}
