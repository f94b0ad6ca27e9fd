import { holdOut } from "../data/split.ts";
import { checkNumber, checkOptions } from "../layers/options.ts";
import { shuffledRows } from "../random/shuffle.ts";
import { checkSeed, streamKey } from "../random/streams.ts";
import { DrowseError } from "../tensor/errors.ts";
import type { TableTask } from "./table-task.ts";

/** Rows of a table in three parts, each in ascending order. */
export interface TableSplit {
  readonly training: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
}

/** What rows are put into parts by. */
export type LabelledRows = Pick<TableTask, "rows" | "kind" | "targets">;

/** How a table is split. */
export interface SplitOptions {
  /** Shares of the rows, from 0 to below 1; default 0. */
  readonly validation?: number;
  readonly test?: number;
  readonly seed: number;
}

/**
 * Splits the rows that have a target, each class in its share: a pure function of the seed, the classes and their order.
 * @throws {DrowseError} on shares that leave nothing to train on.
 * @example
 * const { training, validation, test } = splitTable(task, { validation: 0.15, test: 0.15, seed: 1 });
 */
export function splitTable(task: LabelledRows, options: SplitOptions): TableSplit {
  checkOptions("splitTable", options, ["validation", "test", "seed"]);
  const { validation = 0, test = 0, seed } = options;
  checkSeed("splitTable", seed);
  for (const [what, share] of [["validation", validation] as const, ["test", test] as const]) {
    checkNumber("splitTable", what, share, (value) => value >= 0 && value < 1, "give a share from 0 to below 1");
  }
  if (validation + test >= 1) {
    throw new DrowseError("splitTable", `validation and test are ${validation + test} of the rows`, "leave rows to train on");
  }
  const tested = part(task, task.rows, test, seed, "split/test");
  const held = part(task, tested.training, validation / (1 - test), seed, "split/validation");
  return { training: held.training, validation: held.heldOut, test: tested.heldOut };
}

function part(task: LabelledRows, rows: Uint32Array, share: number, seed: number, stream: string) {
  if (share === 0) return { training: rows, heldOut: new Uint32Array(0) };
  const { training, validation } = holdOut("splitTable", classesOf(task, rows), share, streamKey(seed, stream));
  return { training: training.map((place) => rows[place]), heldOut: validation.map((place) => rows[place]) };
}

/**
 * Rows in `count` parts for cross-validation, each class spread over them: each part is tested on once, after training on the others.
 * @throws {DrowseError} unless there are 2 to as many parts as rows.
 */
export function tableFolds(task: LabelledRows, { count, seed }: { count: number; seed: number }): Uint32Array[] {
  const { rows } = task;
  checkSeed("tableFolds", seed);
  const remedy = `give a whole number from 2 to ${rows.length}, the rows with a target`;
  checkNumber("tableFolds", "count", count, (value) => Number.isInteger(value) && value >= 2 && value <= rows.length, remedy);
  const classes = classesOf(task, rows);
  const byClass: number[][] = [];
  for (const place of shuffledRows(rows.length, streamKey(seed, "split/folds"), 0)) {
    byClass[classes[place]] ??= [];
    byClass[classes[place]].push(rows[place]);
  }
  const folds: number[][] = Array.from({ length: count }, () => []);
  // One class goes on where the one before has ended, so that the parts differ by a row at most.
  for (const [index, row] of byClass.flat().entries()) folds[index % count].push(row);
  return folds.map((fold) => Uint32Array.from(fold).sort());
}

function classesOf({ kind, targets }: LabelledRows, rows: Uint32Array): Int32Array {
  return kind === "classification" ? Int32Array.from(rows, (row) => targets[row]) : new Int32Array(rows.length);
}
