import type { Shape } from "../tensor/shape.ts";

/** Where a source writes a batch: row i of the batch follows row i - 1. */
export interface BatchBuffers {
  /** Inputs: bytes or floats, as the source says. */
  readonly x: Uint8Array | Float32Array;
  /** Targets: class indices, or numbers; undefined where nobody asks for them. */
  readonly y: Int32Array | Float32Array | undefined;
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
  readonly inputScale: number;
  /** What the targets are: one class index per row, `targetSize` numbers per row, or none. */
  readonly targetType: "classes" | "values" | "none";
  readonly targetSize: number;
  /** Copies the rows of these indices, in this order. */
  gather(rows: Uint32Array, into: BatchBuffers): void | Promise<void>;
}

export function isBatchSource(value: unknown): value is BatchSource {
  return typeof value === "object" && value !== null && typeof (value as BatchSource).gather === "function";
}

/** Some rows of a source as a source of their own. */
export function takeRows(source: BatchSource, rows: Uint32Array): BatchSource {
  const { inputShape, inputType, inputScale, targetType, targetSize } = source;
  return {
    count: rows.length,
    inputShape,
    inputType,
    inputScale,
    targetType,
    targetSize,
    gather: (wanted, into) =>
      source.gather(
        wanted.map((row) => rows[row]),
        into,
      ),
  };
}
