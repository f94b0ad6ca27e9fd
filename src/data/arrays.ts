import type { Targets } from "../losses/loss.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../tensor/shape.ts";
import { nestedNumbers } from "../tensor/values.ts";
import { checkWeight } from "./class-weights.ts";
import type { BatchSource } from "./source.ts";

/** Numbers of a row up to which a loop copies them sooner than a view of them is made. */
const SHORT = 64;

/** Numbers in rows: flat and typed, nested, or `{ data, shape }` whose first axis counts the rows. */
export type Rows =
  | Float32Array
  | Uint8Array
  | readonly number[]
  | ReadonlyArray<readonly unknown[] | ArrayLike<number>>
  | { readonly data: Float32Array | Uint8Array; readonly shape: Shape };

/** What a byte counts by default: pixels reach from 0 to 1. */
export const BYTE_SCALE = 1 / 255;

/** A data set in memory. Inputs that are bytes count as byte * scale. */
export interface DataArrays {
  /** Inputs, each row of the model's input shape. */
  readonly x: Rows;
  /** Class indices, one-hot rows, or numbers. */
  readonly y: Rows | Int32Array;
  /** Factor of inputs that are bytes; default that of the model's last training on bytes, at first 1 / 255. */
  readonly scale?: number;
  /**
   * One number of at least 0 per row; default 1. In training, a row's loss and gradient are multiplied by its weight, as
   * it is: the loss of a batch is the sum of weight * loss over its rows, divided by their number. Evaluation counts
   * every row alike.
   */
  readonly sampleWeights?: ArrayLike<number>;
}

/** Inputs as they are held: bytes stay bytes. */
export interface Inputs {
  readonly data: Float32Array | Uint8Array;
  readonly count: number;
  readonly scale: number;
}

/**
 * Rows of inputs for a shape.
 * @throws {DrowseError} on another shape, no rows, or a number that is not finite.
 */
export function readInputs(operation: string, x: unknown, inputShape: Shape, scale: number = BYTE_SCALE): Inputs {
  const size = sizeOf(inputShape);
  const { data, shape } = toArray(`${operation}: x`, x);
  const inner = shape.slice(1);
  if (shape.length > 1 && !sameShape(inner, inputShape) && !sameShape(inner, [size])) {
    throw new DrowseError(
      operation,
      `the rows of x have shape ${formatShape(inner)}`,
      `give rows of the model's input shape ${formatShape(inputShape)}`,
    );
  }
  if (data instanceof Int32Array)
    throw new DrowseError(operation, "x is an Int32Array", "give a Float32Array, a Uint8Array or nested arrays");
  if (data.length === 0) throw new DrowseError(operation, "x has no rows", "give at least one row");
  if (data.length % size !== 0) {
    throw new DrowseError(
      operation,
      `x has ${data.length} numbers`,
      `give a multiple of ${size}, the size of the model's input ${formatShape(inputShape)}`,
    );
  }
  if (data instanceof Float32Array) checkFinite(operation, "x", data, size);
  if (!Number.isFinite(scale))
    throw new DrowseError(operation, `scale is ${show(scale)}`, "give the factor of a byte, such as 1 / 255");
  return { data, count: data.length / size, scale: data instanceof Uint8Array ? scale : 1 };
}

/**
 * Targets for a loss: class indices (from indices or one-hot rows), or numbers.
 * @throws {DrowseError} on another number of rows, classes that are not whole or out of range, or numbers that are not finite.
 */
export function readTargets(
  operation: string,
  y: unknown,
  count: number,
  outputs: number,
  kind: Targets,
): Int32Array | Float32Array {
  const { data, shape } = toArray(`${operation}: y`, y);
  if (shape.length > 1 && shape[0] !== count) {
    throw new DrowseError(operation, `y has ${shape[0]} rows for ${count} rows of x`, "give a row of targets for each row of x");
  }
  if (kind === "classes" && data.length === count) return classIndices(operation, data, outputs);
  if (data.length === count * outputs) {
    if (kind === "classes") return fromOneHot(operation, Float32Array.from(data), outputs);
    const values = Float32Array.from(data);
    checkFinite(operation, "y", values, outputs);
    if (kind === "probabilities") checkProbabilities(operation, values, outputs);
    return values;
  }
  const wanted =
    kind === "classes" ? `${count} class indices or ${count} one-hot rows of ${outputs}` : `${count} rows of ${outputs}`;
  throw new DrowseError(operation, `y has ${data.length} numbers for ${count} rows of x`, `give ${wanted}`);
}

/** A source over arrays. */
export function arraySource(
  inputShape: Shape,
  inputs: Inputs,
  targets: { kind: "classes" | "values"; data: Int32Array | Float32Array } | undefined,
  sampleWeights?: Float32Array,
): BatchSource {
  const size = sizeOf(inputShape);
  const targetSize = targets ? targets.data.length / inputs.count : 0;
  return {
    count: inputs.count,
    inputShape,
    inputType: inputs.data instanceof Uint8Array ? "u8" : "f32",
    inputScale: inputs.scale,
    targetType: targets?.kind ?? "none",
    targetSize,
    weighted: sampleWeights !== undefined,
    gather(rows, { x, y, weights }) {
      if (weights && sampleWeights) for (let i = 0; i < rows.length; i++) weights[i] = sampleWeights[rows[i]];
      for (let i = 0; i < rows.length; i++) {
        const from = rows[i] * size;
        // a short row is copied before a view of it is made
        if (size > SHORT) x.set(inputs.data.subarray(from, from + size), i * size);
        else for (let j = 0; j < size; j++) x[i * size + j] = inputs.data[from + j];
        if (y && targets) {
          for (let j = 0; j < targetSize; j++) y[i * targetSize + j] = targets.data[rows[i] * targetSize + j];
        }
      }
    },
  };
}

function toArray(operation: string, value: unknown): { data: Float32Array | Uint8Array | Int32Array; shape: Shape } {
  if (value instanceof Float32Array || value instanceof Uint8Array || value instanceof Int32Array) {
    return { data: value, shape: [value.length] };
  }
  if (typeof value === "object" && value !== null && "data" in value && "shape" in value) {
    const { data, shape } = value as { data: unknown; shape: Shape };
    if (!(data instanceof Float32Array || data instanceof Uint8Array) || !Array.isArray(shape) || sizeOf(shape) !== data.length) {
      throw new DrowseError(
        operation,
        `data is ${show(data)} and shape ${show(shape)}`,
        "give a Float32Array or Uint8Array and the shape of its numbers, rows first",
      );
    }
    return { data, shape };
  }
  return nestedNumbers(operation, value);
}

function checkFinite(operation: string, what: string, data: Float32Array, size: number): void {
  for (let i = 0; i < data.length; i++) {
    if (data[i] - data[i] !== 0) {
      const where = `row ${Math.floor(i / size)}, column ${i % size}`;
      throw new DrowseError(
        operation,
        `${what} is ${data[i]} at ${where}`,
        "give finite numbers: fill or drop missing values first",
      );
    }
  }
}

function checkProbabilities(operation: string, values: Float32Array, outputs: number): void {
  const wrong = values.findIndex((value) => !(value >= 0 && value <= 1));
  if (wrong < 0) return;
  const remedy = 'give 0, 1 or probabilities; for more classes than two loss: "crossEntropy" and an output per class';
  throw new DrowseError(operation, `y is ${values[wrong]} in row ${Math.floor(wrong / outputs)}`, remedy);
}

/**
 * Weights of rows.
 * @throws {DrowseError} unless they are one number of at least 0 per row.
 */
export function readSampleWeights(operation: string, sampleWeights: unknown, count: number): Float32Array {
  const isList = Array.isArray(sampleWeights) || (ArrayBuffer.isView(sampleWeights) && !(sampleWeights instanceof DataView));
  const list = isList ? (sampleWeights as ArrayLike<unknown>) : undefined;
  if (list?.length !== count) {
    throw new DrowseError(operation, `sampleWeights is ${show(sampleWeights)}`, `give ${count} numbers, one for each row of x`);
  }
  return Float32Array.from(list as ArrayLike<number>, (weight, row) =>
    checkWeight(operation, `the weight of row ${row}`, weight),
  );
}

function classIndices(operation: string, data: ArrayLike<number>, classes: number): Int32Array {
  const indices = new Int32Array(data.length);
  for (let row = 0; row < data.length; row++) {
    const label = data[row];
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new DrowseError(
        operation,
        `the label of row ${row} is ${label}`,
        `give whole numbers from 0 to ${classes - 1}, or a last layer with an output per class`,
      );
    }
    indices[row] = label;
  }
  return indices;
}

function fromOneHot(operation: string, data: Float32Array, classes: number): Int32Array {
  const indices = new Int32Array(data.length / classes).fill(-1);
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor(i / classes);
    if (data[i] === 1 && indices[row] < 0) indices[row] = i % classes;
    else if (data[i] !== 0) {
      throw new DrowseError(
        operation,
        `row ${row} of y holds ${data[i]} beside other numbers than 0`,
        "give one-hot rows: a single 1, else 0",
      );
    }
  }
  const empty = indices.indexOf(-1);
  if (empty >= 0) throw new DrowseError(operation, `row ${empty} of y is all zeros`, "give one-hot rows: a single 1, else 0");
  return indices;
}
