import { type FlatTable, readTable, type Table } from "../metrics/table.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";

/**
 * Outputs of T Monte Carlo passes over the same rows: what `predictUncertain` keeps with `keepSamples`, or an array of T
 * tables of one shape, such as the predictions of T networks of an ensemble.
 */
export type Samples = { readonly data: ArrayLike<number>; readonly shape: Shape } | readonly Table[];

/** Numbers over the samples, one or more per row: number `column` of row `row` is `data[row * columns + column]`. */
export interface Statistic {
  readonly data: Float64Array;
  /** [rows, ...output shape]. */
  readonly shape: Shape;
}

/** Samples as they are computed with: number `column` of row `row` in sample `t` is `data[(t * rows + row) * columns + column]`. */
export interface FlatSamples extends FlatTable {
  readonly samples: number;
  /** [rows, ...output shape]. */
  readonly shape: Shape;
}

/**
 * Reads samples.
 * @throws {DrowseError} on no samples, no rows, tables of different shapes, and numbers that are not finite.
 */
export function readSamples(operation: string, samples: unknown): FlatSamples {
  const flat = Array.isArray(samples) ? ofTables(operation, samples) : ofShape(operation, samples);
  if (flat.samples === 0) throw new DrowseError(operation, "there are no samples", "give at least one");
  return flat;
}

/**
 * Reads samples of probabilities: a column per class, or one column, the probability of class 1 of two.
 * @throws {DrowseError} as {@link readSamples}, and on numbers outside [0, 1].
 */
export function readProbabilitySamples(operation: string, samples: unknown): FlatSamples {
  const flat = readSamples(operation, samples);
  checkProbabilities(operation, "the samples", flat.data);
  return flat;
}

/** @throws {DrowseError} on numbers outside [0, 1]. */
export function checkProbabilities(operation: string, what: string, data: ArrayLike<number>): void {
  for (let i = 0; i < data.length; i++) {
    if (!(data[i] >= 0 && data[i] <= 1)) {
      throw new DrowseError(operation, `${what} hold ${data[i]}`, "give probabilities from 0 to 1, not logits");
    }
  }
}

function ofShape(operation: string, samples: unknown): FlatSamples {
  const { data, shape } = (samples ?? {}) as { data?: ArrayLike<number>; shape?: Shape };
  if (data === undefined || !Array.isArray(shape) || shape.length < 2 || data.length !== sizeOf(shape)) {
    const remedy = "give { data, shape } with the shape [samples, rows, ...], or an array of tables, one per sample";
    throw new DrowseError(operation, `the samples are ${show(samples)}`, remedy);
  }
  const [count, rows, ...inner] = shape as number[];
  const columns = sizeOf(inner);
  const table = count === 0 ? { data } : readTable(operation, "the samples", { data, shape: [count * rows, columns] });
  return { data: table.data, samples: count, rows, columns, shape: [rows, ...inner] };
}

function ofTables(operation: string, samples: readonly unknown[]): FlatSamples {
  const tables = samples.map((sample) => readTable(operation, "the samples", sample));
  const { rows = 0, columns = 0 } = tables[0] ?? {};
  const data = new Float64Array(tables.length * rows * columns);
  for (const [t, table] of tables.entries()) {
    if (table.rows !== rows || table.columns !== columns) {
      const received = `sample ${t} has ${table.rows} rows of ${table.columns} numbers, and sample 0 ${rows} of ${columns}`;
      throw new DrowseError(operation, received, "give samples of one shape");
    }
    data.set(table.data, t * rows * columns);
  }
  return { data, samples: tables.length, rows, columns, shape: [rows, columns] };
}

/** The mean over the samples of each number, summed from the first sample to the last. */
export function meanOf({ data, samples, rows, columns }: FlatSamples): Float64Array {
  const size = rows * columns;
  const mean = new Float64Array(size);
  for (let t = 0; t < samples; t++) for (let i = 0; i < size; i++) mean[i] += data[t * size + i];
  return mean.map((sum) => sum / samples);
}
