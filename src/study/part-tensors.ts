import { type Dtype, readSafetensors, type SafetensorsInput, writeSafetensors } from "../formats/safetensors.ts";
import type { UncertainPredictions } from "../model/uncertain-predictions.ts";
import { DrowseError } from "../tensor/errors.ts";
import { formatShape, type Shape } from "../tensor/shape.ts";

// How rows go to a worker, and what is predicted of them comes back: as safetensors files, which are data and nothing else.

/** Rows as a network takes them: floats, or bytes. */
export interface PartRows {
  readonly data: Float32Array | Uint8Array;
  /** [rows, ...input shape]. */
  readonly shape: Shape;
}

/** What is told of the samples of rows; of numbers there are mean and deviation alone. */
export type PartSpread = Pick<UncertainPredictions, "mean" | "std" | "entropy" | "mutualInformation" | "variationRatio">;

/** What is predicted of rows: numbers [rows, ...output shape], or what is told of their samples. */
export type PartPredictions = { readonly data: Float32Array; readonly shape: Shape } | PartSpread;

/** The rows of a part as bytes. */
export const rowsFile = ({ data, shape }: PartRows): Uint8Array =>
  writeSafetensors([{ name: "x", dtype: data instanceof Uint8Array ? "U8" : "F32", shape, data }]);

/**
 * The rows in such bytes.
 * @throws {DrowseError} where they are not those of a model with that input, or not as many.
 */
export function readRows(bytes: Uint8Array, rows: number, input: Shape): PartRows {
  const { tensors } = readSafetensors(bytes);
  const { dtype, shape, bytes: numbers } = tensors.get("x") ?? { dtype: "nothing", shape: [], bytes: new Uint8Array(0) };
  const wanted = formatShape([rows, ...input]);
  if ((dtype !== "U8" && dtype !== "F32") || formatShape(shape) !== wanted) {
    throw new DrowseError("part", `the rows are ${dtype} ${formatShape(shape)}`, `give U8 or F32 ${wanted}`);
  }
  const own = numbers.slice();
  return { data: dtype === "U8" ? own : new Float32Array(own.buffer), shape };
}

const PER_ROW = ["entropy", "mutualInformation", "variationRatio"] as const;

/** What was predicted, as bytes. `isClasses`: whether samples tell how uncertain a class is. */
export function predictionsFile(predictions: PartPredictions, isClasses: boolean): Uint8Array {
  if ("data" in predictions) {
    const { data, shape } = predictions;
    return writeSafetensors([{ name: "predictions", dtype: "F32", shape, data }]);
  }
  const { mean, std } = predictions;
  const statistic = (name: string, data: Float64Array, shape: Shape): SafetensorsInput => ({ name, dtype: "F64", shape, data });
  const told = isClasses ? PER_ROW.map((name) => statistic(name, predictions[name], [predictions[name].length])) : [];
  return writeSafetensors([statistic("mean", mean.data, mean.shape), statistic("std", std.data, std.shape), ...told]);
}

/**
 * What was predicted of rows.
 * @throws {DrowseError} where the bytes are not that.
 */
export function readPredictions(bytes: Uint8Array, rows: number, isSampled: boolean): PartPredictions {
  const { tensors } = readSafetensors(bytes);
  const numbers = (name: string, dtype: Dtype) => {
    const tensor = tensors.get(name);
    if (tensor?.dtype !== dtype || tensor.shape[0] !== rows) {
      const received = tensor
        ? `the ${name} of a part are ${tensor.dtype} ${formatShape(tensor.shape)}`
        : `a part has no ${name}`;
      throw new DrowseError("queue", received, `give those of ${rows} rows as ${dtype}`);
    }
    return { buffer: tensor.bytes.slice().buffer as ArrayBuffer, shape: tensor.shape };
  };
  if (!isSampled) {
    const { buffer, shape } = numbers("predictions", "F32");
    return { data: new Float32Array(buffer), shape };
  }
  const statistic = (name: string) => {
    const { buffer, shape } = numbers(name, "F64");
    return { data: new Float64Array(buffer), shape };
  };
  const absent = new Float64Array(0);
  const told = PER_ROW.map((name) => [name, tensors.has(name) ? statistic(name).data : absent]);
  return { mean: statistic("mean"), std: statistic("std"), ...Object.fromEntries(told) } as PartSpread;
}
