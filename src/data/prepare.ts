import type { Targets } from "../losses/loss.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { checkShape, formatShape, type Shape, sameShape, sizeOf } from "../tensor/shape.ts";
import { arraySource, type DataArrays, readInputs, readSampleWeights, readTargets } from "./arrays.ts";
import { type BatchSource, isBatchSource, takeRows } from "./source.ts";

/** Data as users give it: arrays, or a source of batches. */
export type Data = DataArrays | BatchSource;

/** What a model and its loss ask of data; `targets` undefined: inputs only. */
export interface DataRequest {
  readonly inputShape: Shape;
  readonly outputs: number;
  readonly targets: Targets | undefined;
  /** Factor of bytes that come without one; default 1 / 255. */
  readonly inputScale?: number;
}

/**
 * Data as a source of batches.
 * @throws {DrowseError} when its shapes, types or values do not fit the model and the loss.
 */
export function prepareData(operation: string, data: unknown, request: DataRequest): BatchSource {
  if (isBatchSource(data)) return known.has(data) ? data : remember(checkSource(operation, data, request));
  if (typeof data !== "object" || data === null || !("x" in data)) {
    throw new DrowseError(operation, `the data is ${show(data)}`, "give { x, y } or a source of batches");
  }
  const { x, y, scale, sampleWeights } = data as Partial<DataArrays>;
  const inputs = readInputs(operation, x, request.inputShape, scale === undefined ? request.inputScale : scale);
  if (!request.targets) return remember(arraySource(request.inputShape, inputs, undefined));
  if (y === undefined) throw new DrowseError(operation, "the data has no y", "give { x, y }, a target for each row");
  const targets = readTargets(operation, y, inputs.count, request.outputs, request.targets);
  const weights = sampleWeights === undefined ? undefined : readSampleWeights(operation, sampleWeights, inputs.count);
  return remember(arraySource(request.inputShape, inputs, { kind: targetType(request.targets), data: targets }, weights));
}

/** How a source says it: probabilities are values. */
function targetType(targets: Targets): "classes" | "values" {
  return targets === "classes" ? "classes" : "values";
}

/** Some rows of a source that came out of here. */
export function partOf(source: BatchSource, rows: Uint32Array): BatchSource {
  return remember(takeRows(source, rows));
}

/** Sources that came out of here and need not be looked at again. */
const known = new WeakSet<BatchSource>();

function remember(source: BatchSource): BatchSource {
  known.add(source);
  return source;
}

function checkSource(operation: string, source: BatchSource, { inputShape, outputs, targets }: DataRequest): BatchSource {
  if (!Number.isSafeInteger(source.count) || source.count < 1 || source.count >= 2 ** 32) {
    throw new DrowseError(operation, `the source counts ${show(source.count)} rows`, "give a source of 1 to 4294967295 rows");
  }
  checkShape(`${operation}: the source's rows`, source.inputShape);
  if (!sameShape(source.inputShape, inputShape) && sizeOf(source.inputShape) !== sizeOf(inputShape)) {
    throw new DrowseError(
      operation,
      `the source's rows have shape ${formatShape(source.inputShape)}`,
      `give rows of the model's input shape ${formatShape(inputShape)}`,
    );
  }
  const { inputType, inputScale } = source;
  if ((inputType !== "u8" && inputType !== "f32") || !Number.isFinite(inputScale)) {
    const received = `the source's inputs are ${show(inputType)} times ${show(inputScale)}`;
    throw new DrowseError(operation, received, 'give "u8" or "f32", and the factor of a byte, such as 1 / 255');
  }
  const size = targets === "classes" ? 1 : outputs;
  if (targets && (source.targetType !== targetType(targets) || source.targetSize !== size)) {
    const received = `the source's targets are ${source.targetType} (${source.targetSize} per row)`;
    throw new DrowseError(
      operation,
      received,
      `give ${targetType(targets)} (${size} per row), or take another loss or last layer`,
    );
  }
  if (source.weighted !== undefined && typeof source.weighted !== "boolean") {
    throw new DrowseError(operation, `the source's weighted is ${show(source.weighted)}`, "give true or false");
  }
  return checkedSource(operation, source, { outputs, targets });
}

/** A user's source whose batches are looked at before the kernels use them: they trust labels to be in range. */
function checkedSource(
  operation: string,
  source: BatchSource,
  { outputs, targets }: Pick<DataRequest, "outputs" | "targets">,
): BatchSource {
  const { count, inputShape, inputType, inputScale, targetType, targetSize, weighted = false } = source;
  const inputSize = sizeOf(inputShape);
  const refuse = (rows: Uint32Array, what: string, value: number, row: number, remedy: string): never => {
    throw new DrowseError(operation, `the source gave ${what} ${value} in row ${rows[row]}`, remedy);
  };
  return {
    count,
    inputShape,
    inputType,
    inputScale,
    targetType,
    targetSize,
    weighted,
    async gather(rows, { x, y, weights }) {
      // What is not filled in is found below.
      weights?.fill(Number.NaN);
      await source.gather(rows, { x, y, weights });
      if (x instanceof Float32Array) {
        const wrong = x.findIndex((value) => !Number.isFinite(value));
        if (wrong >= 0) refuse(rows, "the input", x[wrong], Math.floor(wrong / inputSize), "give finite numbers");
      }
      const light = weights ? weights.findIndex((weight) => !(weight >= 0 && weight < Infinity)) : -1;
      if (weights && light >= 0) refuse(rows, "the weight", weights[light], light, "give numbers of at least 0");
      if (!y) return;
      const fits = (value: number) => {
        if (targetType === "classes") return value >= 0 && value < outputs;
        return targets === "probabilities" ? value >= 0 && value <= 1 : Number.isFinite(value);
      };
      const wrong = y.findIndex((value) => !fits(value));
      const remedy =
        targetType === "classes"
          ? `give classes from 0 to ${outputs - 1}`
          : targets === "probabilities"
            ? "give 0, 1 or probabilities"
            : "give finite numbers";
      if (wrong >= 0) refuse(rows, "the target", y[wrong], Math.floor(wrong / targetSize), remedy);
    },
  };
}

/** What a byte of a source counts; undefined for a source of floats. */
export function byteScale({ inputType, inputScale }: BatchSource): number | undefined {
  return inputType === "u8" ? inputScale : undefined;
}

/** A source whose inputs are floats, from one whose inputs may be bytes. */
export function asFloats(source: BatchSource): BatchSource {
  if (source.inputType === "f32") return source;
  return remember(floatsOf(source));
}

function floatsOf(source: BatchSource): BatchSource {
  const size = sizeOf(source.inputShape);
  const { count, inputShape, inputScale, targetType, targetSize, weighted = false } = source;
  return {
    count,
    inputShape,
    inputType: "f32",
    inputScale: 1,
    targetType,
    targetSize,
    weighted,
    async gather(rows, { x, y, weights }) {
      const bytes = new Uint8Array(rows.length * size);
      await source.gather(rows, { x: bytes, y, weights });
      // The same product, rounded once, as the kernel makes of bytes.
      const scale = Math.fround(inputScale);
      for (let i = 0; i < bytes.length; i++) x[i] = bytes[i] * scale;
    },
  };
}
