import { DrowseError, show } from "../tensor/errors.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";

/** Where a source writes a batch: row i of the batch follows row i - 1. */
export interface BatchBuffers {
  /** Inputs: bytes or floats, as the source says. */
  readonly x: Uint8Array | Float32Array;
  /** Targets: class indices, or numbers; undefined where nobody asks for them. */
  readonly y: Int32Array | Float32Array | undefined;
  /** The rows' weights in training; undefined where nobody asks for them. */
  readonly weights?: Float32Array | undefined;
}

/**
 * Rows of a data set, given out in batches: in memory, or read when they are asked for. Bytes stay bytes until the
 * kernels use them.
 */
export interface BatchSource {
  /** Number of rows. */
  readonly count: number;
  /** Shape of one row of inputs. */
  readonly inputShape: Shape;
  /** Bytes (`u8`, each times `inputScale`) or floats. */
  readonly inputType: "u8" | "f32";
  /** Factor of a byte; 1 for floats. */
  readonly inputScale: number;
  /** What the targets are: one class index per row, `targetSize` numbers per row, or none. */
  readonly targetType: "classes" | "values" | "none";
  /** Numbers per row of targets: 1 for classes, 0 for none. */
  readonly targetSize: number;
  /** Whether rows have weights, numbers of at least 0 that multiply their losses in training; default false. */
  readonly weighted?: boolean;
  /** Copies the rows of these indices, in this order. */
  gather(rows: Uint32Array, into: BatchBuffers): void | Promise<void>;
}

export function isBatchSource(value: unknown): value is BatchSource {
  return typeof value === "object" && value !== null && typeof (value as BatchSource).gather === "function";
}

/**
 * Some rows of a source as a source of their own.
 * @param rows - indices of the rows, in the order in which they are to count.
 * @throws {DrowseError} on anything that is not a source, and on rows that it does not have.
 * @example
 * const half = takeRows(source, Uint32Array.from({ length: source.count / 2 }, (_, row) => row));
 */
export function takeRows(source: BatchSource, rows: Uint32Array): BatchSource {
  if (!isBatchSource(source)) throw new DrowseError("takeRows", `the source is ${show(source)}`, "give a source of batches");
  if (!(rows instanceof Uint32Array)) {
    throw new DrowseError("takeRows", `the rows are ${show(rows)}`, "give a Uint32Array of indices of rows");
  }
  const outside = rows.find((row) => row >= source.count);
  if (outside !== undefined) {
    throw new DrowseError("takeRows", `a row is ${outside}`, `give indices from 0 to ${source.count - 1}`);
  }
  const { inputShape, inputType, inputScale, targetType, targetSize, weighted = false } = source;
  return {
    count: rows.length,
    inputShape,
    inputType,
    inputScale,
    targetType,
    targetSize,
    weighted,
    gather: (wanted, into) =>
      source.gather(
        wanted.map((row) => rows[row]),
        into,
      ),
  };
}

/** Rows that are gathered at a time where only their targets are wanted. */
const GATHERED = 1024;

const known = new WeakMap<BatchSource, Promise<Int32Array | Float32Array>>();

/** The targets of all rows of a source, one row after the other; asked for once in the life of a source. */
export function targetsOf(source: BatchSource): Promise<Int32Array | Float32Array> {
  const targets = known.get(source) ?? gatherTargets(source);
  known.set(source, targets);
  return targets;
}

async function gatherTargets(source: BatchSource): Promise<Int32Array | Float32Array> {
  const { count, inputType, targetType, targetSize } = source;
  const targets = targetType === "classes" ? new Int32Array(count * targetSize) : new Float32Array(count * targetSize);
  const size = sizeOf(source.inputShape);
  // A source gives its inputs as well, which are not kept.
  const inputs = size * Math.min(GATHERED, count);
  const scratch = inputType === "u8" ? new Uint8Array(inputs) : new Float32Array(inputs);
  for (let first = 0; first < count; first += GATHERED) {
    const rows = Uint32Array.from({ length: Math.min(GATHERED, count - first) }, (_, i) => first + i);
    const y = targets.subarray(first * targetSize, (first + rows.length) * targetSize);
    const gathered = source.gather(rows, { x: scratch.subarray(0, rows.length * size), y });
    if (gathered) await gathered;
  }
  return targets;
}
