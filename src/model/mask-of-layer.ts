import { type DropoutLayer, isDropout } from "../layers/dropout/dropout-layer.ts";
import type { Layer } from "../layers/layer.ts";
import { checkNumber, checkOptions } from "../layers/options.ts";
import { maskOfRow } from "../random/mask.ts";
import { SHARED, streamKey, TRAINING } from "../random/streams.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import { Network } from "./network.ts";

/** Who is awake: 1 and who sleeps: 0. */
export interface Mask {
  /** Unit j of row i is `data[i * units + j]`. */
  readonly data: Uint8Array;
  /** [rows, ...shape of the layer]. */
  readonly shape: Shape;
}

/**
 * The mask that a dropout layer has in training, without its scale: m ~ Bernoulli(keep). Nothing is trained or drawn;
 * masks are a pure function of the model's seed, the layer's name, the pass, the row and the unit.
 *
 * @param layer - name of the layer: as it was given, or `dropout1`, `dropout2`, ...
 * @param options.rows - an array of indices of rows in the data set, whole numbers from 0 to 2^32 - 1; for a layer whose masks
 * are shared by the batch, places of batches in their pass.
 * @param options.pass - which pass over the data, from 0; default the model's next.
 * @throws {DrowseError} when there is no such dropout layer, or on rows and passes that are not whole or out of range.
 * @example
 * const { data, shape } = dropoutMask(model, "dropout1", { rows: [0, 1, 2], pass: 0 });   // shape [3, 1024]
 */
export function dropoutMask(model: Network, layer: string, options: { rows: ArrayLike<number>; pass?: number }): Mask {
  if (!(model instanceof Network))
    throw new DrowseError("dropoutMask", `the model is ${show(model)}`, "give a model of this library");
  checkOptions("dropoutMask", options, ["rows", "pass"]);
  const { rows, pass = model.pass } = options;
  const node = model.graph.nodes.find(({ name }) => name === layer);
  if (!node || !hasMask(node.layer)) {
    const names = model.graph.nodes.filter((other) => hasMask(other.layer)).map(({ name }) => name);
    const remedy = names.length > 0 ? `the layers with masks are ${names.join(", ")}` : "this model has no dropout layer";
    throw new DrowseError("dropoutMask", `the layer is ${show(layer)}`, remedy);
  }
  const indices = checkPlaces("dropoutMask", rows, pass);
  const { rate, isShared } = node.layer;
  const shape = node.layer.maskShape?.() ?? node.outputShape;
  const units = sizeOf(shape);
  const key = streamKey(model.seed, `mask/${layer}`);
  const data = new Uint8Array(indices.length * units);
  for (const [at, row] of indices.entries()) {
    data.set(maskOfRow(key, rate, units, { row, pass, stream: isShared ? SHARED : TRAINING }), at * units);
  }
  return { data, shape: [indices.length, ...shape] };
}

function hasMask(layer: Layer): layer is DropoutLayer {
  return isDropout(layer) && layer.hasMask;
}

/**
 * The rows of which masks or noise are asked, checked with the pass.
 * @throws {DrowseError} on rows and passes that are not whole or out of range.
 */
export function checkPlaces(operation: string, rows: ArrayLike<number>, pass: number): number[] {
  checkNumber(operation, "pass", pass, isCount, "give a whole number of at least 0");
  const indices = Array.isArray(rows) || ArrayBuffer.isView(rows) ? Array.from(rows as ArrayLike<number>) : undefined;
  if (!indices?.every((row) => isCount(row, 2 ** 32))) {
    throw new DrowseError(operation, `the rows are ${show(rows)}`, "give indices of rows, whole numbers of at least 0");
  }
  return indices;
}

/** Whether a number can be the pass of masks, a step, or below another bound the index of something. */
export function isCount(value: number, bound = 2 ** 31): boolean {
  return Number.isInteger(value) && value >= 0 && value < bound;
}
