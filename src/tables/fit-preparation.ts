import { DrowseError, show } from "../tensor/errors.ts";
import { type CellOptions, MISSING } from "./cells.ts";
import type { Preparation, TableInput, TableTarget } from "./preparation.ts";
import type { CategoryColumn, Column, NumberColumn, VectorColumn } from "./table-columns.ts";
import type { TableTask } from "./table-task.ts";

/**
 * Fits a preparation on the rows to train on, and on no others: a pure function of their values.
 * @param rows - indices of the rows.
 * @param reading - how the table was read, as far as it was said.
 * @throws {DrowseError} where no column is left to learn from, and on numbers too large to be standardised.
 * @example
 * const preparation = fitPreparation(task, training);
 */
export function fitPreparation(task: TableTask, rows: Uint32Array, reading: CellOptions = {}): Preparation {
  const { table, target } = task;
  if (rows.length === 0) throw new DrowseError("fitPreparation", "there are no rows to train on", "give at least one");
  const inputs: TableInput[] = [];
  for (const [name, column] of table.columns) if (name !== target) inputs.push(fitColumn(name, column, rows));
  const ignored = table.kinds
    .filter(({ name, type }) => type === "ignored" && name !== target)
    .map(({ name, reason = "" }) => ({ name, reason }));
  if (inputs.length === 0) {
    const why = ignored.map(({ name, reason }) => `${name}: ${reason}`).join(", ") || "it is the only column";
    throw new DrowseError("fitPreparation", `no column is left beside the target ${show(target)} (${why})`, "give other columns");
  }
  const { decimal = ".", missing = MISSING } = reading;
  return { inputs, target: fitTarget(task, rows), ignored, reading: { header: table.hasHeader, decimal, missing } };
}

function fitColumn(name: string, column: Column, rows: Uint32Array): TableInput {
  if (column.type === "number") return { name, type: "number", ...fitNumbers(name, column, rows) };
  if (column.type === "category") return { name, type: "category", levels: column.levels, ...fitCategories(column, rows) };
  return { name, type: "vector", ...fitVectors(name, column, rows) };
}

function fitNumbers(name: string, { values }: NumberColumn, rows: Uint32Array) {
  const known = Float64Array.from(rows, (row) => values[row]).filter((value) => !Number.isNaN(value));
  const fill = median(known.slice().sort());
  return { ...standardOf(name, known), fill, indicator: known.length < rows.length };
}

function fitCategories({ levels, codes }: CategoryColumn, rows: Uint32Array) {
  const counts = new Uint32Array(levels.length);
  let missing = 0;
  for (const row of rows) {
    if (codes[row] >= 0) counts[codes[row]]++;
    else missing++;
  }
  return { fill: counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0)), indicator: missing > 0 };
}

function fitVectors(name: string, { size, values }: VectorColumn, rows: Uint32Array) {
  const known = rows.filter((row) => !Number.isNaN(values[row * size]));
  const standards = Array.from({ length: size }, (_, place) =>
    standardOf(
      name,
      Float64Array.from(known, (row) => values[row * size + place]),
    ),
  );
  return {
    mean: standards.map(({ mean }) => mean),
    deviation: standards.map(({ deviation }) => deviation),
    indicator: known.length < rows.length,
  };
}

function fitTarget({ target: name, kind, classes, targets }: TableTask, rows: Uint32Array): TableTarget {
  if (kind === "classification") return { name, task: kind, classes };
  return {
    name,
    task: kind,
    ...standardOf(
      name,
      Float64Array.from(rows, (row) => targets[row]),
    ),
  };
}

/** mean = sum x / n, deviation = sqrt(sum (x - mean)^2 / n); 1 where all are equal, so that they become 0. */
function standardOf(name: string, values: Float64Array): { mean: number; deviation: number } {
  if (values.length === 0) return { mean: 0, deviation: 1 };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length;
  if (!Number.isFinite(variance)) {
    throw new DrowseError(
      "fitPreparation",
      `the numbers of ${show(name)} are too large to be standardised`,
      "scale or drop them",
    );
  }
  return { mean, deviation: Math.sqrt(variance) || 1 };
}

function median(sorted: Float64Array): number {
  const half = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[half] : sorted[half - 1] / 2 + sorted[half] / 2;
}
