import { dropoutParameters } from "../../random/mask.ts";
import { SHARED } from "../../random/streams.ts";
import { DrowseError, show } from "../../tensor/errors.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { vectorBytes } from "../../wasm/layout.ts";
import type { Layer } from "../layer.ts";
import { checkLayerOptions } from "../layer-options.ts";
import { checkName } from "../options.ts";
import type { PassContext } from "../pass-context.ts";
import type { DropoutLayer } from "./dropout-layer.ts";
import { maskArguments } from "./mask-arguments.ts";
import { resolveRate } from "./rate.ts";

/**
 * Where the scale goes: `"inverted"` multiplies kept units by 1 / keep in training and leaves prediction alone;
 * `"standard"` leaves training alone and multiplies by keep in prediction.
 */
export type Scaling = "inverted" | "standard";

/** Options of {@link dropout}. */
export interface DropoutOptions {
  /** Probability to drop a unit, in [0, 1]. 0 is the identity, 1 gives zeros. */
  rate?: number;
  /** Probability to keep a unit, 1 - rate; instead of `rate`. */
  keep?: number;
  /** Default `"inverted"`. */
  scaling?: Scaling;
  /**
   * Axes along which one mask serves. `["batch"]`: all rows of a batch have one mask, and each step another (Graham,
   * Reizenstein and Robinson 2015). That is another regulariser: it leaves more noise in the gradient of a step.
   */
  sharedAcross?: readonly "batch"[];
  /** Name of the layer, part of its masks' key; by default `dropout1`, `dropout2`, ... */
  name?: string;
}

/** A dropout layer; the model reads its rate and scaling. */
export interface Dropout extends DropoutLayer {
  readonly kind: "dropout";
  readonly scaling: Scaling;
  withRate(rate: number): Dropout;
}

/** Whether a layer is dropout as such: its scaling can be changed, and products carry it out. */
export function isPlainDropout(layer: Layer): layer is Dropout {
  return layer.kind === "dropout";
}

/** The factor of kept units in training: 1 / keep when inverted, else 1; 0 at rate 1, where none is kept. */
export function trainingScale(rate: number, scaling: Scaling): number {
  if (rate === 1) return 0;
  return scaling === "inverted" ? 1 / (1 - rate) : 1;
}

/** The factor of all units in prediction: keep when standard, else 1. */
export function predictionScale(rate: number, scaling: Scaling): number {
  return scaling === "standard" ? 1 - rate : 1;
}

/**
 * Dropout (Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014): in training each unit sleeps with
 * probability `rate`, in prediction all are awake.
 *
 *     inverted   training y = m x / keep    prediction y = x
 *     standard   training y = m x           prediction y = keep x         m ~ Bernoulli(keep), keep = 1 - rate
 *
 * As the first layer it is a binary mask on the data. The mask of a unit is a pure function of the model's seed,
 * this layer's name, the pass over the data, the row's index in the data set and the unit.
 *
 * With `sharedAcross: ["batch"]` the batch's place in its pass stands for the row's index: then masks depend on the batch
 * size and on the order of the rows.
 *
 * Shapes: any to the same.
 *
 * @throws {DrowseError} unless exactly one of `rate` and `keep` is given, as a number in [0, 1].
 * @example
 * sequential({ input: [784], seed: 42 }, [
 *   dropout({ rate: 0.2 }), dense(1024), relu(), dropout({ rate: 0.5 }), dense(10),
 * ])
 */
export function dropout(options: DropoutOptions): Dropout {
  checkLayerOptions("dropout", options);
  const rate = resolveRate("dropout", options);
  const { scaling = "inverted" } = options;
  checkScaling("dropout", scaling);
  const isShared = isSharedByBatch("dropout", options.sharedAcross);
  return {
    kind: "dropout",
    name: checkName("dropout", options.name),
    rate,
    scaling,
    isShared,
    hasMask: true,
    record: dropoutParameters(rate, trainingScale(rate, scaling)),
    predictionFactor: predictionScale(rate, scaling),
    withRate(changed) {
      const { keep: _, ...others } = options;
      return dropout({ ...others, rate: changed });
    },
    config: { rate, scaling, ...(isShared ? { sharedAcross: ["batch"] } : {}) },
    outputShape: (input) => input,
    parameters: () => [],
    // the mask is made again from its keys
    backwardReads: "nothing",
    homogeneous: true,
    isRandom: rate > 0,
    keptBytes: (input) => (isShared ? vectorBytes(sizeOf(input)) : 0),
    isIdentity: (random) => (random ? rate === 0 : predictionScale(rate, scaling) === 1),
    // training: y = m x * scale; prediction: nothing, or with standard scaling y = keep x
    forward(context) {
      const { emit, B, input, output, random } = context;
      if (random) return emitMask(isShared, context, input.pointer, output.pointer);
      const rows = { stride: input.stride, rows: B, columns: input.columns };
      emit("scale", { x: input.pointer, y: output.pointer, ...rows, factor: predictionScale(rate, scaling) });
    },
    // in the forward pass this was y = m x * scale, so dx = m dy * scale, with the same words
    backward(context) {
      if (context.inputGradient) emitMask(isShared, context, context.outputGradient.pointer, context.inputGradient.pointer);
    },
  };
}

/** @throws {DrowseError} on a scaling that there is not. */
export function checkScaling(operation: string, scaling: unknown): void {
  if (scaling === "inverted" || scaling === "standard") return;
  throw new DrowseError(operation, `scaling is ${show(scaling)}`, 'give "inverted" or "standard"');
}

/**
 * Whether `sharedAcross` names the batch.
 * @throws {DrowseError} on other axes.
 */
export function isSharedByBatch(operation: string, axes: unknown): boolean {
  if (axes === undefined) return false;
  if (!Array.isArray(axes) || axes.length > 1 || axes.some((axis) => axis !== "batch")) {
    throw new DrowseError(operation, `sharedAcross is ${show(axes)}`, 'give ["batch"], or leave it out');
  }
  return axes.length === 1;
}

function emitMask(isShared: boolean, context: PassContext, x: number, y: number): void {
  const { emit, B, input, kept } = context;
  if (!isShared) {
    emit("dropout", maskArguments(context, x, y));
    return;
  }
  emitSharedMask(context);
  emit("maskRows", { x, y, stride: input.stride, rows: B, columns: input.columns, mask: kept });
}

/** A mask that the batch shares: one row with its scale, in the layer's own memory. */
export function emitSharedMask(context: PassContext): void {
  const { emit, input, kept } = context;
  const { pass, stream, key0, key1, batch, parameters, scratch, scratchBytes } = maskArguments(context, 0, 0);
  const words = { pass, stream: stream | SHARED, key0, key1, batch, parameters, scratch, scratchBytes };
  emit("sharedMask", { mask: kept, columns: input.columns, ...words });
}
